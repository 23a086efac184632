"""The ground map, and where a robot gets along on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats, Heightfield, Heights
from envgen.core.params import RobotSize

PATH_CELL = 0.2
"""Least cell of the traversability map, in m."""

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

    def dips(self, radius: float) -> Floats:
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


@dataclass(frozen=True)
class Traversability:
    """Which parts of the ground a robot can get from and to, by its step, slope and gap ability.

    Attributes:
        x: (ncol,) coordinates of the cells, in m.
        y: (nrow,) coordinates of the cells, in m.
        heights: (nrow, ncol) heights in m, gaps that the robot masters filled.
        free: (nrow, ncol) whether a cell can be entered.
        most: Greatest difference in height (m) to a neighbour along (x, y).
        stride: Samples of the ground map (rows, columns) from one cell to the next.
        shut: (nrow, ncol - 1) and (nrow - 1, ncol) whether a wall or a gap lies between a cell and the next
            along x and y; None where none can.
    """

    x: Floats
    y: Floats
    heights: Heights
    free: NDArray[np.bool_]
    most: tuple[float, float]
    stride: tuple[int, int]
    shut: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None

    @cached_property
    def labels(self) -> NDArray[np.int32]:
        """(nrow, ncol) number of the connected part that a cell belongs to, 0 for none.

        Cells and the steps between them are laid out on a grid twice as fine, where a step that is too
        high is a wall: connected components there are the parts that can be reached from one another.
        """
        nrow, ncol = self.heights.shape
        if self.steps_x.all() and self.steps_y.all():  # all of it is one part, as much easy ground is
            return self.free.astype(np.int32)
        fine = np.zeros((2 * nrow - 1, 2 * ncol - 1), dtype=np.uint8)
        fine[::2, ::2] = self.free
        fine[::2, 1::2] = self.steps_x
        fine[1::2, ::2] = self.steps_y
        _, labels = cv2.connectedComponents(fine, connectivity=4)
        return np.asarray(labels[::2, ::2])

    @cached_property
    def steps_x(self) -> NDArray[np.bool_]:
        """(nrow, ncol - 1) whether one gets from a cell to the next along x."""
        climb = np.abs(np.diff(self.heights, axis=1)) <= self.most[0]
        if self.shut:
            climb &= ~self.shut[0]
        return climb & self.free[:, 1:] & self.free[:, :-1]

    @cached_property
    def steps_y(self) -> NDArray[np.bool_]:
        """(nrow - 1, ncol) whether one gets from a cell to the next along y."""
        climb = np.abs(np.diff(self.heights, axis=0)) <= self.most[1]
        if self.shut:
            climb &= ~self.shut[1]
        return climb & self.free[1:] & self.free[:-1]

    def cell_of(self, x: float, y: float) -> tuple[int, int]:
        """(row, column) of the cell nearest to a point."""
        col = round(float((x - self.x[0]) / (self.x[1] - self.x[0])))
        row = round(float((y - self.y[0]) / (self.y[1] - self.y[0])))
        return min(max(row, 0), len(self.y) - 1), min(max(col, 0), len(self.x) - 1)


def traversability(
    ground: GroundMap, size: RobotSize, blocked: NDArray[np.bool_] | None = None, *, planar: bool = False
) -> Traversability:
    """Where a robot of that size gets along.

    Args:
        ground: The ground map.
        size: What the robot masters.
        blocked: (nrow, ncol) of the ground map: where something stands in the way.
        planar: Whether it moves along x alone: then it steps over what is narrow along x.
    """
    field = ground.field
    reach = [max(1, round(size.gap / cell)) for cell in field.cell]
    heights = field.heights
    floor = float(heights.min())
    if ground.sharp and floor < -1e-3:
        # closing fills what is narrower than the kernel: the gaps that the robot steps over. Only the floor
        # below is filled: a passage between walls is no gap.
        kernel = np.ones((1 if planar else reach[1] + 1, reach[0] + 1), dtype=np.uint8)
        closed = cv2.morphologyEx(heights, cv2.MORPH_CLOSE, kernel)
        heights = np.where(heights <= floor + 1e-3, closed, heights)
    stride = [max(1, int(np.ceil(PATH_CELL / cell - 1e-6))) for cell in field.cell]
    coarse = np.ascontiguousarray(heights[:: stride[1], :: stride[0]])
    free = np.ones(coarse.shape, dtype=bool)
    if blocked is not None:
        free &= ~blocked[:: stride[1], :: stride[0]]
    nrow, ncol = field.heights.shape
    cell = (field.cell[0] * stride[0], field.cell[1] * stride[1])
    most = (max(size.step, size.slope * cell[0]) + 1e-4, max(size.step, size.slope * cell[1]) + 1e-4)
    x = field.origin[0] + field.cell[0] * np.arange(0, ncol, stride[0])
    y = field.origin[1] + field.cell[1] * np.arange(0, nrow, stride[1])
    shut = None
    if ground.sharp and max(stride) > 1:  # walls may be thinner than a cell
        rows, cols = heights[:: stride[1]], heights[:, :: stride[0]].T
        shut = _between(rows, stride[0], most[0]), _between(cols, stride[1], most[1]).T
    return Traversability(x.astype(float), y.astype(float), coarse, free, most, (stride[1], stride[0]), shut)


def _between(lines: Heights, stride: int, most: float) -> NDArray[np.bool_]:
    """(lines, n - 1) whether the samples between two cells of a line rise or fall by more than `most` (m)."""
    ends = np.asarray(lines)[:, ::stride]
    higher, lower = np.maximum(ends[:, :-1], ends[:, 1:]) + most, np.minimum(ends[:, :-1], ends[:, 1:]) - most
    shut = np.zeros(higher.shape, dtype=bool)
    for k in range(1, stride):
        inner = np.asarray(lines)[:, k::stride][:, : ends.shape[1] - 1]
        shut |= (inner > higher) | (inner < lower)
    return shut
