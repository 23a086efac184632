"""Hurdles across the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, of_solids, register


@register
@dataclass(frozen=True)
class Hurdles(SubTerrain):
    """Low walls across the arena, one after another along x."""

    kind: ClassVar[str] = "hurdles"
    measure: ClassVar[str] = "step"
    source: ClassVar[str] = "extreme-parkour: hurdles of (0.1 + 0.1 d) to (0.15 + 0.25 d) m"

    height: float = param("m", 0.01, 3.0, "of a hurdle", easy=0.1, hard=0.45, scale="leg")
    spacing: float = param("m", 0.3, 50.0, "from one to the next", default=3.0, scale="radius")
    width: float = param("m", 0.02, 2.0, "along the way", default=0.12)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        side = patch.size[1] / 2
        number = max(int(patch.size[0] / self.spacing) - 1, 1)
        solids = []
        for i in range(number):
            x = (i - (number - 1) / 2) * self.spacing
            top = self.height * float(rng.uniform(0.75, 1.0))
            solids.append(Solid((x - self.width / 2, x + self.width / 2), (-side, side), (0.0, top)))
        return of_solids(patch, solids, floor=0.0)
