"""Hurdles: a bar on two posts, to step or jump over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Obstacle, Shape, register


@register
@dataclass(frozen=True)
class Hurdle(Obstacle):
    """A fixed hurdle: its bar takes the upper 40 % of its height."""

    kind: ClassVar[str] = "hurdle"
    source: ClassVar[str] = "extreme-parkour: hurdles of 0.1 to 0.5 m for a robot with legs of 0.3 m"

    height: float = param("m", 0.01, 5.0, "of its upper edge", easy=0.15, hard=0.8, scale="leg")
    length: float = param("m", 0.05, 20.0, "of the bar", default=3.0, scale="leg")

    def shape(self, rng: np.random.Generator) -> Shape:
        half = round(float(self.length / 2 * rng.uniform(0.8, 1.0)), 3)
        height = round(self.height, 3)
        thick = round(max(0.1 * height, 0.006), 3)
        bar, deep = round(0.2 * height, 4), height
        post = (thick, thick, (height + deep) / 2)
        end, middle = half - thick, (height - deep) / 2
        return Shape(
            (
                Geom("box", (half, thick, bar), (0.0, 0.0, height - bar)),
                Geom("box", post, (-end, 0.0, middle)),
                Geom("box", post, (end, 0.0, middle)),
            ),
            (half, thick),
            height,
        )
