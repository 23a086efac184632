"""Ends of episodes in Gymnasium's and PettingZoo's terms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envgen.rollout.step_result import AgentStep

Mask = NDArray[np.bool_]


def episode_ends(step: AgentStep) -> tuple[Mask, Mask]:
    """Return which slots' episodes were terminated and truncated, (slots,) each.

    A success that ends the episode terminates it. One that is judged when the episode is cut off leaves it
    truncated, so that the value of the last state is bootstrapped.
    """
    return step.terminated | (step.success & ~step.truncated), step.truncated
