"""Boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Obstacle, Shape, register


@register
@dataclass(frozen=True)
class Box(Obstacle):
    """A fixed box that stands on the ground."""

    kind: ClassVar[str] = "box"
    source: ClassVar[str] = "mjlab discrete obstacles: 0.3-1.0 m wide, 0.05-0.3 m high"

    size: float = param("m", 0.02, 20.0, "side", easy=0.6, hard=1.2, scale="leg")
    height: float = param("m", 0.01, 20.0, "above the ground", easy=0.2, hard=1.0, scale="leg")

    def shape(self, rng: np.random.Generator) -> Shape:
        across, along = (round(float(v), 3) for v in self.size / 2 * rng.uniform(0.7, 1.0, 2))
        height = round(self.height, 3)
        # the box goes on below the ground, so that no edge hangs in the air on a slope
        deep = round(min(height, 0.5 * self.size), 3)
        geom = Geom("box", (across, along, (height + deep) / 2), (0.0, 0.0, (height - deep) / 2))
        return Shape((geom,), (across, along), height)
