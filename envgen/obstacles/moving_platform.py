"""Platforms that slide to and fro."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Joint, Obstacle, Part, Shape, register


@register
@dataclass(frozen=True)
class MovingPlatform(Obstacle):
    """A deck that a spring moves along x above two fixed rails.

    It starts at one end, where the spring is drawn, and has no damping: it goes on for ever unless something
    slows it.
    """

    kind: ClassVar[str] = "moving_platform"
    dynamic: ClassVar[bool] = True

    size: float = param("m", 0.1, 20.0, "side of the deck", default=2.2, scale="radius")
    height: float = param("m", 0.03, 5.0, "of the deck's upper side", easy=0.15, hard=0.5, scale="leg")
    travel: float = param("m", 0.05, 30.0, "from end to end", easy=1.5, hard=4.0, scale="leg")
    period: float = param("s", 0.5, 120.0, "there and back", easy=8.0, hard=4.0)
    heaviness: float = param("kg/m3", 10.0, 20_000.0, "mass per volume of the deck", default=300.0)

    def shape(self, rng: np.random.Generator) -> Shape:
        side, travel = round(self.size / 2, 3), round(self.travel, 3)
        height = round(self.height, 3)
        thick = round(max(0.15 * height, 0.005), 4)
        gap = 0.004
        top = round(height - 2 * thick - gap, 4)
        end = round(side + travel / 2, 3)
        deep = round(0.8 * end, 3)
        rail = (end, round(0.1 * side, 4), (top + deep) / 2)
        rails = tuple(Geom("box", rail, (0.0, at, (top - deep) / 2)) for at in (-0.6 * side, 0.6 * side))
        mass = 8 * side * side * thick * self.heaviness
        start = float(rng.choice((-1, 1)))
        spare = 0.05 * travel  # a push may carry it a little farther
        ends = sorted((start * spare, -start * (travel + spare)))
        deck = Part(
            "deck",
            (Geom("box", (side, side, thick), (0.0, 0.0, 0.0)),),
            self.heaviness,
            (start * travel / 2, 0.0, height - thick),
            Joint(
                "slide",
                (1.0, 0.0, 0.0),
                range=(ends[0], ends[1]),
                stiffness=mass * (2 * math.pi / self.period) ** 2,
                springref=-start * travel / 2,
            ),
        )
        feet = tuple((x, y * 0.6 * side) for x in (-end, -end / 2, 0.0, end / 2, end) for y in (-1.0, 1.0))
        return Shape(
            rails,
            (round(end + spare, 3), side),
            height,
            parts=(deck,),
            feet=feet,
            deep=deep,
            clear=round(top, 4),
        )
