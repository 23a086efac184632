"""Observation and action spaces of an agent."""

from __future__ import annotations

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from envgen.rollout.rollout import Rollout

LIMIT = float(np.finfo(np.float32).max)
"""Bound of observations, which are cut to the range of float32: Gymnasium warns of infinite bounds."""


def agent_spaces(rollout: Rollout, agent: str) -> tuple[Box, Box]:
    """Return the spaces of an agent: observation (k,) float32, action (nu,) float32 in [-1, 1]."""
    size = sum(width for _, width in rollout.observation_layout(agent))
    return (
        Box(-LIMIT, LIMIT, (size,), np.float32),
        Box(-1.0, 1.0, (rollout.action_size(agent),), np.float32),
    )


def write_float32(buffer: NDArray[np.float32], observation: NDArray[np.float64]) -> None:
    """Write observations into a buffer of their shape, cut to the range of float32."""
    with np.errstate(over="ignore"):
        np.copyto(buffer, observation, casting="same_kind")
    if not np.isfinite(buffer).all():
        np.clip(observation, -LIMIT, LIMIT, out=buffer, casting="same_kind")
