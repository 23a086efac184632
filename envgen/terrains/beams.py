"""Beams over a pit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, of_solids, register


@register
@dataclass(frozen=True)
class Beams(SubTerrain):
    """Parallel beams along x over a pit, between two landings."""

    kind: ClassVar[str] = "beams"
    measure: ClassVar[str] = "gap"
    source: ClassVar[str] = "mjlab: 12 beams of 0.2-0.8 m"

    width: float = param("m", 0.03, 5.0, "of a beam", easy=1.5, hard=0.4, scale="radius")
    gap: float = param("m", 0.02, 5.0, "between two beams", easy=0.15, hard=0.8, scale="leg")
    depth: float = param("m", 0.05, 10.0, "of the pit", default=1.0)
    platform: float = param("m", 0.3, 50.0, "length of each landing", default=3.5, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        right, side = patch.size[0] / 2, patch.size[1] / 2
        landing = min(self.platform, 0.35 * patch.size[0])
        z = (-self.depth, 0.0)
        pitch = self.width + self.gap
        number = max(int((patch.size[1] + self.gap) / pitch), 1)
        solids = [
            Solid((-right, -right + landing), (-side, side), z),
            Solid((right - landing, right), (-side, side), z),
        ]
        for i in range(number):
            y = (i - (number - 1) / 2) * pitch
            beam = (y - self.width / 2, y + self.width / 2)
            solids.append(Solid((-right + landing, right - landing), beam, z))
        return of_solids(patch, solids, floor=-self.depth, pit=True)
