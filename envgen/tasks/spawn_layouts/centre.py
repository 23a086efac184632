"""In the middle, where it is lowest."""

from __future__ import annotations

import math

import numpy as np

from envgen.tasks.spawn import FLAT, Pose, SpawnArea, Spawns, register, turn_towards
from envgen.tasks.spawn_layouts.goal import SPREAD


@register
def centre(area: SpawnArea) -> Spawns:
    """Start in the middle of the arena, at its lowest, facing outwards; no goals."""
    allowed = area.start_cells()
    away = np.hypot(area.x, area.y)
    height = np.round(area.heights, 1)
    inner = max(0.25 * min(area.size) / 2, 2.0 * area.robot_radius)
    if area.start_zone:  # an island in a pit: lower ground lies outside it
        inner = 0.0
    cells = area.rng.permutation(np.flatnonzero(allowed))
    ring = np.where(away[cells] <= inner, 0, np.ceil(away[cells] / max(0.5 * area.robot_radius, 0.1)))
    relief = np.maximum(np.round(area.relief[cells], 2), FLAT)
    order = cells[np.lexsort((relief, np.where(ring == 0, height[cells], 0.0), ring))]
    poses = [area.place(i, order) for i in range(len(area.agents))]
    return Spawns(tuple(_turn_outwards(area, i, pose) for i, pose in enumerate(poses)))


def _turn_outwards(area: SpawnArea, number: int, pose: Pose) -> Pose:
    x, y, _ = pose.pos
    if math.hypot(x, y) < 1e-6:  # in the very middle every direction leads out
        return pose
    return turn_towards(area, number, pose, (2.0 * x, 2.0 * y), SPREAD)
