"""Heaps of rubble."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.core.params import param
from envgen.obstacles.base import Geom, Obstacle, Shape, register


@register
@dataclass(frozen=True)
class Rubble(Obstacle):
    """A fixed heap of broken slabs, each rooted in the ground, the highest in its middle."""

    kind: ClassVar[str] = "rubble"

    size: float = param("m", 0.05, 20.0, "across the heap", easy=1.5, hard=3.0, scale="leg")
    height: float = param("m", 0.02, 10.0, "of the heap", easy=0.15, hard=0.7, scale="leg")
    pieces: int = param("", 5, 15, "slabs", default=9, integer=True)

    def shape(self, rng: np.random.Generator) -> Shape:
        count, radius = int(self.pieces), round(self.size / 2, 3)
        quats = _tilted(rng, count)
        turn = np.abs(_matrices(quats))
        wide = radius * rng.uniform(0.16, 0.34, (count, 2))
        # sunflower seeds: even over the disc, whatever the count
        seed = np.arange(count) + 0.5
        angle = seed * math.pi * (3 - math.sqrt(5)) + rng.uniform(0, 2 * math.pi)
        away = np.sqrt(seed / count) * 0.75 * radius
        top = self.height * np.where(seed < 1, 1.0, (1 - 0.75 * away / radius) * rng.uniform(0.6, 1.0, count))
        deep = 0.4 * self.height
        # as thick as it must be to reach from its root to its top
        flat = np.einsum("nj,nj->n", turn[:, 2, :2], wide)
        thick = np.maximum(((top + deep) / 2 - flat) / turn[:, 2, 2], 0.05 * radius)
        half = np.concatenate([wide, thick[:, None]], axis=1)
        reach = np.einsum("nij,nj->ni", turn, half)
        away = np.minimum(away, radius - np.hypot(reach[:, 0], reach[:, 1]))
        away = np.maximum(away, 0.0)
        pos = np.stack([away * np.cos(angle), away * np.sin(angle), top - reach[:, 2]], axis=1)
        extent = np.abs(pos[:, :2]) + reach[:, :2]
        geoms = tuple(
            Geom("box", tuple(h), (x, y, z), (a, b, c, d))
            for h, (x, y, z), (a, b, c, d) in zip(
                np.round(half, 4).tolist(), np.round(pos, 4).tolist(), np.round(quats, 5).tolist()
            )
        )
        side = round(float(max(extent.max(), radius)), 3)
        return Shape(geoms, (side, side), round(float(top.max()), 3), disc=True, lean=True)


def _tilted(rng: np.random.Generator, count: int) -> np.ndarray:
    """(count, 4) rotations: any heading, tilted by up to 25 degrees."""
    yaw, lean = rng.uniform(0, math.pi, count), rng.uniform(-0.44, 0.44, count)
    c, s, p, q = np.cos(yaw / 2), np.sin(yaw / 2), np.cos(lean / 2), np.sin(lean / 2)
    return np.stack([c * p, -s * q, c * q, s * p], axis=1)


def _matrices(quats: np.ndarray) -> np.ndarray:
    """(n, 3, 3) rotations of quaternions (n, 4)."""
    w, x, y, z = quats.T
    return np.moveaxis(
        np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        ),
        -1,
        0,
    )
