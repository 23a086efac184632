"""Seesaws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Joint, Obstacle, Part, Shape, axis_rotation, register


@register
@dataclass(frozen=True)
class Seesaw(Obstacle):
    """A plank hinged above a fixed fulcrum, one end down, that tips under a robot's weight."""

    kind: ClassVar[str] = "seesaw"
    dynamic: ClassVar[bool] = True
    source: ClassVar[str] = (
        "Kennel Club (UK) agility see-saw: plank of 3.66 x 0.3 m, 0.61 m high at its pivot"
    )

    length: float = param("m", 0.2, 30.0, "of the plank", default=6.0, scale="leg")
    width: float = param("m", 0.05, 10.0, "of the plank", default=1.5, scale="radius")
    height: float = param("m", 0.03, 5.0, "of the plank at its pivot", easy=0.35, hard=0.9, scale="leg")
    heaviness: float = param("kg/m3", 10.0, 20_000.0, "mass per volume of the plank", default=150.0)

    def shape(self, rng: np.random.Generator) -> Shape:
        half, width = round(self.length / 2, 3), round(self.width / 2, 3)
        height = round(min(self.height, 0.5 * half), 3)
        thick = round(max(0.06 * height, 0.004), 4)
        axle = round(max(0.12 * height, 0.005), 4)
        pivot = round(height - axle - 0.004 - 2 * thick, 4)
        under = height - 2 * thick - pivot  # from the axis to the plank, which clears the axle
        low = round(0.12 * height, 4)  # height of the lower end
        # pivot + under cos(tilt) - half sin(tilt) = low
        tilt = math.asin((pivot - low) / math.hypot(half, under)) + math.atan2(under, half)
        tilt = round(tilt, 4) * float(rng.choice((-1, 1)))
        deep = round(0.4 * half, 3)
        fulcrum = (
            Geom("cylinder", (axle, width), (0.0, 0.0, pivot), axis_rotation("x", math.pi / 2)),
            Geom("box", (axle, width, (pivot + deep) / 2), (0.0, 0.0, (pivot - deep) / 2)),
        )
        plank = Part(
            "plank",
            (Geom("box", (half, width, thick), (0.0, 0.0, under + thick)),),
            self.heaviness,
            (0.0, 0.0, pivot),
            # the limit holds the lower end above the ground; its centre is above the axis, so it tips
            Joint("hinge", (0.0, 1.0, 0.0), range=(min(0.0, -2 * tilt), max(0.0, -2 * tilt))),
            axis_rotation("y", tilt),
        )
        reach = round(half * math.cos(tilt) + (under + 2 * thick) * math.sin(abs(tilt)), 3)
        top = pivot + half * math.sin(abs(tilt)) + (under + 2 * thick) * math.cos(tilt)
        return Shape(
            fulcrum,
            (max(reach, half), width),
            round(top, 3),
            parts=(plank,),
            feet=((0.0, -width), (0.0, width)),
            deep=deep,
            clear=low,
        )
