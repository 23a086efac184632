"""Horizontal positions of robots and the distances that they move."""

from __future__ import annotations

import numpy as np

from envgen.core.heightfield import Floats
from envgen.rollout.rollout import Rollout


def level_positions(rollout: Rollout) -> Floats:
    """Return the (slots, agents, 2) level position of each root, in m."""
    sensors = rollout.state.sensordata
    columns = [rollout.context.layouts[agent][0].sensors["root_pos"] for agent in rollout.agents]
    return np.stack([sensors[:, at.start : at.start + 2] for at in columns], axis=1).copy()


def level_distance(before: Floats, after: Floats) -> Floats:
    """Return the (slots, agents) level distance between two positions in m; 0 where a simulation broke."""
    moved = np.hypot(*(after - before).transpose(2, 0, 1))
    return np.where(np.isfinite(moved), moved, 0.0)
