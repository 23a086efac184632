"""A half-pipe along x."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register


@register
@dataclass(frozen=True)
class HalfPipe(SubTerrain):
    """A U-shaped channel along x with level decks beside it."""

    kind: ClassVar[str] = "half_pipe"
    measure: ClassVar[str] = "slope"
    source: ClassVar[str] = "skate-park half-pipe: a circular arc up to its steepest usable part"

    radius: float = param("m", 0.3, 100.0, "of the channel", easy=6.0, hard=2.5, scale="radius")
    steepness: float = param("", 0.05, 0.98, "sine of the angle where the wall ends", easy=0.3, hard=0.75)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        reach = min(self.radius * self.steepness, 0.4 * patch.size[1])
        across = np.minimum(np.abs(patch.y), reach)
        wall = self.radius - np.sqrt(self.radius**2 - across**2)
        return of_heights(wall + 0.0 * patch.x)
