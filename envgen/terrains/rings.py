"""Rings over a pit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, around, of_solids, register
from envgen.terrains.tools.frames import frame


@register
@dataclass(frozen=True)
class Rings(SubTerrain):
    """Square rings over a pit, one around the other, with gaps to step over."""

    kind: ClassVar[str] = "rings"
    measure: ClassVar[str] = "gap"
    source: ClassVar[str] = "mjlab: 8 rings of 0.3-0.6 m with gaps of 0.1-0.4 m"

    width: float = param("m", 0.05, 10.0, "of a ring", easy=1.5, hard=0.8, scale="radius")
    gap: float = param("m", 0.02, 5.0, "between two rings", easy=0.1, hard=0.7, scale="leg")
    depth: float = param("m", 0.05, 10.0, "of the pit", default=1.0)
    platform: float = param("m", 0.3, 50.0, "side of the middle", default=3.0, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        inner = middle = self.platform / 2
        long = patch.size[0] / 2 - patch.radius, patch.size[1] / 2 - patch.radius
        z = (-self.depth, 0.0)
        solids = [Solid((-inner - long[0], inner + long[0]), (-inner - long[1], inner + long[1]), z)]
        while inner + self.gap + self.width <= patch.radius + 1e-9:
            inner += self.gap
            hole = inner + long[0], inner + long[1]
            last = inner + 2 * self.width + self.gap > patch.radius + 1e-9
            # the last reaches the edge where other ground joins it
            width = patch.radius - inner if patch.open and last else self.width
            solids += frame((hole[0] + width, hole[1] + width), hole, z)
            inner += width
        ground = of_solids(patch, solids, floor=-self.depth, pit=True)
        return replace(ground, start=around(middle, middle))
