"""Terraces along the contours of a hillside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register
from envgen.terrains.tools.fbm import fbm


@register
@dataclass(frozen=True)
class Terraces(SubTerrain):
    """Hills cut into level terraces, like rice paddies."""

    kind: ClassVar[str] = "terraces"
    measure: ClassVar[str] = "step"
    source: ClassVar[str] = "Eurekaverse and pits-and-hills generators: 1-9 terraces"

    step_height: float = param(
        "m", 0.01, 2.0, "from one terrace to the next", easy=0.08, hard=0.42, scale="leg"
    )
    step_depth: float = param("m", 0.2, 20.0, "mean width of a terrace", default=2.0, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        hills = fbm(patch, rng, wavelength=max(patch.size) / 1.5, octaves=2, persistence=0.25)
        lean = rng.uniform(0.0, 2 * np.pi)
        side = (np.cos(lean) * patch.x + np.sin(lean) * patch.y) / self.step_depth
        levels = np.round(side + 2.0 * hills)
        return of_heights(self.step_height * (levels - levels.min()))
