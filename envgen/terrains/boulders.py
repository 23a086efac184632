"""A field of boulders, half sunk into uneven ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register

BROAD = 2.5
"""Least half width of a boulder, in cells: those of small robots would fall between the samples."""


@register
@dataclass(frozen=True)
class Boulders(SubTerrain):
    """Rounded boulders that stand out of the ground by a part of their radius."""

    kind: ClassVar[str] = "boulders"
    measure: ClassVar[str] = "roughness"
    source: ClassVar[str] = "myoassist-terrains: 0.05-0.8 per m2, radius 0.2-0.6 m"

    radius: float = param("m", 0.05, 5.0, "of the largest boulder", easy=0.4, hard=1.0, scale="leg")
    cover: float = param("per m2", 0.0, 2.0, "boulders per square metre", easy=0.05, hard=0.4)
    rise: float = param("", 0.05, 0.95, "share of the radius above ground", easy=0.15, hard=0.6)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        heights = np.zeros(patch.shape)
        number = round(self.cover * patch.size[0] * patch.size[1])
        centres = rng.uniform(-0.5, 0.5, (number, 2)) * patch.size
        radii = self.radius * rng.uniform(0.5, 1.0, number)
        for (x, y), radius in zip(centres, radii):
            _raise_cap(heights, patch, (x, y), radius, self.rise)
        return of_heights(heights)


def _raise_cap(
    heights: np.ndarray, patch: Patch, centre: tuple[float, float], radius: float, rise: float
) -> None:
    """Raise the heights to the cap of a sphere of which `rise * radius` shows, broad enough to be seen."""
    sunk = radius * (1 - rise)
    reach = np.sqrt(radius**2 - sunk**2)
    stretch = max(1.0, BROAD * max(patch.cell) / reach)
    reach *= stretch
    xs, ys = patch.x[0], patch.y[:, 0]
    cols = slice(*np.searchsorted(xs, (centre[0] - reach, centre[0] + reach)))
    rows = slice(*np.searchsorted(ys, (centre[1] - reach, centre[1] + reach)))
    away = (ys[rows, None] - centre[1]) ** 2 + (xs[None, cols] - centre[0]) ** 2
    cap = np.sqrt(np.maximum(radius**2 - away / stretch**2, 0.0)) - sunk
    np.maximum(heights[rows, cols], cap, out=heights[rows, cols])
