"""Which ends are terminations."""

from __future__ import annotations

import numpy as np

from envgen.envs.endings import episode_ends
from envgen.rollout.step_result import AgentStep


def test_a_success_terminates_unless_the_episode_was_cut_off():
    terminated, success, truncated = np.array(
        [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1]], dtype=bool
    ).T
    none = np.zeros(5)
    step = AgentStep(none[:, None], none, {}, terminated, success, truncated, none.astype(int), ())
    ends = episode_ends(step)
    assert ends[0].tolist() == [False, True, True, False, False]
    assert ends[1].tolist() == [False, False, False, True, True]
