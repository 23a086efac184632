"""A straight course for each agent, which it faces."""

from __future__ import annotations

from envgen.tasks.spawn import Point, SpawnArea, Spawns, register, turn_towards
from envgen.tasks.spawn_layouts.goal import choose_goal

SPREAD = 0.35
"""Most that a start is turned away from the course to either side, in rad."""


@register
def course(area: SpawnArea) -> Spawns:
    """Start anywhere, facing a goal at the task's distance or as far as the arena has room."""
    starts = area.place_apart()
    goals: list[Point] = []
    for i in range(len(area.agents)):
        goals.append(choose_goal(area, i, starts, goals, quiet=True))
        starts[i] = turn_towards(area, i, starts[i], goals[i][:2], SPREAD)
    return Spawns(tuple(starts), tuple(goals))
