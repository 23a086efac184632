"""The layout `blend`: all kinds over the whole arena, mixed smoothly over space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from envgen.core.rng import Streams
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights
from envgen.terrains.tools.fbm import fbm

CONTRAST = 3.0
"""Contrast of the masks: the greater, the sharper one kind passes into another."""


@dataclass(frozen=True)
class Blend:
    """All kinds over the whole arena, mixed smoothly over space.

    Attributes:
        size: Extent (x, y), in m.
        cell: Size of a cell, in m.
        kinds: The kinds and their weights.
    """

    size: tuple[float, float]
    cell: float
    kinds: tuple[tuple[SubTerrain, float], ...]

    def ground(self, streams: Streams, attempt: int) -> Ground:
        """Make every kind and mix them by a softmax of noise: weights add up to one everywhere.

        Raises:
            InputError: Parameters don't fit the size.
        """
        patch = Patch.of(self.size, self.cell)
        total, weights = np.zeros(patch.shape), np.zeros(patch.shape)
        for i, (kind, weight) in enumerate(self.kinds):
            ground = kind.ground(patch, streams(f"terrain/blend/{i}", attempt))
            level = float(np.median(ground.surface)) if ground.field is not None else 0.0
            mask = fbm(
                patch,
                streams(f"terrain/blend/{i}/mask", attempt),
                wavelength=max(0.5 * max(self.size), 3.0),
                octaves=2,
            )
            share = weight * np.exp(CONTRAST * mask)
            total += share * (ground.surface - level)
            weights += share
        return of_heights(total / weights)
