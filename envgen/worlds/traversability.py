"""Traversability: the parts of the ground between which a robot can travel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats, Heights
from envgen.core.params import RobotSize
from envgen.worlds.ground_map import GroundMap

PATH_CELL = 0.2
"""Least cell size of the traversability map, in m."""


@dataclass(frozen=True)
class Traversability:
    """Cells of the ground that a robot can enter, and steps between them that it can take.

    Attributes:
        x: (ncol,) coordinates of the cells, in m.
        y: (nrow,) coordinates of the cells, in m.
        heights: (nrow, ncol) heights in m, with the gaps filled that the robot can cross.
        free: (nrow, ncol) whether a cell can be entered.
        max_step: Greatest height difference (m) to a neighbour along (x, y) that it can take.
        stride: Samples of the ground map (rows, columns) per cell.
        barriers: (nrow, ncol - 1) and (nrow - 1, ncol) whether a wall or gap thinner than a cell separates
            neighbours along x and y; None where there can be none.
    """

    x: Floats
    y: Floats
    heights: Heights
    free: NDArray[np.bool_]
    max_step: tuple[float, float]
    stride: tuple[int, int]
    barriers: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None

    @cached_property
    def labels(self) -> NDArray[np.int32]:
        """(nrow, ncol) number of the connected part that a cell belongs to, 0 for none.

        Cells and the steps between them form a grid of twice the resolution, in which an impossible step is
        a wall; its connected components are the parts within which all cells are reachable.
        """
        nrow, ncol = self.heights.shape
        if self.steps_x.all() and self.steps_y.all():  # one part, as on most easy ground
            return self.free.astype(np.int32)
        fine = np.zeros((2 * nrow - 1, 2 * ncol - 1), dtype=np.uint8)
        fine[::2, ::2] = self.free
        fine[::2, 1::2] = self.steps_x
        fine[1::2, ::2] = self.steps_y
        _, labels = cv2.connectedComponents(fine, connectivity=4)
        return np.asarray(labels[::2, ::2])

    @cached_property
    def steps_x(self) -> NDArray[np.bool_]:
        """(nrow, ncol - 1) whether the robot can step between neighbours along x."""
        climb = np.abs(np.diff(self.heights, axis=1)) <= self.max_step[0]
        if self.barriers:
            climb &= ~self.barriers[0]
        return climb & self.free[:, 1:] & self.free[:, :-1]

    @cached_property
    def steps_y(self) -> NDArray[np.bool_]:
        """(nrow - 1, ncol) whether the robot can step between neighbours along y."""
        climb = np.abs(np.diff(self.heights, axis=0)) <= self.max_step[1]
        if self.barriers:
            climb &= ~self.barriers[1]
        return climb & self.free[1:] & self.free[:-1]

    def cell_of(self, x: float, y: float) -> tuple[int, int]:
        """Return (row, column) of the cell nearest to a point (m)."""
        col = round(float((x - self.x[0]) / (self.x[1] - self.x[0])))
        row = round(float((y - self.y[0]) / (self.y[1] - self.y[0])))
        return min(max(row, 0), len(self.y) - 1), min(max(col, 0), len(self.x) - 1)


def traversability(
    ground: GroundMap, size: RobotSize, blocked: NDArray[np.bool_] | None = None, *, planar: bool = False
) -> Traversability:
    """Compute the traversability of the ground for a robot.

    Args:
        ground: The ground map.
        size: Size and abilities of the robot.
        blocked: (nrow, ncol) samples of the ground map that obstacles block.
        planar: Whether it moves along x only: then it crosses any gap that is narrow along x.
    """
    field = ground.field
    reach = [max(1, round(size.gap / cell)) for cell in field.cell]
    heights = field.heights
    floor = float(heights.min())
    if ground.sharp and floor < -1e-3:
        # closing fills gaps narrower than the kernel, which the robot steps over. Only the floor of pits is
        # filled: a passage between walls is no gap.
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
    max_step = (max(size.step, size.slope * cell[0]) + 1e-4, max(size.step, size.slope * cell[1]) + 1e-4)
    x = field.origin[0] + field.cell[0] * np.arange(0, ncol, stride[0])
    y = field.origin[1] + field.cell[1] * np.arange(0, nrow, stride[1])
    barriers = None
    if ground.sharp and max(stride) > 1:  # walls may be thinner than a cell
        rows, cols = heights[:: stride[1]], heights[:, :: stride[0]].T
        barriers = (
            _has_barrier(rows, stride[0], max_step[0]),
            _has_barrier(cols, stride[1], max_step[1]).T,
        )
    return Traversability(
        x.astype(float), y.astype(float), coarse, free, max_step, (stride[1], stride[0]), barriers
    )


def _has_barrier(lines: Heights, stride: int, max_step: float) -> NDArray[np.bool_]:
    """(lines, n - 1) whether a sample between two cells is above or below both by `max_step` (m)."""
    ends = np.asarray(lines)[:, ::stride]
    higher, lower = (
        np.maximum(ends[:, :-1], ends[:, 1:]) + max_step,
        np.minimum(ends[:, :-1], ends[:, 1:]) - max_step,
    )
    shut = np.zeros(higher.shape, dtype=bool)
    for k in range(1, stride):
        inner = np.asarray(lines)[:, k::stride][:, : ends.shape[1] - 1]
        shut |= (inner > higher) | (inner < lower)
    return shut
