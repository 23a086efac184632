"""The ground map: height of the highest terrain surface under each point of the arena."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from envgen.core.heightfield import Floats, Heightfield, Heights

cv2.setNumThreads(1)  # a process per core already; small images gain nothing from threads


@dataclass(frozen=True)
class GroundMap:
    """The height of the highest terrain surface, obstacles left out.

    Attributes:
        field: Heights on a grid around the origin.
        pit: Height (m) up to which the ground is the floor of a pit, where nothing starts or is put.
        sharp: Whether it is made of boxes: then a point near an edge may be as high as its neighbours.
        base: Where boxes stand on a heightfield, that field alone.
    """

    field: Heightfield
    sharp: bool
    pit: float = -math.inf
    base: Heightfield | None = None

    def at(self, x: Floats, y: Floats) -> Floats:
        """Height (m) under points, bilinear."""
        return self.field.at(x, y)

    def above(self, x: Floats, y: Floats, within: float = 0.0) -> Floats:
        """Height (m) that the surface surely does not exceed at points.

        Args:
            x: (...,) metres.
            y: (...,) metres.
            within: Peaks this near to a point, in m, count too: a peak is a sample of the grid.
        """
        if self.base is not None:  # between boxes, as smooth as the field is
            return np.maximum(self.base.above(x, y), self.highest.at_corner(x, y))
        if self.sharp:
            return self.highest.at_corner(x, y)
        u, v = self.field.index(x, y)
        height = self.field.above_index(u, v)
        if not within:
            return height
        col, row = np.rint(u).astype(np.intp), np.rint(v).astype(np.intp)
        near = (
            np.maximum(np.abs(u - col) * self.field.cell[0], np.abs(v - row) * self.field.cell[1]) <= within
        )
        return np.where(near, np.maximum(height, self.field.heights[row, col]), height)

    @cached_property
    def highest(self) -> _Corners:
        if self.base is None:
            return _Corners(self.field)
        box = self.field.heights > self.base.heights + 1e-4
        return _Corners(replace(self.field, heights=np.where(box, self.field.heights, np.float32(-np.inf))))

    def local_minima(self, radius: float) -> Floats:
        """(n, 2) points (m) that nothing within `radius` (m) lies below: what is put there stays there."""
        reach = [max(1, round(radius / cell)) for cell in self.field.cell]
        heights = self.field.heights
        lowest = cv2.erode(heights, np.ones((2 * reach[1] + 1, 2 * reach[0] + 1), dtype=np.uint8))
        rows, cols = np.nonzero(heights <= lowest + 1e-6)
        x = self.field.origin[0] + cols * self.field.cell[0]
        y = self.field.origin[1] + rows * self.field.cell[1]
        return np.stack([x, y], axis=1)

    def relief(self, radius: float, stride: tuple[int, int] = (1, 1)) -> Heights:
        """Greatest minus least height (m) within `radius` (m) of each sample.

        Args:
            radius: Half the side of the square that is looked at, in m.
            stride: From one row and column of samples to the next: what lies between is left out.
        """
        reach = [max(1, round(radius / cell)) for cell in self.field.cell]
        along = np.ones((1, 2 * reach[0] + 1), dtype=np.uint8)
        across = np.ones((2 * reach[1] + 1, 1), dtype=np.uint8)
        ends = []  # along y first, which is cheaper, then only in the rows that are left
        for spread in (cv2.dilate, cv2.erode):
            rows = np.ascontiguousarray(spread(self.field.heights, across)[:: stride[0]])
            ends.append(spread(rows, along)[:, :: stride[1]])
        highest, lowest = ends
        return np.asarray(highest - lowest)


class _Corners:
    """Greatest of the four samples around a point."""

    def __init__(self, field: Heightfield) -> None:
        self._field = field
        heights = field.heights
        top = np.maximum(heights[:-1], heights[1:])
        self._cells = np.maximum(top[:, :-1], top[:, 1:])

    def at_corner(self, x: Floats, y: Floats) -> Floats:
        u, v = self._field.index(x, y)
        rows, cols = self._cells.shape
        col = np.minimum(u.astype(np.intp), cols - 1)
        row = np.minimum(v.astype(np.intp), rows - 1)
        height: Floats = self._cells[row, col].astype(np.float64)
        return height
