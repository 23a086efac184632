"""Difficulty is a number from 0 to 1."""

from __future__ import annotations

from typing import ClassVar

from envgen.packs.variant import PackVariant
from envgen.testing.base import Case, VariantPromise, register


@register
class Difficulty(VariantPromise):
    """The difficulty of a variant is within [0, 1] and is the one that was drawn."""

    kind: ClassVar[str] = "difficulty"
    order: ClassVar[int] = 15

    def check_variant(self, case: Case, variant: PackVariant) -> None:
        value = variant.difficulty
        assert 0 <= value <= 1, f"difficulty must be within 0 to 1, got {value}"
        drawn = variant.drawn.get("difficulty", value)
        assert drawn == value, f"difficulty is {value}, but {drawn} was drawn"
