"""A grid of blocks of random height."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, of_solids, register


@register
@dataclass(frozen=True)
class RandomGrid(SubTerrain):
    """Square blocks of random height, side by side, around a level middle."""

    kind: ClassVar[str] = "random_grid"
    source: ClassVar[str] = "mjlab, Isaac Lab: cell 0.40-0.45 m, height 0-0.3 m"

    size: float = param("m", 0.15, 10.0, "side of a block", default=1.6, scale="leg")
    height: float = param("m", 0.0, 2.0, "spread of the tops", easy=0.06, hard=0.45, scale="leg")
    platform: float = param("m", 0.3, 50.0, "side of the level middle", default=3.0, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        blocks = np.maximum(np.rint(np.divide(patch.size, self.size)).astype(int), 1)
        across, along = (np.linspace(-s / 2, s / 2, n + 1) for s, n in zip(patch.size, blocks))
        tops = rng.uniform(0.0, self.height, blocks) + 0.01
        solids = []
        for i in range(blocks[0]):
            for j in range(blocks[1]):
                x, y = (across[i], across[i + 1]), (along[j], along[j + 1])
                middle = max(abs(sum(x)), abs(sum(y))) / 2 < self.platform / 2
                top = self.height / 2 + 0.01 if middle else float(tops[i, j])
                solids.append(Solid(x, y, (0.0, top)))
        return of_solids(patch, solids, floor=0.0)
