"""A winding corridor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, of_solids, register


@register
@dataclass(frozen=True)
class Corridor(SubTerrain):
    """A walled corridor that winds back and forth along y while it goes on along x."""

    kind: ClassVar[str] = "corridor"
    measure: ClassVar[str] = "walls"
    source: ClassVar[str] = "dm_control walls corridor: 40 x 4 m, walls of 2.5 x 2 m"

    width: float = param(
        "m", 0.3, 50.0, "of the openings, and least width", easy=6.0, hard=3.0, scale="radius"
    )
    turns: int = param("", 0, 40, "bends; fewer where they don't fit", easy=1, hard=6, integer=True)
    height: float = param("m", 0.05, 20.0, "of the walls", default=1.5, scale="leg")
    thickness: float = param("m", 0.02, 2.0, "of the walls", default=0.15)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        room = patch.size[0] - self.thickness
        lanes = max(min(self.turns + 1, int(room / (self.width + self.thickness))), 1)
        opening = min(self.width, patch.size[1] / 2)
        side, z = patch.size[1] / 2, (0.0, self.height)
        pitch, first = room / lanes, -patch.size[0] / 2  # what is over widens the lanes
        flip = 1 if rng.random() < 0.5 else -1
        solids = []
        for wall in range(lanes + 1):
            x = first + wall * pitch
            y = (-side, side)
            if 0 < wall < lanes or patch.open:  # an opening at one end, at the other the next time
                end = side - opening
                y = (-side, end) if flip * (-1) ** wall > 0 else (-end, side)
            solids.append(Solid((x, x + self.thickness), y, z))
        ends = (first, first + lanes * pitch + self.thickness)
        solids.append(Solid(ends, (side - self.thickness, side), z))
        solids.append(Solid(ends, (-side, -side + self.thickness), z))
        return of_solids(patch, solids, floor=0.0)
