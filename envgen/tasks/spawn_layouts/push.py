"""Before an object and its goal."""

from __future__ import annotations

import numpy as np

from envgen.core.errors import WorkError
from envgen.tasks.spawn import SpawnArea, Spawns, register


@register
def push(area: SpawnArea) -> Spawns:
    """Start in a row with the object and its goal, which is at the task's distance from it."""
    distance = area.goal_distance
    laid = area.lay_object(lambda spots: 0.3 * np.hypot(*spots.T))
    x, y = laid.x, laid.y
    away = np.hypot(area.x - x, area.y - y)
    cells = np.flatnonzero(area.connected & area.inside(0.5) & (away > laid.radius + 1.0))
    if not len(cells):
        raise WorkError("no goal can be reached from the start", "Lower the difficulty of the terrain.")
    off = np.abs(away[cells] - distance)
    goal = int(area.rng.choice(cells[off <= max(float(off.min()) + 0.1, 0.05 * distance)]))
    if abs(away[goal] - distance) > 0.25 * distance:
        area.note(f"the goal is {away[goal]:.1f} m away, {distance:g} m did not fit")
    gx, gy = float(area.x[goal]), float(area.y[goal])
    clear = laid.radius + area.robot_radius + 0.3
    # behind the object, seen from the goal
    bx, by = (a - (b - a) / away[goal] * (clear + 0.2) for a, b in ((x, gx), (y, gy)))
    area.reserve(x, y, laid.radius + 0.3)
    area.reserve(gx, gy, 0.3)
    order = area.cells_near(bx, by, area.start_cells())
    starts = tuple(area.place(i, order, facing=(x, y)) for i in range(len(area.agents)))
    way = np.linspace(0, 1, 9)[1:-1].tolist()
    keep_clear = tuple((x + t * (gx - x), y + t * (gy - y), laid.radius + 0.2) for t in way)
    return Spawns(starts, (area.point(gx, gy),), keep_clear)
