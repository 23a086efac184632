"""Spheres sunk into the ground: domes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Obstacle, Shape, register

SUNK = 0.4
"""Share of the radius by which a sphere is in the ground: one that rested on a point would look adrift."""


@register
@dataclass(frozen=True)
class Sphere(Obstacle):
    """A fixed sphere, a fifth of it in the ground."""

    kind: ClassVar[str] = "sphere"

    radius: float = param("m", 0.01, 10.0, "of the sphere", easy=0.15, hard=0.6, scale="leg")

    def shape(self, rng: np.random.Generator) -> Shape:
        radius = round(float(self.radius * rng.uniform(0.8, 1.0)), 3)
        centre = round((1 - SUNK) * radius, 3)
        return Shape((Geom("sphere", (radius,), (0.0, 0.0, centre)),), (radius, radius), centre + radius)
