"""Ramps: up on one side, down with a drop on the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Obstacle, Shape, axis_rotation, register


@register
@dataclass(frozen=True)
class Ramp(Obstacle):
    """A fixed wedge, rising along x: a tilted box rooted in the ground."""

    kind: ClassVar[str] = "ramp"
    source: ClassVar[str] = "NIST/ASTM E2826 crossing ramps for response robots: 15 degrees, a slope of 0.27"

    height: float = param("m", 0.01, 10.0, "of its high end", easy=0.2, hard=0.7, scale="leg")
    slope: float = param("", 0.05, 2.0, "rise over run of its surface", easy=0.15, hard=0.45)
    width: float = param("m", 0.05, 20.0, "across", default=2.2, scale="radius")

    def shape(self, rng: np.random.Generator) -> Shape:
        angle, height = math.atan(self.slope), round(self.height, 3)
        width = round(float(self.width / 2 * rng.uniform(0.9, 1.0)), 3)
        root = round(0.25 * height, 3)  # its lip goes on below the ground, so that uneven ground meets it
        along = (height + root) / math.sin(angle) / 2
        thick = (height + root) / math.cos(angle) / 2
        centre = round((height - root) / 2 - thick * math.cos(angle), 4)
        size = (round(along, 4), width, round(thick, 4))
        geom = Geom("box", size, (0.0, 0.0, centre), axis_rotation("y", -angle))
        reach = round(along * math.cos(angle) + thick * math.sin(angle), 3)
        return Shape((geom,), (reach, width), height, lean=True)
