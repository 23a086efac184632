"""Result of a control step for each agent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.rollout.judge import Judge, Verdict
from envgen.rollout.stepper import Mask

GOES_ON = -1
"""Cause of an episode that has not ended in a step."""


@dataclass(frozen=True, eq=False)
class AgentStep:
    """Result of a control step for one agent, in each slot.

    Attributes:
        observation: (slots, k)
        reward: (slots,) sum of `rewards`; 0 once its episode is over.
        rewards: (slots,) weighted, by name of the term.
        terminated: (slots,) whether its episode ended in this step, by the task.
        success: (slots,) whether the task was done in this step, in which the episode ends.
        truncated: (slots,) whether the episode was cut off in this step, by time or by a term.
        cause: (slots,) index in `causes` of what ended the episode in this step, or -1.
        causes: Names of the terms that can end an episode.
    """

    observation: Floats
    reward: Floats
    rewards: dict[str, Floats]
    terminated: Mask
    success: Mask
    truncated: Mask
    cause: NDArray[np.intp]
    causes: tuple[str, ...]

    @property
    def concluded(self) -> Mask:
        """(slots,) whether its episode ended in this step by a failure or a success, and was not cut off.

        A success that is judged when the episode is cut off leaves it truncated, so that learners bootstrap.
        """
        return self.terminated | (self.success & ~self.truncated)

    @property
    def ending(self) -> tuple[str | None, ...]:
        """Name of the term that ended the episode in this step, `time`, `unstable` or None, by slot."""
        return tuple(None if i == GOES_ON else self.causes[i] for i in self.cause.tolist())


StepResult = dict[str, AgentStep]
"""Step results by agent id."""


def judge_step(verdict: Verdict, judge: Judge, playing: Mask, broken: Mask, late: Mask) -> AgentStep:
    """Return the step result of an agent.

    Args:
        verdict: Evaluation of the task for the state after the step.
        judge: The judge that returned it.
        playing: (slots,) whether its episode was running before this step.
        broken: (slots,) whether the simulation is unstable.
        late: (slots,) whether the time of the episode is up.
    """
    valid = playing & ~broken
    rewards = verdict.rewards
    if not valid.all():
        rewards = {name: np.where(valid, value, 0.0) for name, value in rewards.items()}
    done = valid & verdict.success
    # in the order of `Judge.causes`: success comes first, even if the agent falls in the same step
    failed = [valid & holds for holds in verdict.terminated.values()]
    cut = [playing & holds for holds in (*verdict.truncated.values(), late)]
    ends = np.zeros_like(done) if judge.success_at_end else done
    table = np.array([ends, *failed, playing & broken, *cut])
    cause = np.where(table.any(axis=0), table.argmax(axis=0), GOES_ON)
    terminated: Mask = np.logical_or.reduce(table[1 : len(failed) + 2])
    truncated: Mask = np.logical_or.reduce(table[len(failed) + 2 :]) & ~terminated & ~ends
    if judge.success_at_end:
        done &= truncated
    total: Floats = np.add.reduce(list(rewards.values()), axis=0)
    return AgentStep(
        _finite(verdict.observation), total, rewards, terminated, done, truncated, cause, judge.causes
    )


def begin_step(observation: Floats, rewards: Sequence[str], causes: Sequence[str]) -> AgentStep:
    """Return the step result of an agent after a reset: an observation and no rewards.

    Args:
        observation: (slots, k)
        rewards: Names of the terms of the reward.
        causes: Names of the terms that can end an episode.
    """
    count = len(observation)
    never = np.zeros(count, dtype=bool)
    return AgentStep(
        _finite(observation),
        np.zeros(count),
        {name: np.zeros(count) for name in rewards},
        never,
        never.copy(),
        never.copy(),
        np.full(count, GOES_ON),
        tuple(causes),
    )


def _finite(observation: Floats) -> Floats:
    """Replace values that are not finite, which an unstable simulation may give."""
    return observation if np.isfinite(observation.sum()) else np.nan_to_num(observation)
