"""A maze of walls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, Solid, SubTerrain, of_solids, register

MOST = 24
"""Rooms along one side: more make walls without making the maze harder."""


@register
@dataclass(frozen=True)
class Maze(SubTerrain):
    """Rooms joined by one way between any two, and a few doors more that make loops."""

    kind: ClassVar[str] = "maze"
    measure: ClassVar[str] = "walls"
    source: ClassVar[str] = "depth-first search (recursive backtracker); loops as in dm_control's mazes"

    width: float = param("m", 0.3, 50.0, "of a passage, at most", easy=6.0, hard=3.0, scale="radius")
    height: float = param("m", 0.05, 20.0, "of the walls", default=1.5, scale="leg")
    thickness: float = param("m", 0.02, 2.0, "of the walls", default=0.15)
    loops: float = param("", 0.0, 1.0, "share of the other walls with a door", easy=0.3, hard=0.0)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        # at least two rooms each way: in a small arena the passages become narrower
        cols, rows = (min(max(int((s + 1e-9) / self.width), 2), MOST) for s in patch.size)
        east, north = _carve(cols, rows, self.loops, rng)
        if patch.open:  # a way in and a way out
            east[int(rng.integers(rows)), 0] = east[int(rng.integers(rows)), -1] = False
        room = patch.size[0] / cols, patch.size[1] / rows
        half = patch.size[0] / 2, patch.size[1] / 2
        thick, z = self.thickness / 2, (0.0, self.height)
        solids = []
        for i in range(cols + 1):  # walls along y, each run of closed rooms one box
            x = float(np.clip(-half[0] + i * room[0], -half[0] + thick, half[0] - thick))
            for start, stop in _runs(east[:, i]):
                y = -half[1] + start * room[1], -half[1] + stop * room[1]
                solids.append(Solid((x - thick, x + thick), y, z))
        for j in range(rows + 1):
            y_wall = float(np.clip(-half[1] + j * room[1], -half[1] + thick, half[1] - thick))
            for start, stop in _runs(north[j]):
                x_run = -half[0] + start * room[0], -half[0] + stop * room[0]
                solids.append(Solid(x_run, (y_wall - thick, y_wall + thick), z))
        return of_solids(patch, solids, floor=0.0)


def _carve(
    cols: int, rows: int, loops: float, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Walls (rows, cols + 1) along y and (rows + 1, cols) along x that are left standing."""
    east, north = np.ones((rows, cols + 1), dtype=bool), np.ones((rows + 1, cols), dtype=bool)
    seen = np.zeros((rows, cols), dtype=bool)
    trail = [(int(rng.integers(rows)), int(rng.integers(cols)))]
    seen[trail[0]] = True
    while trail:
        row, col = trail[-1]
        ways = [
            (r, c)
            for r, c in ((row, col + 1), (row, col - 1), (row + 1, col), (row - 1, col))
            if 0 <= r < rows and 0 <= c < cols and not seen[r, c]
        ]
        if not ways:
            trail.pop()
            continue
        r, c = ways[int(rng.integers(len(ways)))]
        if r == row:
            east[row, max(c, col)] = False
        else:
            north[max(r, row), col] = False
        seen[r, c] = True
        trail.append((r, c))
    east[:, 1:-1] &= rng.random((rows, cols - 1)) >= loops
    north[1:-1] &= rng.random((rows - 1, cols)) >= loops
    return east, north


def _runs(closed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and stop of each run of True."""
    edges = np.diff(np.concatenate([[0], closed.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist()))
