"""Rectangular frames of four boxes."""

from __future__ import annotations

from envgen.terrains.base import Solid


def frame(outer: tuple[float, float], inner: tuple[float, float], z: tuple[float, float]) -> list[Solid]:
    """Four boxes around a rectangular hole.

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
