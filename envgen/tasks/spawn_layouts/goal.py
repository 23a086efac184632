"""Anywhere, each with a goal of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from envgen.core.errors import WorkError
from envgen.tasks.spawn import Point, Pose, SpawnArea, Spawns, register

GOALS_APART = 1.0
"""Least distance between two goals, in m."""


@register
def goal(area: SpawnArea) -> Spawns:
    """Start anywhere; each agent has a goal at the task's distance, a planar one in its own lane."""
    starts = area.place_apart()
    goals: list[Point] = []
    for i, agent in enumerate(area.agents):
        goals.append(_goal(area, i, starts, goals))
        if agent.planar and goals[i][0] < starts[i].pos[0]:  # it faces its goal
            x, y, _ = starts[i].pos
            starts[i] = area.stand(i, x, y, round(math.pi, 4))[0]
    return Spawns(tuple(starts), tuple(goals))


def _goal(area: SpawnArea, number: int, starts: Sequence[Pose], others: Sequence[Point]) -> Point:
    agent, distance = area.agents[number], area.goal_distance
    cell = area.cell_of(*starts[number].pos[:2])
    dx, dy = area.x - area.x[cell], area.y - area.y[cell]
    away = np.hypot(dx, dy)
    allowed = area.connected & area.inside(0.3) & (away > 1.0)
    if agent.planar:
        allowed &= (np.abs(dy) < 1e-6) & area.lane_of(cell)
    for x, y, _ in others:
        allowed &= area.beyond(x, y, GOALS_APART)
    for start in starts:
        allowed &= area.beyond(*start.pos[:2], area.robot_radius + 0.3)
    if area.start_zone:
        outside = allowed & ~area.within(area.start_zone)
        allowed = outside if outside.any() else allowed
    if area.goal_zone and area.course:
        allowed &= area.within(area.goal_zone)
    cells = np.flatnonzero(allowed)
    if not len(cells):
        raise WorkError("no goal can be reached from the start", "Lower the difficulty of the terrain.")
    off = np.abs(away[cells] - distance)
    near = cells[off <= max(float(off.min()) + 0.1, 0.05 * distance)]
    clear = near[area.clear_of_pits[near]]
    chosen = int(area.rng.choice(clear if len(clear) else near))
    if abs(away[chosen] - distance) > 0.25 * distance:
        area.note(f"{agent.id}: its goal is {away[chosen]:.1f} m away, {distance:g} m did not fit")
    return area.point(float(area.x[chosen]), float(area.y[chosen]))
