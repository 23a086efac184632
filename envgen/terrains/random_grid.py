"""A grid of blocks of random height."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.terrains.base import Floats, Ground, Patch, SubTerrain, of_boxes, register


@register
@dataclass(frozen=True)
class RandomGrid(SubTerrain):
    """Square blocks of random height, side by side, around a level middle."""

    kind: ClassVar[str] = "random_grid"
    measure: ClassVar[str] = "step"
    source: ClassVar[str] = "mjlab, Isaac Lab: cell 0.40-0.45 m, height 0-0.3 m"

    size: float = param("m", 0.15, 10.0, "side of a block", default=1.6, scale="leg")
    height: float = param("m", 0.0, 2.0, "spread of the tops", easy=0.06, hard=0.45, scale="leg")
    platform: float = param("m", 0.3, 50.0, "side of the level middle", default=3.0, scale="radius")
    most: int = param(
        "", 16, 4000, "most blocks: far from the middle they are larger", default=250, integer=True
    )

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        blocks = _blocks(patch, self.size, self.most)
        tops = rng.uniform(0.0, self.height, len(blocks)) + 0.01
        centre = np.abs(blocks[:, 0:4:2] + blocks[:, 1:4:2]).max(axis=1) / 2
        blocks[:, 5] = np.where(centre < self.platform / 2, self.height / 2 + 0.01, tops)
        return of_boxes(patch, blocks, floor=0.0)


def _blocks(patch: Patch, size: float, most: int) -> Floats:
    """(n, 7) blocks that tile a patch: the nearer to the middle, the sooner one of the largest is divided."""
    number = np.maximum(np.rint(np.divide(patch.size, size)).astype(int), 1)
    times = 1
    while np.prod(coarse := np.maximum(number // times, 1)) > 0.6 * most and coarse.max() > 1:
        times += 1
    large = _tiling(patch.size, coarse)
    if times == 1:
        return large
    # as many as the bound allows are divided into times x times
    away = np.abs(large[:, 0:4:2] + large[:, 1:4:2]).max(axis=1)
    divided = np.argsort(np.round(away, 6), kind="stable")[: (most - len(large)) // (times**2 - 1)]
    parts = [np.delete(large, divided, axis=0)]
    for x0, x1, y0, y1 in large[np.sort(divided), :4]:
        fine = _tiling((x1 - x0, y1 - y0), np.array([times, times]))
        fine[:, :2] += (x0 + x1) / 2
        fine[:, 2:4] += (y0 + y1) / 2
        parts.append(fine)
    return np.concatenate(parts)


def _tiling(size: tuple[float, float], number: np.ndarray) -> Floats:
    """(n, 7) boxes that fill a rectangle around the origin, so many along x and y; tops are left open."""
    across, along = (np.linspace(-s / 2, s / 2, n + 1) for s, n in zip(size, number))
    i, j = (index.ravel() for index in np.indices(tuple(number)))
    zero = np.zeros(len(i))
    return np.stack([across[i], across[i + 1], along[j], along[j + 1], zero, zero, zero], axis=1)
