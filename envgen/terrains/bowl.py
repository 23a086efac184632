"""A round bowl."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register
from envgen.terrains.tools.fbm import fbm


@register
@dataclass(frozen=True)
class Bowl(SubTerrain):
    """A round bowl with a bumpy floor and a level rim."""

    kind: ClassVar[str] = "bowl"
    measure: ClassVar[str] = "slope"
    source: ClassVar[str] = "dm_control escape bowl: 6 x 6 x 0.5 m with bumps of 0.2 m"

    radius: float = param("m", 0.5, 200.0, "of the rim; cut to fit the arena", default=8.0, scale="radius")
    depth: float = param("m", 0.02, 50.0, "of the bowl", easy=0.3, hard=2.0, scale="leg")
    bumps: float = param(
        "m", 0.0, 2.0, "half of peak to peak of the floor", easy=0.02, hard=0.12, scale="leg"
    )

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        radius = min(self.radius, 0.9 * patch.radius)
        away = np.hypot(patch.x, patch.y) / radius
        # level at the rim and in the middle, so that neither is an edge
        bowl = self.depth * (0.5 - 0.5 * np.cos(np.pi * np.minimum(away, 1.0)))
        floor = self.bumps * fbm(patch, rng, wavelength=1.5, octaves=2)
        return of_heights(bowl + floor * np.maximum(1.0 - away, 0.0))
