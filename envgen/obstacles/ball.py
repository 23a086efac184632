"""Balls that roll."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Obstacle, Shape, register


@register
@dataclass(frozen=True)
class Ball(Obstacle):
    """A free ball, hollow like a football."""

    kind: ClassVar[str] = "ball"
    dynamic: ClassVar[bool] = True
    source: ClassVar[str] = "FIFA size 5: 0.11 m, 0.43 kg, which is 77 kg/m3"

    radius: float = param("m", 0.02, 3.0, "of the ball", default=0.3, scale="leg")
    heaviness: float = param("kg/m3", 1.0, 20_000.0, "mass per volume", default=77.0)

    def shape(self, rng: np.random.Generator) -> Shape:
        radius = round(self.radius, 3)
        mass = round(4 / 3 * math.pi * radius**3 * self.heaviness, 4)
        geom = Geom("sphere", (radius,), (0.0, 0.0, radius))
        return Shape((geom,), (radius, radius), 2 * radius, mass=max(mass, 0.001), round=True)
