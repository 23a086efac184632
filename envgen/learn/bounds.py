"""Least values that an evaluation has to reach, so that it can guard a release."""

from __future__ import annotations

import math
from dataclasses import dataclass

from envgen.core.errors import InputError, suggestion
from envgen.learn.evaluate import Evaluation
from envgen.learn.summary import score

NAMES = ("success", "reward", "speed")


@dataclass(frozen=True)
class Bound:
    """A least mean over all episodes.

    Attributes:
        name: `success`, `reward` or `speed`.
        least: The value to reach.
    """

    name: str
    least: float

    def missed(self, evaluation: Evaluation) -> list[str]:
        """Return the policies that stay below."""
        return [p for p in evaluation.policies if not self._value(evaluation, p) >= self.least]

    def describe(self, policy: str) -> str:
        """Return a sentence for a policy that stays below."""
        return f"{policy} stays below {self.name}={self.least:g}"

    def _value(self, evaluation: Evaluation, policy: str) -> float:
        return float(getattr(score(evaluation.of(policy)), self.name))


def parse_bound(text: str) -> Bound:
    """Read a bound such as `success=0.8`.

    Raises:
        InputError: It is none.
    """
    name, sign, value = (part.strip() for part in text.partition("="))
    if name not in NAMES:
        raise InputError(f"unknown bound {name!r}", suggestion(name, NAMES))
    try:
        least = float(value)
    except ValueError:
        least = math.nan
    if not sign or not math.isfinite(least):
        raise InputError(f"a bound must be name=number, got {text!r}", "Such as success=0.8.")
    if name == "success" and not 0 <= least <= 1:
        raise InputError(f"success must be a share from 0 to 1, got {least:g}", "Such as success=0.8.")
    return Bound(name, least)
