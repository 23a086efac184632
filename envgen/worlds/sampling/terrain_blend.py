"""The layout `blend`: all kinds over the whole arena, mixed smoothly over space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from envgen.core.rng import Streams
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights
from envgen.terrains.tools.fbm import fbm

CONTRAST = 3.0
"""Of the masks of a blend: how decidedly one kind or the other is there."""


@dataclass(frozen=True)
class Blend:
    """All kinds over the whole arena, mixed smoothly over space.

    Attributes:
        size: Extent (x, y), in m.
        cell: In m.
        kinds: What is mixed, and the weight of each.
    """

    size: tuple[float, float]
    cell: float
    kinds: tuple[tuple[SubTerrain, float], ...]

    def ground(self, streams: Streams, attempt: int) -> Ground:
        """Mix them: softmax of noise, so that everywhere the weights add up to one.

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
