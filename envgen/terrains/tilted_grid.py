"""A grid of tilted tiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register


@register
@dataclass(frozen=True)
class TiltedGrid(SubTerrain):
    """Square tiles, each tilted another way."""

    kind: ClassVar[str] = "tilted_grid"
    measure: ClassVar[str] = "slope"
    source: ClassVar[str] = "mjlab: 1 m tiles tilted by up to 20 degrees"

    slope: float = param("", 0.0, 1.5, "steepest tilt, rise per run", easy=0.05, hard=0.36)
    size: float = param("m", 0.3, 20.0, "side of a tile", default=2.0, scale="leg")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        # never less than five samples to a tile, so that its slope is its own
        size = max(self.size, 5 * max(patch.cell))
        col = np.floor((patch.x + patch.size[0] / 2) / size).astype(int)
        row = np.floor((patch.y + patch.size[1] / 2) / size).astype(int)
        tiles = (int(row.max()) + 1, int(col.max()) + 1)
        steep = self.slope * np.sqrt(rng.uniform(0.0, 1.0, tiles))
        turn = rng.uniform(0.0, 2 * np.pi, tiles)
        u = patch.x + patch.size[0] / 2 - (col + 0.5) * size
        v = patch.y + patch.size[1] / 2 - (row + 0.5) * size
        heights = steep[row, col] * (np.cos(turn)[row, col] * u + np.sin(turn)[row, col] * v)
        return of_heights(heights)
