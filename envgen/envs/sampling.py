"""Choice of the variant that a slot runs in its next episode."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError, suggestion

Floats = NDArray[np.float64]
BINS = 10
"""Bands of difficulty that `difficulty` and `curriculum` draw from."""
PROMOTE, DEMOTE = 0.7, 0.3
"""Success rates above and below which a curriculum moves: the middle is where episodes teach most."""
WINDOW = 64
"""Episodes at the present level before a curriculum moves."""
FORGET = 0.2
"""Weight of the newest episode in the running success of a variant."""


class VariantSampler:
    """Draws every variant with the same probability.

    Args:
        difficulty: (variants,) difficulty of each, 0 to 1.
    """

    def __init__(self, difficulty: Floats) -> None:
        self.difficulty = difficulty

    def draw(self, first: int, rng: np.random.Generator) -> int:
        """Return the place of a variant for a slot that ran the variant `first` at first."""
        return int(rng.integers(len(self.difficulty)))

    def record(self, variant: int, success: bool, reward: float) -> None:
        """Take note of a finished episode."""

    def draw_within(self, low: float, high: float, rng: np.random.Generator) -> int:
        """Return the place of a variant whose difficulty lies in a range.

        Raises:
            InputError: There is none.
        """
        fitting = np.flatnonzero((self.difficulty >= low) & (self.difficulty <= high))
        if not len(fitting):
            raise InputError(
                f"no variant has a difficulty from {low:g} to {high:g}",
                f"They have {self.difficulty.min():g} to {self.difficulty.max():g}.",
            )
        return int(rng.choice(fitting))


class Fixed(VariantSampler):
    """Keeps each slot on the variant that it ran at first."""

    def draw(self, first: int, rng: np.random.Generator) -> int:
        return first


class ByDifficulty(VariantSampler):
    """Draws a band of difficulty first, so that rare difficulties are as frequent as common ones."""

    def __init__(self, difficulty: Floats) -> None:
        super().__init__(difficulty)
        band = np.minimum((self.difficulty * BINS).astype(int), BINS - 1)
        self.bands = [np.flatnonzero(band == b) for b in np.unique(band)]

    def draw(self, first: int, rng: np.random.Generator) -> int:
        return int(rng.choice(self.bands[int(rng.integers(len(self.bands)))]))


class Curriculum(ByDifficulty):
    """Draws bands up to a level that rises with success and falls with failure.

    Attributes:
        level: Highest band that is drawn.
    """

    def __init__(self, difficulty: Floats) -> None:
        super().__init__(difficulty)
        self.level = 0
        self._band = np.zeros(len(self.difficulty), dtype=int)
        for number, members in enumerate(self.bands):
            self._band[members] = number
        self._recent: list[bool] = []

    def draw(self, first: int, rng: np.random.Generator) -> int:
        # half of the episodes at the level itself, the others below, so that nothing is forgotten
        band = self.level if rng.random() < 0.5 else int(rng.integers(self.level + 1))
        return int(rng.choice(self.bands[band]))

    def record(self, variant: int, success: bool, reward: float) -> None:
        if self._band[variant] != self.level:
            return
        self._recent.append(success)
        if len(self._recent) < WINDOW:
            return
        rate = float(np.mean(self._recent))
        self._recent.clear()
        if rate >= PROMOTE:
            self.level = min(self.level + 1, len(self.bands) - 1)
        elif rate <= DEMOTE:
            self.level = max(self.level - 1, 0)


class Prioritized(VariantSampler):
    """Draws variants more often where success was rare lately; a fifth of the draws are uniform."""

    def __init__(self, difficulty: Floats) -> None:
        super().__init__(difficulty)
        self.success: Floats = np.full(len(self.difficulty), 0.5)

    def draw(self, first: int, rng: np.random.Generator) -> int:
        if rng.random() < 0.2:
            return super().draw(first, rng)
        weight = 1.02 - self.success
        return int(rng.choice(len(weight), p=weight / weight.sum()))

    def record(self, variant: int, success: bool, reward: float) -> None:
        self.success[variant] += FORGET * (float(success) - self.success[variant])


SAMPLERS: dict[str, Callable[[Floats], VariantSampler]] = {
    "fixed": Fixed,
    "uniform": VariantSampler,
    "difficulty": ByDifficulty,
    "curriculum": Curriculum,
    "prioritized": Prioritized,
}


def make_sampler(name: str, difficulty: Floats) -> VariantSampler:
    """Return a sampler by name.

    Raises:
        InputError: There is none of that name.
    """
    if not isinstance(name, str) or name not in SAMPLERS:
        raise InputError(f"unknown sampling {repr(name)[:60]}", suggestion(str(name), SAMPLERS))
    return SAMPLERS[name](difficulty)
