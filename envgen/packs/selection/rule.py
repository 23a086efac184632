"""Rules by which a pack keeps some of its candidates: the variants 0, 1, 2 … of its recipe."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from envgen.core.errors import InputError
from envgen.packs.arguments import MAX_COUNT
from envgen.packs.recipe import Recipe


@dataclass(frozen=True)
class Candidate:
    """A variant that was examined.

    Attributes:
        index: Its index in the recipe.
        found: What was found, as further keys of its entry of the manifest; None if it can't be made.
    """

    index: int
    found: Mapping[str, Any] | None


class SelectionRule(ABC):
    """A rule of selection. What it chooses depends on recipe, count and candidates alone.

    Attributes:
        name: Public name, as in `--select`.
    """

    name: ClassVar[str]

    @abstractmethod
    def to_json(self, count: int) -> dict[str, Any]:
        """Return plain data that is equal for rules that choose alike, for the manifest."""

    @abstractmethod
    def check(self, recipe: Recipe, count: int) -> None:
        """Refuse a recipe that the rule can't work on, before anything is written.

        Raises:
            InputError: It can't, or not for so many variants.
        """

    @abstractmethod
    def limit(self, count: int) -> int:
        """Return how many candidates are examined at most."""

    @abstractmethod
    def batch(self, missing: int) -> int:
        """Return how many candidates are examined before the next choice, if so many variants are missing."""

    @abstractmethod
    def examine(self, recipe: Recipe, indices: Sequence[int], jobs: int, room: Path) -> Iterator[Candidate]:
        """Draw and examine candidates.

        Args:
            recipe: Of the pack.
            indices: Which.
            jobs: Processes.
            room: Path of a folder that may be made and used; it is removed afterwards.

        Raises:
            WorkError: It can't be done.
        """

    @abstractmethod
    def choose(self, candidates: Sequence[Candidate], count: int, *, last: bool) -> list[int]:
        """Return the indices of candidates that are certain to be kept, at most `count`.

        Args:
            candidates: All that were examined so far, by index.
            count: How many are wanted.
            last: Whether no more will be examined.
        """

    @abstractmethod
    def shortfall(self, candidates: Sequence[Candidate], kept: int, count: int) -> tuple[str, str]:
        """Return cause and remedy if fewer than `count` candidates were chosen."""


def check_rule(rule: object) -> None:
    """Refuse what is no rule of selection.

    Raises:
        InputError: It is something else, such as a name.
    """
    if not isinstance(rule, SelectionRule):
        raise InputError(
            f"select must be a rule, got {repr(rule)[:60]}",
            "Give envgen.Diverse() or envgen.Learnable('gait').",
        )


def check_candidates(number: int | None, count: int) -> None:
    """Check a given number of candidates.

    Raises:
        InputError: It is too small for `count` variants, too large, or no integer.
    """
    if number is None:
        return
    if isinstance(number, bool) or not isinstance(number, int) or not count <= number <= MAX_COUNT:
        raise InputError(
            f"candidates must be an integer from count = {count:,} to {MAX_COUNT:,}, got {number!r}",
            f"Such as --candidates {min(4 * count, MAX_COUNT)}.",
        )
