"""Noise of observations: what agents see differs from the state by a fresh draw at every control step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.rollout.randomize import Randomizer
from envgen.rollout.stepper import Slots

BLOCK = 16
"""Control steps for which numbers are drawn at once: the draws are the same, but cost less."""


class ObservationNoise:
    """Adds Gaussian noise, of the same standard deviation in every column, to the observations of slots.

    Args:
        randomizers: Randomizer of each variant.
        slots: Number of slots.
        sizes: Length of the observation of each agent.

    Attributes:
        size: (slots,) standard deviation; 0: no noise.
        steps: (slots,) control steps since the reset.
    """

    def __init__(self, randomizers: Sequence[Randomizer], slots: int, sizes: Sequence[int]) -> None:
        self._randomizers, self._sizes = randomizers, sizes
        self.size: Floats = np.zeros(slots)
        self.steps: NDArray[np.int64] = np.zeros(slots, dtype=np.int64)
        self._streams: list[list[np.random.Generator]] = [[] for _ in range(slots)]
        self._drawn: list[Floats] = []

    def begin(
        self, slots: Slots, variants: Sequence[int], episodes: Sequence[int], steps: Sequence[int]
    ) -> None:
        """Begin episodes, or go on with them after some control steps; `size` of the slots is set."""
        self.steps[slots] = steps
        for i, variant, episode, done in zip(slots.tolist(), variants, episodes, steps):
            self._streams[i] = []
            if self.size[i]:
                randomizer = self._randomizers[variant]
                self._streams[i] = [randomizer.blur(n, episode) for n in range(len(self._sizes))]
                for _ in range(done // BLOCK + 1):
                    self._draw(i)

    def advance(self, slots: Slots) -> None:
        """Go on to the draws of the next control step."""
        self.steps[slots] += 1
        if self.size.any():
            for i in slots[(self.size[slots] > 0) & (self.steps[slots] % BLOCK == 0)].tolist():
                self._draw(i)

    def add(self, agent: int, observation: Floats) -> Floats:
        """Add the draws of the present control step; equal calls add the same.

        Args:
            agent: Number of the agent.
            observation: (slots, k), changed in place.
        """
        rows = np.flatnonzero(self.size)
        if len(rows):
            drawn = self._drawn[agent][rows, self.steps[rows] % BLOCK]
            observation[rows] += self.size[rows, None] * drawn
        return observation

    def _draw(self, slot: int) -> None:
        if not self._drawn:
            self._drawn = [np.zeros((len(self.size), BLOCK, k)) for k in self._sizes]
        for drawn, rng in zip(self._drawn, self._streams[slot]):
            rng.standard_normal(out=drawn[slot])
