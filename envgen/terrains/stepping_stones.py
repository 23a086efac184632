"""Stepping stones over a pit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, around, of_boxes, register
from envgen.terrains.tools.frames import frame_boxes


@register
@dataclass(frozen=True)
class SteppingStones(SubTerrain):
    """Square stones in shifted rows over a pit, with a platform in the middle to start from."""

    kind: ClassVar[str] = "stepping_stones"
    measure: ClassVar[str] = "gap"
    source: ClassVar[str] = "mjlab: size 0.4-0.8 m, gap 0.2-0.5 m; legged_gym: size 1.5 (1.05 - d)"

    size: float = param("m", 0.1, 5.0, "side of a stone", easy=2.0, hard=0.8, scale="leg")
    gap: float = param("m", 0.0, 3.0, "between stones", easy=0.1, hard=0.55, scale="leg")
    height: float = param("m", 0.0, 1.0, "spread of the tops", easy=0.0, hard=0.1, scale="leg")
    depth: float = param("m", 0.05, 10.0, "of the pit", default=1.0)
    platform: float = param("m", 0.5, 50.0, "side of the platform", default=4.0, scale="radius")
    most: int = param(
        "", 16, 4000, "most stones: the pit ends where there are as many", default=250, integer=True
    )

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        pitch = self.size + self.gap
        half = min(self.platform / 2, 0.8 * patch.radius)
        z = (-self.depth, 0.0)
        # in a large arena the stones end at solid ground: thousands would make the physics slow
        reach = pitch * np.sqrt(self.most) / 2
        edge = tuple(side / 2 if side / 2 <= reach + pitch else reach for side in patch.size)
        rim = edge != (patch.size[0] / 2, patch.size[1] / 2)
        parts = [np.array([[-half, half, -half, half, *z, 0.0]])]
        if rim:
            parts.append(frame_boxes((patch.size[0] / 2, patch.size[1] / 2), edge, z))
        rows = int(np.ceil((2 * edge[1] + self.gap) / pitch - 1e-9))
        for row in range(rows):
            y = (row - (rows - 1) / 2) * pitch
            shift = rng.uniform(0, pitch) - pitch
            number = int((2 * edge[0] - shift) / pitch) + 1
            x = -edge[0] + shift + pitch * np.arange(number)
            stones = np.zeros((number, 7))
            # stones reach the edges, cut there
            stones[:, 0], stones[:, 1] = np.maximum(x, -edge[0]), np.minimum(x + self.size, edge[0])
            stones[:, 2], stones[:, 3] = (
                max(y - self.size / 2, -edge[1]),
                min(y + self.size / 2, edge[1]),
            )
            stones[:, 4] = -self.depth
            stones[:, 5] = rng.uniform(-self.height / 2, self.height / 2, number)
            wide = (stones[:, 1:4:2] - stones[:, 0:4:2]).min(axis=1) > 0.2 * self.size  # no slivers
            beside = np.abs(stones[:, :4]).reshape(-1, 2, 2).max(axis=2).max(axis=1) > half
            parts.append(stones[wide & beside])
        ground = of_boxes(patch, np.concatenate(parts), floor=-self.depth, pit=True)
        return replace(ground, start=around(half, half)) if rim else ground
