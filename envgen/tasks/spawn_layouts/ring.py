"""On a circle inside a ring, facing its middle."""

from __future__ import annotations

import math

import numpy as np

from envgen.core.errors import InputError, WorkError
from envgen.tasks.spawn import FLAT, SpawnArea, Spawns, circle_radius, heading, register

RINGS = 64
"""Number of rings that are compared."""


@register
def ring(area: SpawnArea) -> Spawns:
    """Start on a circle inside the ring (task parameter `ring`), facing its middle, which is the goal."""
    agents, radius, size = area.agents, area.param("ring"), area.size
    least = circle_radius(len(agents), area.robot_radius)
    circle = max(0.5 * radius, least)
    if circle > 0.9 * radius:
        raise InputError(
            f"a ring of {radius:g} m is too small for {len(agents)} robots of {2 * area.robot_radius:.2g} m",
            f"Set task.ring to {math.ceil(10 * least / 0.9) / 10:g} m or more, or take fewer robots.",
        )
    slack = [side / 2 - radius - 0.1 for side in size]
    if min(slack) < 0:
        raise InputError(
            f"a ring of {radius:g} m does not fit into {size[0]:g} x {size[1]:g} m",
            f"Set terrain.size to {math.ceil(2 * radius + 0.2)} m or more, or task.ring to less.",
        )
    middle = area.rng.uniform(-1, 1, (RINGS, 2)) * slack
    middle[0] = 0.0  # the first choice, where agents can stand
    turn = area.rng.uniform(-math.pi, math.pi, RINGS)
    if any(agent.planar for agent in agents):
        turn[:] = math.pi  # along x; the first on the left
    angle = turn[:, None] + 2 * math.pi * np.arange(len(agents)) / len(agents)
    x, y = middle[:, :1] + circle * np.cos(angle), middle[:, 1:] + circle * np.sin(angle)
    cost = np.maximum(area.relief_at(x, y).max(axis=1), area.relief_at(*middle.T))
    rank = np.lexsort((np.hypot(*middle.T), np.maximum(np.round(cost, 1), FLAT)))
    order = rank[np.isfinite(cost[rank])].tolist()
    found = area.place_together(
        [
            (float(u), float(v), heading(agent, float(u), float(v), (float(cx), float(cy))))
            for agent, u, v in zip(agents, x[i], y[i])
        ]
        for i in order
        for cx, cy in [middle[i]]
    )
    if found is None:
        raise WorkError("no ring on ground where all can stand", "Lower the difficulty of the terrain.")
    cx, cy = middle[order[found[0]]]
    return Spawns(found[1], (area.point(float(cx), float(cy)),))
