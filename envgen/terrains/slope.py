"""A plane that rises along x."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register


@register
@dataclass(frozen=True)
class Slope(SubTerrain):
    """A ramp along x between two level ends."""

    kind: ClassVar[str] = "slope"
    measure: ClassVar[str] = "slope"
    rises: ClassVar[bool] = True
    source: ClassVar[str] = "Isaac Lab, legged_gym: rise/run 0-0.4; mjlab 0-0.7"

    slope: float = param("", 0.0, 2.0, "rise per run", easy=0.05, hard=0.6)
    platform: float = param("m", 0.3, 50.0, "length of each level end", default=3.0, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        half = patch.size[0] / 2
        start = min(self.platform, 0.4 * patch.size[0])
        along = np.clip(patch.x + half - start, 0.0, patch.size[0] - 2 * start)
        return of_heights(self.slope * along + 0.0 * patch.y)
