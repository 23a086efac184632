"""Chasers together, runners far from them."""

from __future__ import annotations

import numpy as np

from envgen.tasks.spawn import SpawnArea, Spawns, register


@register
def chase(area: SpawnArea) -> Spawns:
    """Start chasers together and runners far from them; no goals."""
    order = area.start_order()
    chasers = [i for i, agent in enumerate(area.agents) if agent.role == "chaser"]
    first = area.place(chasers[0], order)
    poses = {chasers[0]: first}
    allowed = area.start_cells()
    for i in chasers[1:]:
        poses[i] = area.place(i, area.cells_near(*first.pos[:2], allowed))
    away = np.min(
        [np.hypot(area.x - poses[i].pos[0], area.y - poses[i].pos[1]) for i in chasers],
        axis=0,
    )
    apart = max(4 * area.robot_radius + 0.5, 0.3 * min(area.size))
    far = order[away[order] >= apart]
    near = np.flatnonzero(allowed & (away < apart))
    runner_order = np.concatenate([far, near[np.argsort(-away[near], kind="stable")]])
    for i in range(len(area.agents)):
        if i not in chasers:
            poses[i] = area.place(i, runner_order)
    return Spawns(tuple(poses[i] for i in range(len(area.agents))))
