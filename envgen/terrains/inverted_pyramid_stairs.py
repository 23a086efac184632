"""Stairs down into a hollow, from all four sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_solids, register
from envgen.terrains.tools.frames import frame
from envgen.terrains.tools.steps import count_steps


@register
@dataclass(frozen=True)
class InvertedPyramidStairs(SubTerrain):
    """Square rings of steps down to a level bottom: the way out leads up."""

    kind: ClassVar[str] = "inverted_pyramid_stairs"
    measure: ClassVar[str] = "step"
    source: ClassVar[str] = "Isaac Lab, legged_gym: rise 0.05-0.23 m for a leg of 0.55 m, tread 0.3 m"

    step_height: float = param("m", 0.01, 1.0, "rise of one step", easy=0.08, hard=0.42, scale="leg")
    step_depth: float = param("m", 0.1, 3.0, "tread of one step", default=0.3)
    platform: float = param("m", 0.5, 50.0, "side of the bottom", default=4.0, scale="radius")
    border: float = param("m", 0.0, 50.0, "flat rim", default=2.5, scale="radius")
    steps: int = param("", 0, 100, "most steps, 0 for as many as fit", default=0, integer=True)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        room = patch.radius - self.border - self.platform / 2
        number = count_steps(room, self.step_depth, self.steps, self.kind)
        bottom = -number * self.step_height
        half = patch.size[0] / 2, patch.size[1] / 2
        solids = []
        for step in range(number):
            outer = self.border + (step - 1) * self.step_depth if step else 0.0
            inner = self.border + step * self.step_depth
            z = (bottom, -step * self.step_height)
            solids += frame((half[0] - outer, half[1] - outer), (half[0] - inner, half[1] - inner), z)
        return of_solids(patch, solids, floor=bottom)
