"""Waves: crossing sines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register


@register
@dataclass(frozen=True)
class Waves(SubTerrain):
    """Two crossing sine waves with a random phase: moguls."""

    kind: ClassVar[str] = "waves"
    measure: ClassVar[str] = "slope"
    source: ClassVar[str] = "Isaac Lab HfWaveTerrainCfg: amplitude 0-0.2 m, 4 waves across"

    amplitude: float = param("m", 0.0, 5.0, "half of peak to peak", easy=0.04, hard=0.5, scale="leg")
    wavelength: float = param("m", 0.4, 100.0, "from crest to crest", default=3.0)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        along, across = rng.uniform(0, 2 * np.pi, 2)
        turns = 2 * np.pi / self.wavelength
        heights = np.sin(turns * patch.x + along) + np.sin(turns * patch.y + across)
        return of_heights(self.amplitude / 2 * heights)
