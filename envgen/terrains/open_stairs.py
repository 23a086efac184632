"""Stairs without risers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, of_solids, register
from envgen.terrains.tools.steps import count_steps


@register
@dataclass(frozen=True)
class OpenStairs(SubTerrain):
    """A flight of thin treads along x that a foot can catch under."""

    kind: ClassVar[str] = "open_stairs"
    measure: ClassVar[str] = "step"
    rises: ClassVar[bool] = True
    source: ClassVar[str] = "mjlab open stairs; tread 0.3 m"

    step_height: float = param("m", 0.01, 1.0, "rise of one step", easy=0.08, hard=0.42, scale="leg")
    step_depth: float = param("m", 0.1, 3.0, "tread of one step", default=0.3)
    thickness: float = param("m", 0.01, 0.5, "of a tread", default=0.04)
    platform: float = param("m", 0.3, 50.0, "length of each landing", default=3.0, scale="radius")
    steps: int = param("", 0, 200, "most steps, 0 for as many as fit", default=0, integer=True)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        number = count_steps(patch.size[0] - 2 * self.platform, self.step_depth, self.steps, self.kind)
        right, side = patch.size[0] / 2, patch.size[1] / 2
        solids = []
        for step in range(number):
            x = -right + self.platform + step * self.step_depth
            end = right if step == number - 1 else x + self.step_depth
            top = (step + 1) * self.step_height
            solids.append(Solid((x, end), (-side, side), (max(top - self.thickness, 0.0), top)))
        return of_solids(patch, solids, floor=0.0)
