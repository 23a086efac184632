"""Ground out of an image or array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import file_param, param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register
from envgen.terrains.tools.images import digest, file_stamp, resample


@register
@dataclass(frozen=True)
class Heightmap(SubTerrain):
    """Heights out of a PNG or .npy file, stretched over the ground; its first row lies at +y, as on a map."""

    kind: ClassVar[str] = "heightmap"
    measure: ClassVar[str] = "relief"
    source: ClassVar[str] = "MuJoCo, asset/hfield: the least value is 0, the greatest `height`"

    file: str = file_param(
        "PNG of 8 or 16 bits (luma if coloured), or 2-D .npy; relative to the parameter file",
        suffixes=(".png", ".npy"),
        digest=digest,
    )
    height: float = param("m", 0.0, 100.0, "from its least to its greatest", easy=0.3, hard=2.5, scale="leg")
    smooth: float = param("m", 0.0, 50.0, "standard deviation of a Gaussian blur", default=0.0)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        blur = (self.smooth / patch.cell[0], self.smooth / patch.cell[1])
        return of_heights(self.height * resample(self.file, file_stamp(self.file), patch.shape, blur))
