"""Stairs of uneven steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, of_solids, register
from envgen.terrains.tools.steps import count_steps


@register
@dataclass(frozen=True)
class RandomStairs(SubTerrain):
    """Square rings of steps of random rise and tread, up to a platform."""

    kind: ClassVar[str] = "random_stairs"
    measure: ClassVar[str] = "step"
    source: ClassVar[str] = "mjlab random stairs; rise 0.05-0.23 m, tread 0.3 m"

    step_height: float = param("m", 0.01, 1.0, "mean rise of a step", easy=0.07, hard=0.3, scale="leg")
    step_depth: float = param("m", 0.1, 3.0, "mean tread of a step", default=0.35)
    spread: float = param("", 0.0, 0.9, "of rise and tread around their means", easy=0.1, hard=0.4)
    platform: float = param("m", 0.5, 50.0, "side of the top", default=4.0, scale="radius")
    border: float = param("m", 0.0, 50.0, "flat rim around the foot", default=2.5, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        room = patch.radius - self.border - self.platform / 2
        most = count_steps(room, self.step_depth, 0, self.kind)
        rises = self.step_height * rng.uniform(1 - self.spread, 1 + self.spread, most)
        treads = self.step_depth * rng.uniform(1 - self.spread, 1 + self.spread, most)
        solids, inset, top = [], self.border, 0.0
        for rise, tread in zip(rises, treads):
            if inset > patch.radius - self.platform / 2:
                break
            x, y = patch.size[0] / 2 - inset, patch.size[1] / 2 - inset
            solids.append(Solid((-x, x), (-y, y), (top, top + rise)))
            inset, top = inset + tread, top + rise
        return of_solids(patch, solids, floor=0.0)
