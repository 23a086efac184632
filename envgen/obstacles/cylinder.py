"""Upright cylinders: pillars, posts, trunks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Obstacle, Shape, register


@register
@dataclass(frozen=True)
class Cylinder(Obstacle):
    """A fixed upright cylinder."""

    kind: ClassVar[str] = "cylinder"

    radius: float = param("m", 0.01, 10.0, "of the cylinder", easy=0.2, hard=0.5, scale="leg")
    height: float = param("m", 0.01, 20.0, "above the ground", default=2.0, scale="leg")

    def shape(self, rng: np.random.Generator) -> Shape:
        radius = round(float(self.radius * rng.uniform(0.8, 1.0)), 3)
        height = round(self.height, 3)
        deep = round(min(height, 2 * radius), 3)  # rooted, so that it doesn't hang over a slope
        geom = Geom("cylinder", (radius, (height + deep) / 2), (0.0, 0.0, (height - deep) / 2))
        return Shape((geom,), (radius, radius), height)
