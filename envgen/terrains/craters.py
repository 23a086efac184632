"""Impact craters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register

REACH = 1.9
"""Radii beyond which a crater changes nothing: its rim has fallen below a thousandth."""


@register
@dataclass(frozen=True)
class Craters(SubTerrain):
    """Round craters with raised rims, old and young, one over the other."""

    kind: ClassVar[str] = "craters"
    measure: ClassVar[str] = "roughness"
    source: ClassVar[str] = "Pike 1977: fresh craters are 0.2 diameters deep with a rim of 0.036 diameters"

    radius: float = param("m", 0.1, 50.0, "of the largest crater", default=2.5, scale="radius")
    depth: float = param("m", 0.01, 20.0, "of the largest crater", easy=0.15, hard=1.2, scale="leg")
    cover: float = param("per m2", 0.0, 2.0, "craters per square metre", easy=0.05, hard=0.15)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        heights = np.zeros(patch.shape)
        number = round(self.cover * patch.size[0] * patch.size[1])
        centres = rng.uniform(-0.5, 0.5, (number, 2)) * patch.size
        scales = rng.uniform(0.3, 1.0, number) ** 2
        for (x, y), scale in zip(centres, np.sort(scales)[::-1]):
            radius = max(self.radius * scale, 2 * max(patch.cell))
            cols, rows = (
                slice(*np.searchsorted(line, (at - REACH * radius, at + REACH * radius)))
                for line, at in ((patch.x[0], x), (patch.y[:, 0], y))
            )
            away = np.hypot(patch.x[:, cols] - x, patch.y[rows] - y) / radius
            bowl = np.where(away < 1, away**2 - 1, 0.0)
            rim = 0.18 * np.exp(-(((away - 1) / 0.25) ** 2))
            heights[rows, cols] += self.depth * scale * (bowl + rim)
        return of_heights(heights)
