"""The ground map: height of the highest terrain surface under each point of the arena."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from envgen.core.heightfield import Floats, Heightfield, Heights

cv2.setNumThreads(1)  # worker processes use all cores; small images gain nothing from threads


@dataclass(frozen=True)
class GroundMap:
    """Height of the highest terrain surface, without obstacles.

    Attributes:
        field: Heights on a grid around the origin.
        sharp: Whether it has boxes: a point near an edge may then be as high as the neighbouring sample.
        pit: Height (m) up to which the ground is the floor of a pit, where nothing is placed.
        base: The heightfield without boxes, where boxes stand on one; else None.
    """

    field: Heightfield
    sharp: bool
    pit: float = -math.inf
    base: Heightfield | None = None

    def at(self, x: Floats, y: Floats) -> Floats:
        """Return the height (m) at points, bilinearly interpolated."""
        return self.field.at(x, y)

    def upper_bound(self, x: Floats, y: Floats, within: float = 0.0) -> Floats:
        """Return a height (m) that the surface does not exceed at points.

        Args:
            x: (...,) metres.
            y: (...,) metres.
            within: Distance (m) within which the nearest sample counts too: peaks are samples.
        """
        if self.base is not None:  # between boxes, the field is smooth
            return np.maximum(self.base.upper_bound(x, y), self._cell_maxima.at(x, y))
        if self.sharp:
            return self._cell_maxima.at(x, y)
        u, v = self.field.index(x, y)
        height = self.field.upper_bound_at_index(u, v)
        if not within:
            return height
        col, row = np.rint(u).astype(np.intp), np.rint(v).astype(np.intp)
        near = (
            np.maximum(np.abs(u - col) * self.field.cell[0], np.abs(v - row) * self.field.cell[1]) <= within
        )
        return np.where(near, np.maximum(height, self.field.heights[row, col]), height)

    @cached_property
    def _cell_maxima(self) -> _CellMaxima:
        if self.base is None:
            return _CellMaxima(self.field)
        box = self.field.heights > self.base.heights + 1e-4
        return _CellMaxima(
            replace(self.field, heights=np.where(box, self.field.heights, np.float32(-np.inf)))
        )

    def local_minima(self, radius: float) -> Floats:
        """Return the samples (n, 2), in m, that are the lowest within `radius` (m)."""
        reach = [max(1, round(radius / cell)) for cell in self.field.cell]
        heights = self.field.heights
        lowest = cv2.erode(heights, np.ones((2 * reach[1] + 1, 2 * reach[0] + 1), dtype=np.uint8))
        rows, cols = np.nonzero(heights <= lowest + 1e-6)
        x = self.field.origin[0] + cols * self.field.cell[0]
        y = self.field.origin[1] + rows * self.field.cell[1]
        return np.stack([x, y], axis=1)

    def relief(self, radius: float, stride: tuple[int, int] = (1, 1)) -> Heights:
        """Return the range of heights (m) within `radius` (m) of each sample.

        Args:
            radius: Half the side of the square window, in m.
            stride: Step (rows, columns) between the samples of the result.
        """
        reach = [max(1, round(radius / cell)) for cell in self.field.cell]
        along = np.ones((1, 2 * reach[0] + 1), dtype=np.uint8)
        across = np.ones((2 * reach[1] + 1, 1), dtype=np.uint8)
        ends = []  # along y first, which is cheaper, then in the remaining rows only
        for spread in (cv2.dilate, cv2.erode):
            rows = np.ascontiguousarray(spread(self.field.heights, across)[:: stride[0]])
            ends.append(spread(rows, along)[:, :: stride[1]])
        highest, lowest = ends
        return np.asarray(highest - lowest)


class _CellMaxima:
    """Greatest of the four samples around a point."""

    def __init__(self, field: Heightfield) -> None:
        self._field = field
        heights = field.heights
        top = np.maximum(heights[:-1], heights[1:])
        self._cells = np.maximum(top[:, :-1], top[:, 1:])

    def at(self, x: Floats, y: Floats) -> Floats:
        u, v = self._field.index(x, y)
        rows, cols = self._cells.shape
        col = np.minimum(u.astype(np.intp), cols - 1)
        row = np.minimum(v.astype(np.intp), rows - 1)
        height: Floats = self._cells[row, col].astype(np.float64)
        return height
