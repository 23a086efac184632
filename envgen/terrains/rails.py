"""Rails around the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, of_solids, register
from envgen.terrains.tools.frames import frame


@register
@dataclass(frozen=True)
class Rails(SubTerrain):
    """Square rails to step over, one around the other."""

    kind: ClassVar[str] = "rails"
    measure: ClassVar[str] = "step"
    source: ClassVar[str] = "Isaac Lab MeshRailsTerrainCfg: height 0.05-0.3 m, thickness 0.1-0.3 m"

    height: float = param("m", 0.01, 2.0, "of a rail", easy=0.08, hard=0.42, scale="leg")
    width: float = param("m", 0.02, 2.0, "of a rail", default=0.2)
    spacing: float = param("m", 0.2, 20.0, "between two rails", default=2.5, scale="radius")
    platform: float = param("m", 0.5, 50.0, "side of the level middle", default=3.0, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        solids: list[Solid] = []
        inner = self.platform / 2
        half = patch.size[0] / 2 - patch.radius, patch.size[1] / 2 - patch.radius
        while inner + self.width < patch.radius:
            hole = inner + half[0], inner + half[1]
            solids += frame((hole[0] + self.width, hole[1] + self.width), hole, (0.0, self.height))
            inner += self.width + self.spacing
        return of_solids(patch, solids, floor=0.0)
