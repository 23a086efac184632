"""Sand dunes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register
from envgen.terrains.tools.fbm import fbm


@register
@dataclass(frozen=True)
class Dunes(SubTerrain):
    """Long dunes with a gentle windward and a steep lee side, bent by noise."""

    kind: ClassVar[str] = "dunes"
    measure: ClassVar[str] = "slope"
    source: ClassVar[str] = (
        "barchan and transverse dunes: windward 10-15 degrees, slip face up to 34 degrees (Bagnold 1941)"
    )

    height: float = param("m", 0.0, 20.0, "of a dune", easy=0.15, hard=1.2, scale="leg")
    wavelength: float = param("m", 0.5, 200.0, "from crest to crest", default=5.0)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        turn = rng.uniform(0.0, 2 * np.pi)
        along = np.cos(turn) * patch.x + np.sin(turn) * patch.y
        bend = 0.25 * fbm(patch, rng, wavelength=2.5 * self.wavelength, octaves=2)
        phase = np.mod(along / self.wavelength + bend + rng.uniform(), 1.0)
        lee = 0.28  # share of the wavelength that the lee side takes
        ramp = np.where(phase < 1 - lee, phase / (1 - lee), (1 - phase) / lee)
        crest = ramp**2 * (3 - 2 * ramp)
        uneven = 1.0 + 0.35 * fbm(patch, rng, wavelength=3 * self.wavelength, octaves=1)
        return of_heights(self.height * crest * np.clip(uneven, 0.2, 1.6))
