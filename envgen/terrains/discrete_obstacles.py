"""Low blocks strewn over level ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, of_solids, register


@register
@dataclass(frozen=True)
class DiscreteObstacles(SubTerrain):
    """Upright blocks of random size and height around a level middle."""

    kind: ClassVar[str] = "discrete_obstacles"
    measure: ClassVar[str] = "step"
    source: ClassVar[str] = (
        "mjlab: 40 blocks of 0.3-1.0 m, 0.05-0.3 m high; legged_gym: 20 of 1-2 m, 0.05 + 0.2 d m"
    )

    height: float = param("m", 0.0, 3.0, "of the highest block", easy=0.08, hard=0.5, scale="leg")
    size: float = param("m", 0.1, 20.0, "side of the largest block", default=2.0, scale="leg")
    cover: float = param("per m2", 0.0, 2.0, "blocks per square metre", easy=0.1, hard=0.3)
    platform: float = param("m", 0.3, 50.0, "side of the level middle", default=3.0, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        number = min(round(self.cover * patch.size[0] * patch.size[1]), MOST)
        sides = self.size * rng.uniform(0.4, 1.0, (number, 2))
        centres = rng.uniform(-0.5, 0.5, (number, 2)) * (np.array(patch.size) - sides)
        tops = self.height * rng.uniform(0.25, 1.0, number)
        solids = []
        for (x, y), (a, b), top in zip(centres, sides, tops):
            if abs(x) - a / 2 < self.platform / 2 and abs(y) - b / 2 < self.platform / 2:
                continue
            solids.append(Solid((x - a / 2, x + a / 2), (y - b / 2, y + b / 2), (0.0, top)))
        return of_solids(patch, solids, floor=0.0)


MOST = 400
"""Blocks of one arena: more make the physics slow and the ground no harder."""
