"""The ground maps of many worlds, asked in one gather."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats, Heightfield


class GroundMaps:
    """Heights of fields that may differ in size and cell.

    Args:
        fields: One a world.
    """

    def __init__(self, fields: Sequence[Heightfield]) -> None:
        self._heights = np.concatenate([field.heights.ravel() for field in fields])
        sizes = np.array([field.heights.size for field in fields])
        # (worlds, 1): one row a world, its points beside each other
        self._first = (np.cumsum(sizes) - sizes)[:, None]
        self._nrow, self._ncol = np.array([field.heights.shape for field in fields]).T[:, :, None]
        self._cell = np.array([field.cell for field in fields]).T[:, :, None]
        self._origin = np.array([field.origin for field in fields]).T[:, :, None]

    def at(self, worlds: NDArray[np.intp] | None, x: Floats, y: Floats) -> Floats:
        """Return heights at points, bilinear; outside, those of the nearest edge. See `Heightfield.at`.

        Args:
            worlds: (n,) whose ground each row of points is on; by default that of world i is asked in row i.
            x: (n, points) metres.
            y: (n, points) metres.

        Returns:
            (n, points) metres.
        """
        which = slice(None) if worlds is None else worlds
        ncol, nrow = self._ncol[which], self._nrow[which]
        # fmax: the position of a robot in an unstable simulation may be NaN
        u = np.minimum(np.fmax((x - self._origin[0][which]) / self._cell[0][which], 0.0), ncol - 1.0)
        v = np.minimum(np.fmax((y - self._origin[1][which]) / self._cell[1][which], 0.0), nrow - 1.0)
        col = np.minimum(u.astype(np.intp), ncol - 2)
        row = np.minimum(v.astype(np.intp), nrow - 2)
        first, fx, fy = self._first[which] + row * ncol + col, u - col, v - row
        below = first + ncol
        h00, h01, h10, h11 = (
            self._heights.take(at).astype(float) for at in (first, first + 1, below, below + 1)
        )
        height: Floats = (h00 * (1 - fx) + h01 * fx) * (1 - fy) + (h10 * (1 - fx) + h11 * fx) * fy
        return height
