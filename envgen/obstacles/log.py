"""Logs that lie on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Obstacle, Shape, register

_ALONG_X = (0.70710678, 0.0, 0.70710678, 0.0)
"""Turns MuJoCo's capsule axis, z, onto x."""


@register
@dataclass(frozen=True)
class Log(Obstacle):
    """A fixed log on its side, a little sunk in."""

    kind: ClassVar[str] = "log"

    radius: float = param("m", 0.01, 5.0, "of the log", easy=0.06, hard=0.22, scale="leg")
    length: float = param("m", 0.05, 30.0, "of the log", default=2.5, scale="leg")

    def shape(self, rng: np.random.Generator) -> Shape:
        radius = round(self.radius, 3)
        half = round(float(max(self.length / 2 * rng.uniform(0.7, 1.0), radius)), 3)
        centre = round(0.7 * radius, 3)
        geom = Geom("capsule", (radius, half - radius / 2), (0.0, 0.0, centre), _ALONG_X)
        return Shape((geom,), (half + radius / 2, radius), centre + radius)
