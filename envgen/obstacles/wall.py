"""Free-standing walls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Obstacle, Shape, register


@register
@dataclass(frozen=True)
class Wall(Obstacle):
    """A fixed upright wall that has to be walked around."""

    kind: ClassVar[str] = "wall"
    source: ClassVar[str] = "dm_control WallsCorridor: walls 2.5 m long and 2 m high for a humanoid"

    length: float = param("m", 0.05, 50.0, "of the wall", easy=1.5, hard=5.0, scale="leg")
    height: float = param("m", 0.02, 20.0, "above the ground", default=2.0, scale="leg")
    thickness: float = param("m", 0.01, 5.0, "of the wall", default=0.15, scale="leg")

    def shape(self, rng: np.random.Generator) -> Shape:
        half = round(float(self.length / 2 * rng.uniform(0.8, 1.0)), 3)
        thick, height = round(self.thickness / 2, 3), round(self.height, 3)
        deep = round(0.3 * half + 0.05, 3)  # as deep as the ground falls along it
        geom = Geom("box", (half, thick, (height + deep) / 2), (0.0, 0.0, (height - deep) / 2))
        feet = tuple((share * half, 0.0) for share in (-1.0, -0.5, 0.0, 0.5, 1.0))
        return Shape((geom,), (half, thick), height, feet=feet, deep=deep)
