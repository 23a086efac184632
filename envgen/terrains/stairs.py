"""A straight flight of stairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, of_solids, register
from envgen.terrains.tools.steps import count_steps


@register
@dataclass(frozen=True)
class Stairs(SubTerrain):
    """A flight of stairs up along x, between two landings."""

    kind: ClassVar[str] = "stairs"
    measure: ClassVar[str] = "step"
    rises: ClassVar[bool] = True
    source: ClassVar[str] = "Isaac Lab rise 0.05-0.23 m; myoassist-terrains 0.08-0.25 m; tread 0.3 m"

    step_height: float = param("m", 0.01, 1.0, "rise of one step", easy=0.08, hard=0.42, scale="leg")
    step_depth: float = param("m", 0.1, 3.0, "tread of one step", default=0.3)
    platform: float = param("m", 0.3, 50.0, "length of each landing", default=3.0, scale="radius")
    steps: int = param("", 0, 200, "most steps, 0 for as many as fit", default=0, integer=True)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        number = count_steps(patch.size[0] - 2 * self.platform, self.step_depth, self.steps, self.kind)
        right, side = patch.size[0] / 2, patch.size[1] / 2
        solids = []
        for step in range(number):
            x = -right + self.platform + step * self.step_depth
            low, high = step * self.step_height, (step + 1) * self.step_height
            solids.append(Solid((x, right), (-side, side), (low, high)))
        return of_solids(patch, solids, floor=0.0)
