"""A valley along x."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register
from envgen.terrains.tools.fbm import fbm


@register
@dataclass(frozen=True)
class Valley(SubTerrain):
    """A winding valley with sides that rise to a plateau."""

    kind: ClassVar[str] = "valley"
    measure: ClassVar[str] = "slope"
    source: ClassVar[str] = "pits and hills: relief 0.1-1.5 m"

    depth: float = param("m", 0.05, 50.0, "of the valley", easy=0.4, hard=2.5, scale="leg")
    width: float = param("m", 0.5, 200.0, "from brink to brink", default=8.0, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        wide = min(self.width, 0.9 * patch.size[1])
        turns = rng.uniform(0.0, 2 * np.pi, 2)
        wind = 0.15 * wide * np.sin(2 * np.pi * patch.x / max(patch.size[0], 1.0) + turns[0])
        across = np.minimum(np.abs(patch.y - wind) / (wide / 2), 1.0)
        bumps = 0.03 * self.depth * fbm(patch, rng, wavelength=2.0, octaves=2)
        return of_heights(self.depth * (across**2 * (3 - 2 * across)) + bumps)
