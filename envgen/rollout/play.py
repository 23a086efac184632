"""Playing whole episodes, for their outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from envgen.core.heightfield import Floats
from envgen.rollout.judge import Mask
from envgen.rollout.step_result import StepResult

Policy = Callable[[Floats], Floats]
"""From observations (slots, k) to actions (slots, actuators) in [-1, 1]."""
Actor = Callable[[StepResult], Mapping[str, Floats]]
"""From the last step of all agents to their actions, as a `PolicySet` does it."""


@dataclass(frozen=True)
class Outcome:
    """Outcome of an episode for one agent in one world.

    Attributes:
        reward: Sum over the episode.
        steps: Control steps until its end.
        ending: Name of the term that ended it, `time` or `unstable`.
        success: Whether the task was done.
    """

    reward: float
    steps: int
    ending: str
    success: bool


class Playable(Protocol):
    """Worlds whose episodes can be played, such as a `Rollout`."""

    agents: list[str]

    @property
    def done(self) -> Mask: ...

    def __len__(self) -> int: ...

    def reset(self, episode: int = 0) -> StepResult: ...

    def step(self, actions: Mapping[str, Floats]) -> StepResult: ...


def play(
    rollout: Playable, policies: Mapping[str, Policy] | Actor, episode: int = 0
) -> list[dict[str, Outcome]]:
    """Play one episode of each world, until the episodes of all its agents have ended.

    Args:
        rollout: The worlds.
        policies: By agent id, or one for all agents, such as a `PolicySet`. An agent without a policy
            keeps the control of the start.
        episode: Number of the episode.

    Returns:
        By world, the outcome of each agent.
    """
    result = rollout.reset(episode)
    outcomes: list[dict[str, Outcome]] = [{} for _ in range(len(rollout))]
    reward = {agent: np.zeros(len(rollout)) for agent in rollout.agents}
    steps = 0
    while not rollout.done.all():
        if callable(policies):
            actions = policies(result)
        else:
            actions = {agent: policy(result[agent].observation) for agent, policy in policies.items()}
        result = rollout.step(actions)
        steps += 1
        for agent, own in result.items():
            reward[agent] += own.reward
            for i in np.flatnonzero(own.cause >= 0).tolist():
                ending, total = own.causes[own.cause[i]], float(reward[agent][i])
                outcomes[i][agent] = Outcome(total, steps, ending, bool(own.success[i]))
    return outcomes
