"""Rolling hills: fractal gradient noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register
from envgen.terrains.tools.fbm import fbm


@register
@dataclass(frozen=True)
class Hills(SubTerrain):
    """Fractal gradient noise (fBm): rolling at the scale of metres, uneven underfoot."""

    kind: ClassVar[str] = "hills"
    measure: ClassVar[str] = "slope"
    source: ClassVar[str] = "fBm: 4-5 octaves, persistence 0.3-0.5, wavelength 3-10 m, 0-1 m (Musgrave 1989)"

    amplitude: float = param("m", 0.0, 10.0, "half of peak to peak", easy=0.1, hard=1.2, scale="leg")
    wavelength: float = param("m", 0.5, 100.0, "of the widest octave", default=6.0)
    octaves: int = param("", 1, 8, "number of octaves", default=4, integer=True)
    persistence: float = param("", 0.0, 1.0, "amplitude of an octave to the one before", default=0.35)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        heights = fbm(
            patch,
            rng,
            wavelength=self.wavelength,
            octaves=self.octaves,
            persistence=self.persistence,
        )
        return of_heights(self.amplitude * heights)
