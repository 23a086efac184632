"""Low, with the highest point as goal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envgen.core.errors import WorkError
from envgen.tasks.spawn import Cells, Point, Pose, SpawnArea, Spawns, register, turn_towards
from envgen.tasks.spawn_layouts.goal import SPREAD


@register
def top(area: SpawnArea) -> Spawns:
    """Start on low ground; the goal of each agent is the highest point that it can reach."""
    allowed = area.start_cells()
    if area.start_zone and area.course:  # low within the zone where everybody starts
        zone = allowed & area.within(area.start_zone)
        allowed = zone if zone.any() else allowed
    low = np.quantile(area.heights[allowed], 0.2)
    order = area.start_order(allowed & (area.heights <= low + 0.02))
    starts, goals = list[Pose](), list[Point]()
    for i, agent in enumerate(area.agents):
        # a planar robot needs a lane that leads up
        pose = area.place(i, _by_rise_of_lane(area, order) if agent.planar else order)
        goals.append(_summit(area, i, pose, goals))
        starts.append(turn_towards(area, i, pose, goals[i][:2], SPREAD))
    x, y, _ = starts[0].pos
    if goals[0][2] - area.point(x, y)[2] < 0.05:
        area.note("the ground is level: there is nothing to climb")
    return Spawns(tuple(starts), tuple(goals))


def _by_rise_of_lane(area: SpawnArea, order: Cells) -> Cells:
    """Sort cells by the rise from them to the highest point of their row."""
    highest = area.heights.reshape(-1, area.columns).max(axis=1)
    rise = np.round(highest[order // area.columns] - area.heights[order], 1)
    return order[np.argsort(-rise, kind="stable")]


def _summit(area: SpawnArea, number: int, pose: Pose, others: Sequence[Point]) -> Point:
    """Return the highest point that an agent can reach, apart from other goals where possible."""
    x, y, _ = pose.pos
    allowed = area.connected & area.inside(0.3)
    if area.agents[number].planar:
        allowed &= (np.abs(area.y - y) < 1e-3) & area.lane_of(area.cell_of(x, y))
    if not allowed.any():
        raise WorkError("no goal can be reached from the start", "Lower the difficulty of the terrain.")
    for gx, gy, _ in others:
        apart = allowed & (np.hypot(area.x - gx, area.y - gy) > 1.0)
        allowed = apart if apart.any() else allowed
    cells = np.flatnonzero(allowed)
    # on a plateau, any of its points
    highest = cells[area.heights[cells] >= area.heights[cells].max() - 0.02]
    goal = int(area.rng.choice(highest))
    return area.point(float(area.x[goal]), float(area.y[goal]))
