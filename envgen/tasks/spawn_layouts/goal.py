"""Anywhere, each with a goal of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envgen.core.errors import WorkError
from envgen.tasks.spawn import Point, Pose, SpawnArea, Spawns, register, turn_towards

SPREAD = 0.5
"""Most that a start is turned away from its goal to either side, in rad.

An open-loop gait then gets nearer at first, and a policy that steers arrives."""
GOALS_APART = 1.0
"""Least distance between two goals, in m."""


@register
def goal(area: SpawnArea) -> Spawns:
    """Start anywhere; each agent has a goal at the task's distance, a planar one in its own lane."""
    return place_facing_goals(area, SPREAD)


def place_facing_goals(area: SpawnArea, spread: float, *, quiet: bool = False) -> Spawns:
    """Place each agent anywhere, facing a goal of its own.

    Args:
        area: Where they are.
        spread: Most that a start is turned away from its goal to either side, in rad.
        quiet: Whether a distance that does not fit is left unsaid.

    Raises:
        WorkError: No goal can be reached.
    """
    starts = area.place_apart()
    goals: list[Point] = []
    for i in range(len(area.agents)):
        goals.append(_choose_goal(area, i, starts, goals, quiet))
        starts[i] = turn_towards(area, i, starts[i], goals[i][:2], spread)
    return Spawns(tuple(starts), tuple(goals))


def _choose_goal(
    area: SpawnArea, number: int, starts: Sequence[Pose], others: Sequence[Point], quiet: bool
) -> Point:
    """Return a goal at the task's distance from an agent's start, or as near to that as there is room.

    Args:
        area: Where they are.
        number: Of the agent.
        starts: Poses of all agents.
        others: Goals of the agents before it.
        quiet: Whether a distance that does not fit is left unsaid.

    Raises:
        WorkError: No goal can be reached.
    """
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
    if not quiet and abs(away[chosen] - distance) > 0.25 * distance:
        area.note(f"{agent.id}: its goal is {away[chosen]:.1f} m away, {distance:g} m did not fit")
    return area.point(float(area.x[chosen]), float(area.y[chosen]))
