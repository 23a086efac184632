"""Slopes down into a hollow, from all four sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register
from envgen.terrains.tools.pyramid import pyramid


@register
@dataclass(frozen=True)
class InvertedPyramidSlope(SubTerrain):
    """A four-sided hollow with a level bottom: the way out leads up."""

    kind: ClassVar[str] = "inverted_pyramid_slope"
    measure: ClassVar[str] = "slope"
    source: ClassVar[str] = "Isaac Lab, legged_gym: rise/run 0-0.4, platform 2-3 m; mjlab 0-0.7"

    slope: float = param("", 0.0, 2.0, "rise per run", easy=0.05, hard=0.6)
    platform: float = param("m", 0.3, 50.0, "side of the level middle", default=4.0, scale="radius")
    border: float = param("m", 0.0, 50.0, "level rim", default=2.5, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        return of_heights(-pyramid(patch, self.slope, self.platform, self.border))
