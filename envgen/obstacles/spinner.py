"""Spinners: a bar that goes round and round."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Joint, Obstacle, Part, Shape, axis_rotation, register

WARM_UP = 0.3
"""Time constant in s with which a spinner reaches its speed."""


@register
@dataclass(frozen=True)
class Spinner(Obstacle):
    """A bar on a fixed post that a motor of its own turns, clockwise or anticlockwise.

    The motor pushes by what is missing in speed, so a robot can stall it, and it recovers.
    """

    kind: ClassVar[str] = "spinner"
    dynamic: ClassVar[bool] = True

    radius: float = param("m", 0.05, 20.0, "of the circle it sweeps", default=2.5, scale="leg")
    height: float = param("m", 0.02, 10.0, "of the bar's axis", easy=0.25, hard=0.7, scale="leg")
    speed: float = param("rad/s", 0.05, 20.0, "of the bar", easy=0.5, hard=2.5)
    heaviness: float = param("kg/m3", 10.0, 20_000.0, "mass per volume of the bar", default=150.0)

    def shape(self, rng: np.random.Generator) -> Shape:
        radius, height = round(self.radius, 3), round(self.height, 3)
        bar = round(max(min(0.05 * radius, 0.4 * height), 0.005), 4)
        half = round(radius - bar, 4)
        gap = 0.004
        deep = round(0.5 * radius, 3)
        post = Geom(
            "cylinder",
            (round(1.5 * bar, 4), (height - bar - gap + deep) / 2),
            (0.0, 0.0, (height - bar - gap - deep) / 2),
        )
        # a cylinder with a half sphere at either end, about its middle
        body, caps = math.pi * bar**2 * 2 * half, 4 / 3 * math.pi * bar**3
        inertia = self.heaviness * (body * half**2 / 3 + caps * half**2)
        arm = Part(
            "bar",
            (Geom("capsule", (bar, half), (0.0, 0.0, 0.0), axis_rotation("y", math.pi / 2)),),
            self.heaviness,
            (0.0, 0.0, height),
            Joint(
                "hinge",
                (0.0, 0.0, 1.0),
                speed=float(self.speed * rng.choice((-1, 1))),
                gain=inertia / WARM_UP,
            ),
        )
        return Shape(
            (post,),
            (radius, radius),
            round(height + bar, 3),
            parts=(arm,),
            feet=((0.0, 0.0),),
            deep=deep,
            clear=round(height - bar, 4),
            disc=True,
        )
