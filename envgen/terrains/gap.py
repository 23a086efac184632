"""A trench around a platform."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from envgen.core.errors import InputError
from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, around, of_solids, register


@register
@dataclass(frozen=True)
class Gap(SubTerrain):
    """A square trench around a platform: to leave it, the robot has to cross."""

    kind: ClassVar[str] = "gap"
    measure: ClassVar[str] = "gap"
    source: ClassVar[str] = "legged_gym: 1.0 d m; extreme-parkour: 0.1 + 0.7 d m"

    gap: float = param("m", 0.02, 5.0, "width of the trench", easy=0.1, hard=0.75, scale="leg")
    depth: float = param("m", 0.05, 10.0, "of the trench", default=1.0)
    platform: float = param("m", 0.5, 50.0, "side of the platform", default=4.0, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        inner = self.platform / 2
        outer = inner + self.gap
        if outer > patch.radius - 0.5:
            raise InputError(
                f"gap: a platform of {self.platform:g} m and a trench of {self.gap:g} m leave no rim in"
                f" {2 * patch.radius:g} m",
                "Take a larger terrain.size, or a smaller platform or gap.",
            )
        right, back = patch.size[0] / 2, patch.size[1] / 2
        z = (-self.depth, 0.0)
        solids = [
            Solid((-inner, inner), (-inner, inner), z),
            Solid((-right, right), (outer, back), z),
            Solid((-right, right), (-back, -outer), z),
            Solid((outer, right), (-outer, outer), z),
            Solid((-right, -outer), (-outer, outer), z),
        ]
        ground = of_solids(patch, solids, floor=-self.depth, pit=True)
        return replace(ground, start=around(inner, inner))
