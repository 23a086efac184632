"""A ridge along x."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register


@register
@dataclass(frozen=True)
class Ridge(SubTerrain):
    """A narrow ridge along x with sides that fall away."""

    kind: ClassVar[str] = "ridge"
    measure: ClassVar[str] = "slope"
    source: ClassVar[str] = "extreme terrain of myoassist-terrains; relief 0.1-1.5 m"

    height: float = param("m", 0.05, 50.0, "of the ridge", easy=0.3, hard=2.0, scale="leg")
    width: float = param("m", 0.05, 50.0, "of its level top", easy=4.0, hard=1.8, scale="radius")
    slope: float = param("", 0.1, 5.0, "of its sides, rise per run", easy=0.3, hard=0.75)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        turn = rng.uniform(0.0, 2 * np.pi)
        wind = 0.1 * patch.size[1] * np.sin(2 * np.pi * patch.x / max(patch.size[0], 1.0) + turn)
        beyond = np.maximum(np.abs(patch.y - wind) - self.width / 2, 0.0)
        return of_heights(np.maximum(self.height - self.slope * beyond, 0.0))
