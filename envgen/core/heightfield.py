"""Heights on a regular grid: the ground where it is a function of (x, y)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Heights = NDArray[np.float32]
Floats = NDArray[np.float64]

QUANTUM = 0.001
"""Heights are rounded to multiples of this (m) before they are written, so that bytes are equal on every
platform, although exp() or sin() may differ in the last bit."""


@dataclass(frozen=True)
class Heightfield:
    """Heights in metres over a rectangle.

    Attributes:
        heights: (nrow, ncol) float32, metres, z up; columns run along x, rows along y.
        cell: Distance between neighbouring samples (x, y), in metres.
        origin: Position (x, y) of sample [0, 0] in the world frame, in metres.
    """

    heights: Heights
    cell: tuple[float, float]
    origin: tuple[float, float]

    @classmethod
    def centred(cls, heights: Heights, size: tuple[float, float]) -> Heightfield:
        """Create a heightfield centred at the origin of the world.

        Args:
            heights: (nrow, ncol), metres.
            size: Extent (x, y), in metres, from first to last sample.
        """
        nrow, ncol = heights.shape
        cell = (size[0] / (ncol - 1), size[1] / (nrow - 1))
        return cls(heights, cell, (-size[0] / 2, -size[1] / 2))

    @cached_property
    def x(self) -> Floats:
        """(ncol,) positions of the columns, in m."""
        along: Floats = self.origin[0] + self.cell[0] * np.arange(self.heights.shape[1], dtype=np.float64)
        return along

    @cached_property
    def y(self) -> Floats:
        """(nrow,) positions of the rows, in m."""
        along: Floats = self.origin[1] + self.cell[1] * np.arange(self.heights.shape[0], dtype=np.float64)
        return along

    @property
    def size(self) -> tuple[float, float]:
        """Extent (x, y), in metres."""
        nrow, ncol = self.heights.shape
        return self.cell[0] * (ncol - 1), self.cell[1] * (nrow - 1)

    def index(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the fractional (column, row) of points (m), clamped to the edge."""
        nrow, ncol = self.heights.shape
        # numpy.clip takes three times as long to begin
        u = np.minimum(np.maximum((x - self.origin[0]) / self.cell[0], 0.0), ncol - 1.0)
        v = np.minimum(np.maximum((y - self.origin[1]) / self.cell[1], 0.0), nrow - 1.0)
        return u, v

    def at(self, x: Floats, y: Floats) -> Floats:
        """Return the height at points, bilinearly interpolated; outside, that of the nearest edge.

        Args:
            x: (...,) metres, in the world frame.
            y: (...,) metres, in the world frame.

        Returns:
            (...,) metres.
        """
        h00, h01, h10, h11, fx, fy = self._corners(*self.index(x, y))
        return (h00 * (1 - fx) + h01 * fx) * (1 - fy) + (h10 * (1 - fx) + h11 * fx) * fy

    def at_point(self, x: float, y: float) -> float:
        """Return the height (m) at one point as `at` does, a hundred times as fast as numpy."""
        nrow, ncol = self.heights.shape
        u = min(max((x - self.origin[0]) / self.cell[0], 0.0), ncol - 1.0)
        v = min(max((y - self.origin[1]) / self.cell[1], 0.0), nrow - 1.0)
        col, row = min(int(u), ncol - 2), min(int(v), nrow - 2)
        fx, fy = u - col, v - row
        (h00, h01), (h10, h11) = self.heights[row : row + 2, col : col + 2].tolist()
        return float((h00 * (1 - fx) + h01 * fx) * (1 - fy) + (h10 * (1 - fx) + h11 * fx) * fy)

    def upper_bound(self, x: Floats, y: Floats) -> Floats:
        """Return the least height that the surface does not exceed, whichever diagonal splits its cells.

        MuJoCo splits each cell of a heightfield into two triangles, whose common edge may lie above the
        bilinear surface. Arguments and result as in `at`.
        """
        return self.upper_bound_at_index(*self.index(x, y))

    def upper_bound_at_index(self, u: Floats, v: Floats) -> Floats:
        """Return the same at fractional columns u and rows v."""
        h00, h01, h10, h11, fx, fy = self._corners(u, v)
        along, rise = h00 + (h01 - h00) * fx, (h10 - h00) * fy
        # one diagonal from (0,0) to (1,1), the other from (0,1) to (1,0)
        up = np.where(fx > fy, along + (h11 - h01) * fy, h00 + rise + (h11 - h10) * fx)
        down = np.where(fx + fy < 1, along + rise, h11 + (h10 - h11) * (1 - fx) + (h01 - h11) * (1 - fy))
        return np.maximum(up, down)

    def _corners(self, u: Floats, v: Floats) -> tuple[Floats, ...]:
        nrow, ncol = self.heights.shape
        col = np.minimum(u.astype(np.intp), ncol - 2)
        row = np.minimum(v.astype(np.intp), nrow - 2)
        flat, first = self.heights.ravel(), row * ncol + col
        h00, h01, h10, h11 = (flat.take(first + step).astype(float) for step in (0, 1, ncol, ncol + 1))
        return h00, h01, h10, h11, u - col, v - row

    def to_bytes(self) -> bytes:
        """Return MuJoCo's binary format: int32 nrow, ncol, then float32 rows, in metres above the lowest.

        Source: MuJoCo XML reference, asset/hfield.
        """
        shape = np.array(self.heights.shape, dtype="<i4")
        relative = self.heights - self.heights.min()
        return b"".join((shape.tobytes(), relative.astype("<f4", copy=False).tobytes()))


def quantise(heights: NDArray[np.floating], quantum: float = QUANTUM) -> Heights:
    """Round heights (m) to multiples of a quantum (m), as float32."""
    steps = np.asarray(heights, dtype=np.float64) / quantum
    np.rint(steps, out=steps)
    steps *= quantum
    return steps.astype(np.float32)


def nearest_sample(at: Floats, origin: float, cell: float) -> NDArray[np.intp]:
    """Return the indices (n,) of the samples nearest to coordinates `at` (n,), in m; ties round up."""
    return np.floor((at - origin) / cell + 0.5 + 1e-6).astype(np.intp)
