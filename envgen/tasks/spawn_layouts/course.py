"""A straight course for each agent, which it faces."""

from __future__ import annotations

from envgen.tasks.spawn import SpawnArea, Spawns, register
from envgen.tasks.spawn_layouts.goal import place_facing_goals

SPREAD = 0.35
"""Most that a start is turned away from the course to either side, in rad."""


@register
def course(area: SpawnArea) -> Spawns:
    """Start anywhere, facing a goal at the task's distance or as far as the arena has room."""
    return place_facing_goals(area, SPREAD, quiet=True)
