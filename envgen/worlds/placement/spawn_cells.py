"""The cells of the ground where agents may start."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import WorkError
from envgen.core.heightfield import Floats
from envgen.tasks.spawn import FLAT, Cells, Mask, Point, Zone
from envgen.terrains.base import Ground, around
from envgen.worlds.ground_map import GroundMap
from envgen.worlds.sampling.draw import Draw
from envgen.worlds.traversability import Traversability, traversability

ENOUGH = 100
"""Flat cells for each agent with which steeper ones need not be sorted."""


class SpawnCells:
    """The ground of one variant as a grid of cells; see `envgen.tasks.spawn.SpawnArea`."""

    def __init__(self, draw: Draw, ground: Ground, map_: GroundMap, rng: np.random.Generator) -> None:
        self.agents = draw.agents
        self.size = draw.size
        self.rng = rng
        self.start_zone: Zone | None = ground.start
        self.goal_zone: Zone | None = ground.goal
        self.course = ground.course
        self.map = map_
        self.robot_radius = max(agent.radius for agent in draw.agents)
        least_able = min((agent.robot.size for agent in draw.agents), key=lambda size: size.step)
        planar = any(agent.planar for agent in draw.agents)
        self.grid: Traversability = traversability(map_, least_able, planar=planar)
        self.columns = len(self.grid.x)
        self.connected = self._largest_part()
        self.x: Floats = np.tile(self.grid.x, len(self.grid.y))
        self.y: Floats = np.repeat(self.grid.y, self.columns)
        self.relief: Floats = map_.relief(self.robot_radius, self.grid.stride).astype(np.float64).ravel()

    @cached_property
    def heights(self) -> Floats:
        return self._per_cell(self.map.field.heights)

    @cached_property
    def clear_of_pits(self) -> Mask:
        clear: Mask = self.heights - self.relief > self.map.pit
        return clear

    def inside(self, margin: float) -> Mask:
        return self.within(around(self.size[0] / 2 - margin, self.size[1] / 2 - margin))

    def within(self, zone: Zone) -> Mask:
        x0, x1, y0, y1 = zone
        x, y = self.grid.x, self.grid.y
        along, across = np.minimum(x - x0, x1 - x) >= -1e-9, np.minimum(y - y0, y1 - y) >= -1e-9
        return np.logical_and.outer(across, along).ravel()

    def beyond(self, x: float, y: float, distance: float) -> Mask:
        dx, dy = self.x - x, self.y - y
        return np.asarray(dx * dx + dy * dy > distance * distance)

    def cell_of(self, x: float, y: float) -> int:
        row, col = self.grid.cell_of(x, y)
        return row * self.columns + col

    def lane_of(self, cell: int) -> Mask:
        row, col = divmod(cell, self.columns)
        steps = self.grid.steps_x[row]
        part = np.concatenate([[0], np.cumsum(~steps)])
        mask = np.zeros(self.grid.heights.shape, dtype=bool)
        mask[row] = part == part[col]
        return mask.ravel()

    def start_cells(self) -> Mask:
        allowed = self.connected & self.inside(self.robot_radius + 0.1)
        if not allowed.any():
            raise self._no_start()
        return allowed

    def start_order(self, allowed: Mask | None = None) -> Cells:
        may = self.connected & self.inside(self.robot_radius + 0.1)
        if allowed is not None:
            may &= allowed
        if self.start_zone and self.course:
            may &= self.within(self.start_zone)
        cells = np.flatnonzero(may)
        if not len(cells):
            raise self._no_start()
        relief = self.relief[cells]
        # where hardly a patch is flat, the flattest twentieth; the rest, flattest first, if these don't do
        flat = relief <= FLAT
        if np.count_nonzero(flat) < 4 * len(self.agents):
            twentieth = len(relief) // 20
            flat = relief <= float(np.partition(relief, twentieth)[twentieth])
        order = self.rng.permutation(cells[flat])
        if len(order) < ENOUGH * len(self.agents):
            steep = self.rng.permutation(np.flatnonzero(~flat))
            steep = steep[np.argsort(np.round(relief[steep], 2), kind="stable")]
            order = np.concatenate([order, cells[steep]])
        if self.start_zone and bool(np.any(may & self.within(self.start_zone))):
            # first where all of a robot is inside; one that is wider than the zone fits in its middle
            beyond = np.maximum(self.robot_radius - self._inset(self.start_zone)[order], 0.0)
            order = order[np.argsort(np.round(beyond / max(self.robot_radius, 0.1)), kind="stable")]
        return order

    def cells_near(self, x: float, y: float, allowed: Mask) -> Cells:
        cells = self.rng.permutation(np.flatnonzero(allowed))
        step = max(0.5 * self.robot_radius, 0.1)
        away = np.round(np.hypot(self.x[cells] - x, self.y[cells] - y) / step)
        return cells[np.lexsort((np.maximum(np.round(self.relief[cells], 2), FLAT), away))]

    def relief_at(self, x: Floats, y: Floats) -> Floats:
        grid = self.grid
        cols = np.rint((x - grid.x[0]) / (grid.x[1] - grid.x[0])).astype(np.intp)
        rows = np.rint((y - grid.y[0]) / (grid.y[1] - grid.y[0])).astype(np.intp)
        cells = rows.clip(0, len(grid.y) - 1) * self.columns + cols.clip(0, self.columns - 1)
        relief: Floats = np.where(self.connected[cells], self.relief[cells], np.inf)
        return relief

    def point(self, x: float, y: float) -> Point:
        x, y = round(x, 3), round(y, 3)
        return x, y, round(self.map.field.at_point(x, y), 3)

    def _per_cell(self, heights: NDArray[np.float32]) -> Floats:
        """Return (cells,) values of a map."""
        rows, cols = self.grid.stride
        return heights[::rows, ::cols].astype(np.float64).ravel()

    def _largest_part(self) -> Mask:
        """Return the cells of the largest connected part, floors of pits left out."""
        labels = self.grid.labels.ravel()
        # a gap that can be stepped over is a way, but no place to start
        if self.map.pit > -math.inf:
            labels = np.where(self.heights > self.map.pit, labels, 0)
        sizes = np.bincount(labels)
        sizes[0] = 0
        if sizes.max(initial=0) == 0:
            raise WorkError("no part of the ground can be walked", "Lower the difficulty of the terrain.")
        largest: Mask = labels == int(np.argmax(sizes))
        return largest

    def _inset(self, zone: Zone) -> Floats:
        """Return (cells,) distances (m) to the nearest side of a rectangle, negative outside."""
        x0, x1, y0, y1 = zone
        along, across = np.minimum(self.x - x0, x1 - self.x), np.minimum(self.y - y0, y1 - self.y)
        inset: Floats = np.minimum(along, across)
        return inset

    def _no_start(self) -> WorkError:
        return WorkError(
            f"no start for a robot of {2 * self.robot_radius:.2g} m in {self.size[0]:g} x {self.size[1]:g} m",
            "Take a larger terrain.size or a lower difficulty.",
        )
