"""Ends of episodes in Gymnasium's and PettingZoo's terms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envgen.rollout.step_result import AgentStep

Mask = NDArray[np.bool_]


def episode_ends(step: AgentStep) -> tuple[Mask, Mask]:
    """Return which slots' episodes were terminated and truncated, (slots,) each."""
    return step.concluded, step.truncated
