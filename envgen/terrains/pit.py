"""A pit in level ground."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, around, of_solids, register
from envgen.terrains.tools.frames import frame


@register
@dataclass(frozen=True)
class Pit(SubTerrain):
    """A square pit with steep walls in the middle of level ground."""

    kind: ClassVar[str] = "pit"
    measure: ClassVar[str] = "step"
    source: ClassVar[str] = "legged_gym pit: 1.0 d m; myoassist-terrains 0.1-1.0 m"

    depth: float = param("m", 0.02, 5.0, "of the pit", easy=0.08, hard=0.48, scale="leg")
    platform: float = param("m", 0.5, 50.0, "side of the pit", default=5.0, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        inner = min(self.platform / 2, 0.7 * patch.radius)
        half = patch.size[0] / 2, patch.size[1] / 2
        ground = of_solids(patch, frame(half, (inner, inner), (-self.depth, 0.0)), floor=-self.depth)
        return replace(ground, start=around(inner, inner))
