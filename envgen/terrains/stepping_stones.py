"""Stepping stones over a pit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, of_solids, register


@register
@dataclass(frozen=True)
class SteppingStones(SubTerrain):
    """Square stones in shifted rows over a pit, with a platform in the middle to start from."""

    kind: ClassVar[str] = "stepping_stones"
    source: ClassVar[str] = "mjlab: size 0.4-0.8 m, gap 0.2-0.5 m; legged_gym: size 1.5 (1.05 - d)"

    size: float = param("m", 0.1, 5.0, "side of a stone", easy=2.0, hard=0.8, scale="leg")
    gap: float = param("m", 0.0, 3.0, "between stones", easy=0.1, hard=0.55, scale="leg")
    height: float = param("m", 0.0, 1.0, "spread of the tops", easy=0.0, hard=0.1, scale="leg")
    depth: float = param("m", 0.05, 10.0, "of the pit", default=1.0)
    platform: float = param("m", 0.5, 50.0, "side of the platform", default=4.0, scale="radius")

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        pitch = self.size + self.gap
        half = self.platform / 2
        rows = int((patch.size[1] + self.gap) / pitch)
        solids = [Solid((-half, half), (-half, half), (-self.depth, 0.0))]
        for row in range(rows):
            y = (row - (rows - 1) / 2) * pitch
            shift = rng.uniform(0, pitch)
            number = int((patch.size[0] - shift + self.gap) / pitch)
            tops = rng.uniform(-self.height / 2, self.height / 2, number)
            for col in range(number):
                x = -patch.size[0] / 2 + shift + self.size / 2 + col * pitch
                if max(abs(x), abs(y)) - self.size / 2 < half:
                    continue  # under or against the platform
                solids.append(
                    Solid(
                        (x - self.size / 2, x + self.size / 2),
                        (y - self.size / 2, y + self.size / 2),
                        (-self.depth, float(tops[col])),
                    )
                )
        return of_solids(patch, solids, floor=-self.depth, pit=True)
