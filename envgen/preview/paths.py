"""The path of a robot, for pictures: the shortest over the traversability map, then straightened."""

from __future__ import annotations

import heapq
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.core.params import RobotSize
from envgen.worlds.compiled.world import World
from envgen.worlds.traversability import Traversability, traversability

Cells = NDArray[np.intp]
_DIAGONAL = 2**0.5


class PathFinder:
    """Finds paths of one size of robot in a world.

    Args:
        world: The world.
        size: Size and abilities of the robot.
    """

    def __init__(self, world: World, size: RobotSize) -> None:
        self.map: Traversability = traversability(world.ground, size, world.blocked(size))

    def find(self, start: Floats, goal: Floats) -> Floats | None:
        """Return the shortest path.

        Args:
            start: (2,) in m.
            goal: (2,) in m.

        Returns:
            (n, 2) points in m from start to goal, or None if there is none.
        """
        first, last = (self.map.cell_of(float(p[0]), float(p[1])) for p in (start, goal))
        labels = self.map.labels
        if labels[first] == 0 or labels[first] != labels[last]:
            return None
        cells = self._search(first, last)
        if cells is None:
            return None
        corners = self._shorten(np.array(cells))
        points = np.stack([self.map.x[corners[:, 1]], self.map.y[corners[:, 0]]], axis=1)
        if len(points) == 1:
            points = np.concatenate([points, points])
        points[0], points[-1] = start[:2], goal[:2]
        return round_corners(points, 1.5 * float(self.map.x[1] - self.map.x[0]))

    @cached_property
    def _moves(self) -> tuple[list[bool], ...]:
        """Masks of the cells from which a step east, north, north-east and north-west is open."""
        east = np.zeros(self.map.free.shape, dtype=bool)
        north = east.copy()
        east[:, :-1], north[:-1] = self.map.steps_x, self.map.steps_y
        # across a corner only where both finders around it are open
        north_east, north_west = np.zeros_like(east), np.zeros_like(east)
        around = east[:-1] & east[1:]
        north_east[:-1, :-1] = (around & north[:-1])[:, :-1] & north[:-1, 1:]
        north_west[:-1, 1:] = around[:, :-1] & north[:-1, 1:] & north[:-1, :-1]
        return tuple(moves.ravel().tolist() for moves in (east, north, north_east, north_west))

    def _search(self, first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]] | None:
        """Search with A* over the eight neighbours of cells; the octile distance never overestimates."""
        ncol = len(self.map.x)
        east, north, north_east, north_west = self._moves
        start, goal = first[0] * ncol + first[1], last[0] * ncol + last[1]
        goal_row, goal_col = last
        cost, before = {start: 0.0}, {start: start}
        queue, done = [(0.0, start)], set()
        while queue:
            _, at = heapq.heappop(queue)
            if at == goal:
                break
            if at in done:
                continue
            done.add(at)
            here = cost[at]
            for to, open_, length in (
                (at + 1, east[at], 1.0),
                (at - 1, at > 0 and east[at - 1], 1.0),
                (at + ncol, north[at], 1.0),
                (at - ncol, at >= ncol and north[at - ncol], 1.0),
                (at + ncol + 1, north_east[at], _DIAGONAL),
                (at - ncol - 1, at > ncol and north_east[at - ncol - 1], _DIAGONAL),
                (at + ncol - 1, north_west[at], _DIAGONAL),
                (at - ncol + 1, at >= ncol and north_west[at - ncol + 1], _DIAGONAL),
            ):
                if not open_:
                    continue
                total = here + length
                if total < cost.get(to, np.inf):
                    cost[to], before[to] = total, at
                    row, col = divmod(to, ncol)
                    dr, dc = abs(row - goal_row), abs(col - goal_col)
                    rest = max(dr, dc) + (_DIAGONAL - 1) * min(dr, dc)
                    # among paths of the same length, expand the one nearer to the goal first
                    heapq.heappush(queue, (total + 1.001 * rest, to))
        if goal not in before:
            return None
        cells = [goal]
        while cells[-1] != start:
            cells.append(before[cells[-1]])
        return [divmod(cell, ncol) for cell in reversed(cells)]

    def _shorten(self, cells: Cells) -> Cells:
        """Return the corners of the path after shortcuts along open straight lines."""
        kept, at = [0], 0
        while at < len(cells) - 1:
            reach = 1
            while at + 2 * reach < len(cells) and self._straight(cells[at], cells[at + 2 * reach]):
                reach *= 2
            low, high = reach, min(2 * reach, len(cells) - 1 - at)
            while low < high:
                middle = (low + high + 1) // 2
                if self._straight(cells[at], cells[at + middle]):
                    low = middle
                else:
                    high = middle - 1
            at += low
            kept.append(at)
        return cells[kept]

    def _straight(self, first: Cells, last: Cells) -> bool:
        """Return whether each step along the straight line between two cells is open."""
        count = 4 * int(np.abs(last - first).max()) + 1
        along = np.rint(first + (last - first) * np.linspace(0, 1, count)[:, None]).astype(np.intp)
        a, b = along[:-1], along[1:]
        low, high = np.minimum(a, b), np.maximum(a, b)
        ncol = len(self.map.x)
        east, north, north_east, north_west = self._tables
        index = low[:, 0] * ncol + low[:, 1]
        row, col = (high - low).astype(bool).T
        rising = (b - a).prod(axis=1) > 0
        open_ = np.ones(len(a), dtype=bool)
        open_ &= ~(col & ~row) | east[index]
        open_ &= ~(row & ~col) | north[index]
        open_ &= ~(row & col & rising) | north_east[index]
        open_ &= ~(row & col & ~rising) | north_west[np.minimum(index + 1, len(north_west) - 1)]
        return bool(open_.all())

    @cached_property
    def _tables(self) -> tuple[NDArray[np.bool_], ...]:
        return tuple(np.array(moves) for moves in self._moves)


def round_corners(points: Floats, radius: float) -> Floats:
    """Replace the corners of a path by quadratic curves, from at most `radius` (m) before to after each.

    Args:
        points: (n, 2) in m.
        radius: In m.
    """
    if len(points) < 3:
        return points
    parts = [points[:1]]
    t = np.linspace(0, 1, 7)[:, None]
    for before, corner, after in zip(points[:-2], points[1:-1], points[2:]):
        near, far = before - corner, after - corner
        ends = []
        for leg in (near, far):
            length = float(np.hypot(*leg))
            ends.append(corner + leg * min(0.5, radius / max(length, 1e-9)))
        parts.append((1 - t) ** 2 * ends[0] + 2 * t * (1 - t) * corner + t**2 * ends[1])
    return np.concatenate([*parts, points[-1:]])
