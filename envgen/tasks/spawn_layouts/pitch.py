"""In two halves with a ball and two goals."""

from __future__ import annotations

import numpy as np

from envgen.core.errors import InputError, WorkError
from envgen.tasks.spawn import SpawnArea, Spawns, register


@register
def pitch(area: SpawnArea) -> Spawns:
    """Start each team in its half, facing the ball in the middle, with a goal at either end.

    The first team attacks goal/0, at the end of positive x. The task's parameter `width` is their width.
    """
    half_x, half_y = (side / 2 for side in area.size)
    width = area.param("width")
    if width / 2 > half_y - 0.2:
        raise InputError(
            f"goals of {width:g} m do not fit an arena of {2 * half_y:g} m across",
            f"Set task.width to {max(2 * half_y - 0.4, 0.2):g} m or less, or take a larger terrain.size.",
        )
    ends = np.linspace(half_x - 0.6, 0.5 * half_x, 16)
    zero = np.zeros(16)
    reachable = np.isfinite(area.relief_at(ends, zero)) & np.isfinite(area.relief_at(-ends, zero))
    if not reachable.any() or half_x < 1.5:
        raise WorkError("no room for two goals that can be reached", "Take another or a larger terrain.")
    line = round(float(ends[np.argmax(reachable)]), 2)
    # as near the middle as the ball stays where it is
    ball = area.lay_object(lambda s: np.where(np.abs(s[:, 0]) <= 0.7 * line, np.hypot(*s.T), np.inf))
    area.reserve(ball.x, ball.y, ball.radius + 0.3)
    allowed = area.start_cells()
    poses = {}
    teams = list(dict.fromkeys(agent.team for agent in area.agents))
    for team, sign in zip(teams, (-1, 1)):
        half = allowed & (sign * (area.x - ball.x) > 0.2)
        if not half.any():
            raise WorkError("a team has no half to start in", "Take a larger terrain.size.")
        members = [i for i, agent in enumerate(area.agents) if agent.team == team]
        for k, i in enumerate(members):
            spread = ((k + 0.5) / len(members) - 0.5) * 1.4 * half_y
            order = area.cells_near(ball.x + sign * 0.4 * line, spread, half)
            poses[i] = area.place(i, order, facing=(ball.x, ball.y))
    goals = tuple(area.point(end, 0.0) for end in (line, -line))
    starts = tuple(poses[i] for i in range(len(area.agents)))
    return Spawns(starts, goals)
