"""A star of bars over a pit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, around, of_solids, register
from envgen.terrains.tools.frames import frame


@register
@dataclass(frozen=True)
class Star(SubTerrain):
    """Bars that cross in the middle of a pit, from a platform out to the rim."""

    kind: ClassVar[str] = "star"
    measure: ClassVar[str] = "void"
    source: ClassVar[str] = "Isaac Lab MeshStarTerrainCfg: 4-8 bars of 0.5-1.0 m"

    width: float = param("m", 0.05, 10.0, "of a bar", easy=1.6, hard=0.7, scale="radius")
    bars: int = param("", 2, 12, "bars through the middle", easy=6, hard=3, integer=True)
    depth: float = param("m", 0.05, 10.0, "of the pit", default=1.0)
    platform: float = param("m", 0.3, 50.0, "side of the middle", default=3.5, scale="radius")
    border: float = param("m", 0.1, 50.0, "rim around the pit", default=2.5, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        border = min(self.border, 0.4 * patch.radius)
        hole = patch.size[0] / 2 - border, patch.size[1] / 2 - border
        z, half = (-self.depth, 0.0), min(self.platform / 2, min(hole))
        solids = frame((patch.size[0] / 2, patch.size[1] / 2), hole, z)
        solids.append(Solid((-half, half), (-half, half), z))
        turn = rng.uniform(0.0, np.pi / self.bars)
        for bar in range(self.bars):
            yaw = turn + np.pi * bar / self.bars
            # out to the rim, whichever side it meets, and a little into it
            reach = min(hole[0] / max(abs(np.cos(yaw)), 1e-9), hole[1] / max(abs(np.sin(yaw)), 1e-9))
            length = reach + 0.5 * border
            z_bar = (-self.depth, -0.001)  # a millimetre lower: no two tops in one plane
            solids.append(
                Solid((-length, length), (-self.width / 2, self.width / 2), z_bar, round(float(yaw), 4))
            )
        ground = of_solids(patch, solids, floor=-self.depth, pit=True)
        return replace(ground, start=around(half, half))
