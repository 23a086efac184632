"""Rectangular frames of four boxes."""

from __future__ import annotations

import numpy as np

from envgen.terrains.base import Floats, Solid


def frame(outer: tuple[float, float], inner: tuple[float, float], z: tuple[float, float]) -> list[Solid]:
    """Return four boxes around a rectangular hole.

    Args:
        outer: Half extents (x, y) of the outside, in m.
        inner: Half extents (x, y) of the hole, in m.
        z: Bottom and top, in m.
    """
    (ox, oy), (ix, iy) = outer, inner
    return [
        Solid((-ox, ox), (iy, oy), z),
        Solid((-ox, ox), (-oy, -iy), z),
        Solid((ix, ox), (-iy, iy), z),
        Solid((-ox, -ix), (-iy, iy), z),
    ]


def frame_boxes(outer: tuple[float, ...], inner: tuple[float, ...], z: tuple[float, float]) -> Floats:
    """Return the same as boxes (n, 7), without empty ones."""
    (ox, oy), (ix, iy) = outer, inner
    boxes = np.array(
        [
            [-ox, ox, iy, oy, *z, 0.0],
            [-ox, ox, -oy, -iy, *z, 0.0],
            [ix, ox, -iy, iy, *z, 0.0],
            [-ox, -ix, -iy, iy, *z, 0.0],
        ]
    )
    kept: Floats = boxes[(boxes[:, 1] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 2])]
    return kept
