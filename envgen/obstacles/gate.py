"""Gates: two posts and a lintel, to pass under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Obstacle, Shape, register


@register
@dataclass(frozen=True)
class Gate(Obstacle):
    """A fixed gate; the harder, the narrower and lower is its opening."""

    kind: ClassVar[str] = "gate"
    source: ClassVar[str] = (
        "crawl bars of the World Model Policy terrains: 0.35 to 0.2 m for a robot of 0.4 m"
    )

    width: float = param("m", 0.05, 30.0, "of the opening", easy=4.0, hard=2.4, scale="radius")
    height: float = param("m", 0.03, 20.0, "of the opening", easy=2.0, hard=1.1, scale="height")

    def shape(self, rng: np.random.Generator) -> Shape:
        opening, height = round(self.width / 2, 3), round(self.height, 3)
        thick = round(max(0.08 * opening, 0.01), 3)
        deep = round(0.5 * opening, 3)
        top = round(height + 2 * thick, 3)
        at = opening + thick
        post = (thick, (height + deep) / 2)
        return Shape(
            (
                Geom("cylinder", post, (-at, 0.0, (height - deep) / 2)),
                Geom("cylinder", post, (at, 0.0, (height - deep) / 2)),
                Geom("box", (at + thick, thick, thick), (0.0, 0.0, height + thick)),
            ),
            (at + thick, thick),
            top,
            feet=((-at, 0.0), (at, 0.0)),
            deep=deep,
            clear=round(0.15 * height, 3),  # no bump narrows the opening much
        )
