"""Crates that can be pushed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Obstacle, Shape, register


@register
@dataclass(frozen=True)
class Crate(Obstacle):
    """A free box that lies on the ground, on a slope too.

    It has a small round foot at each lower corner: a face flush with a heightfield touches each of its
    triangles, and MuJoCo keeps 50 contacts of a pair of geoms.
    """

    kind: ClassVar[str] = "crate"
    dynamic: ClassVar[bool] = True

    size: float = param("m", 0.02, 10.0, "side", easy=0.4, hard=1.0, scale="leg")
    height: float = param("m", 0.02, 10.0, "of the crate", easy=0.3, hard=0.8, scale="leg")
    heaviness: float = param("kg/m3", 1.0, 20_000.0, "mass per volume", default=80.0)

    def shape(self, rng: np.random.Generator) -> Shape:
        across, along = (round(float(v), 3) for v in self.size / 2 * rng.uniform(0.8, 1.0, 2))
        height = round(self.height, 3)
        mass = round(4 * across * along * height * self.heaviness, 4)
        foot = round(0.08 * min(across, along, height), 4)
        over = 0.6 * foot  # height of the box over the soles
        box = Geom("box", (across, along, (height - over) / 2), (0.0, 0.0, (height + over) / 2))
        feet = tuple(
            Geom("sphere", (foot,), (x * (across - foot), y * (along - foot), foot))
            for x in (-1, 1)
            for y in (-1, 1)
        )
        return Shape((box, *feet), (across, along), height, mass=max(mass, 0.001))
