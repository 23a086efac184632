"""Pendulums that swing across the way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Joint, Obstacle, Part, Shape, axis_rotation, register


@register
@dataclass(frozen=True)
class Pendulum(Obstacle):
    """A ball on a rod that hangs from a gallows and swings along x by gravity alone.

    It starts deflected and has no damping. Its period is that of its length: 2 pi sqrt(length / gravity).
    """

    kind: ClassVar[str] = "pendulum"
    dynamic: ClassVar[bool] = True

    radius: float = param("m", 0.02, 5.0, "of the ball", easy=0.15, hard=0.35, scale="leg")
    height: float = param("m", 0.1, 20.0, "of the pivot", default=2.2, scale="height")
    width: float = param("m", 0.1, 20.0, "between the posts", default=3.0, scale="radius")
    swing: float = param("rad", 0.05, 1.4, "deflection at the start", easy=0.5, hard=1.1)
    heaviness: float = param("kg/m3", 10.0, 20_000.0, "mass per volume", default=1500.0)

    def shape(self, rng: np.random.Generator) -> Shape:
        ball = round(self.radius, 3)
        gap = round(max(0.12 * self.height, 0.02), 3)  # between ball and ground at its lowest
        length = round(max(self.height - gap - ball, 1.5 * ball), 3)
        pivot = round(gap + ball + length, 3)
        beam = round(max(0.03 * pivot, 0.01), 3)
        half = round(max(self.width / 2, 1.2 * ball + beam), 3)
        swing = round(float(self.swing * rng.choice((-1, 1))), 4)
        reach = round(length * math.sin(abs(swing)) + ball, 3)
        deep = round(0.4 * max(half, reach), 3)
        post = (beam, (pivot + deep) / 2)
        gallows = (
            Geom("cylinder", post, (0.0, -half, (pivot - deep) / 2)),
            Geom("cylinder", post, (0.0, half, (pivot - deep) / 2)),
            Geom("capsule", (beam, half), (0.0, 0.0, pivot), axis_rotation("x", math.pi / 2)),
        )
        rod = round(max(0.4 * beam, 0.005), 4)
        top = beam + rod + 0.005  # below the beam, which it must not touch
        arm = Part(
            "arm",
            (
                Geom("sphere", (ball,), (0.0, 0.0, -length)),
                Geom("capsule", (rod, (length - top) / 2), (0.0, 0.0, -(length + top) / 2)),
            ),
            self.heaviness,
            (0.0, 0.0, pivot),
            Joint("hinge", (0.0, 1.0, 0.0)),
            axis_rotation("y", swing),
        )
        return Shape(
            gallows,
            (max(reach, beam), half + beam),
            round(pivot + beam, 3),
            parts=(arm,),
            feet=((0.0, -half), (0.0, half)),
            deep=deep,
            clear=gap,
        )
