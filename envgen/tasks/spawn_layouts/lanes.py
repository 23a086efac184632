"""Side by side on a start line, a finish ahead."""

from __future__ import annotations

import numpy as np

from envgen.core.errors import WorkError
from envgen.core.heightfield import Floats
from envgen.tasks.spawn import FLAT, SpawnArea, Spawns, register

LINES = 64
"""Number of start lines that are compared."""


@register
def lanes(area: SpawnArea) -> Spawns:
    """Start side by side along y, with the finish ahead along x at the task's distance."""
    agents, size = area.agents, area.size
    widths = [2 * agent.radius + 0.3 for agent in agents]
    offsets = np.cumsum(widths) - np.array(widths) / 2 - sum(widths) / 2
    slack = size[1] / 2 - sum(widths) / 2
    ends = _ends(area) if slack >= 0 else None
    if ends is None:
        raise WorkError(
            f"{len(agents)} lanes of {max(widths):.2g} m do not fit into {size[0]:g} x {size[1]:g} m",
            "Take a larger terrain.size or fewer robots.",
        )
    start, finish = ends
    if area.goal_zone:  # to the top: as many of the lanes as can end on it
        slack = min(slack, max(area.goal_zone[3] - sum(widths) / 2, 0.0))
    y = area.rng.uniform(-slack, slack, LINES)[:, None] + offsets
    start_x, finish_x = (np.broadcast_to(end[:, None], y.shape) for end in (start, finish))
    cost = area.relief_at(start_x, y) + 0.2 * area.relief_at(finish_x, y)
    worst = cost.max(axis=1)
    order = area.rng.permutation(np.flatnonzero(np.isfinite(worst)))
    order = order[np.argsort(np.maximum(np.round(worst[order], 2), FLAT), kind="stable")]
    lines = ([(float(start[line]), float(v), 0.0) for v in y[line]] for line in order.tolist())
    found = area.place_together(lines)
    if found is None:
        raise WorkError("no start line from which the finish can be reached", "Lower the difficulty.")
    line = order[found[0]]
    return Spawns(found[1], tuple(area.point(float(finish[line]), float(v)) for v in y[line]))


def _ends(area: SpawnArea) -> tuple[Floats, Floats] | None:
    """Draw x (LINES,) of start and finish lines in m, or return None where a race doesn't fit."""
    half, distance = area.size[0] / 2, area.goal_distance
    left = -half + area.robot_radius + 0.1
    zone = area.start_zone if area.course else None
    if area.goal_zone:
        x0, x1 = area.goal_zone[0], min(area.goal_zone[1], half - 0.3)
        last = min(x0 - 1.0, zone[1]) if zone else x0 - 1.0
        start = np.repeat(np.linspace(left, max(left, last), LINES // 2), 2)
        return start, area.rng.uniform(0.9 * x0 + 0.1 * x1, 0.1 * x0 + 0.9 * x1, LINES)
    reach = min(distance, area.size[0] - 2 * area.robot_radius - 1.0)
    slack = (area.size[0] - reach - 2 * area.robot_radius - 0.6) / 2
    if reach < 1.0 or slack < 0:
        return None
    if reach < distance:
        area.note(f"the race is {reach:.1f} m long: {distance:g} m do not fit the arena")
    start = np.repeat(np.linspace(-slack, slack, LINES // 2), 2) - reach / 2
    if zone:
        start = np.repeat(np.linspace(left, min(max(zone[1], left), left + 2 * slack), LINES // 2), 2)
    return start, start + reach
