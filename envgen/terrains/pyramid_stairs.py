"""Stairs up to a platform, from all four sides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, around, of_solids, register
from envgen.terrains.tools.steps import count_steps


@register
@dataclass(frozen=True)
class PyramidStairs(SubTerrain):
    """Square rings of steps, rising to a platform in the middle."""

    kind: ClassVar[str] = "pyramid_stairs"
    measure: ClassVar[str] = "step"
    source: ClassVar[str] = "Isaac Lab, legged_gym: rise 0.05-0.23 m for a leg of 0.55 m, tread 0.3 m"

    step_height: float = param("m", 0.01, 1.0, "rise of one step", easy=0.08, hard=0.42, scale="leg")
    step_depth: float = param("m", 0.1, 3.0, "tread of one step", default=0.3)
    platform: float = param("m", 0.5, 50.0, "side of the top", default=4.0, scale="radius")
    border: float = param("m", 0.0, 50.0, "flat rim around the foot", default=2.5, scale="radius")
    steps: int = param("", 0, 100, "most steps, 0 for as many as fit", default=0, integer=True)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        room = patch.radius - self.border - self.platform / 2
        number = count_steps(room, self.step_depth, self.steps, self.kind)
        solids = []
        for step in range(number):
            # a long arena becomes a long pyramid: each step keeps the same tread on all sides
            inset = self.border + step * self.step_depth
            half = (patch.size[0] / 2 - inset, patch.size[1] / 2 - inset)
            top = (step + 1) * self.step_height
            solids.append(Solid((-half[0], half[0]), (-half[1], half[1]), (top - self.step_height, top)))
        inset = self.border + (number - 1) * self.step_depth
        top_half = (patch.size[0] / 2 - inset, patch.size[1] / 2 - inset)
        return replace(of_solids(patch, solids, floor=0.0), goal=around(*top_half))
