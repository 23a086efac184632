"""One episode of one agent, as formats write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Episode:
    """Observations, actions and rewards of one agent in one episode, or the recorded part of it.

    Attributes:
        env: Number of the environment in the recording.
        variant: Index of its variant in the pack.
        agent: Id of the agent.
        number: Number of the episode of this environment.
        policy: Name of the policy that acted; several are joined by `, `.
        observations: (T, k) before each step.
        actions: (T, m) in [-1, 1].
        rewards: (T,)
        terminated: (T,) whether the task ended the episode in a step.
        truncated: (T,) whether the episode was cut off in a step, by time or by the task.
        final: (k,) what the agent observed after the last step, if it was recorded.
        ending: Name of the term that ended the episode, `time` or `unstable`; None if the recording ended
            before.
        drawn: Parameters of the variant, by path.
        physics: What was drawn at the reset, by name.
    """

    env: int
    variant: int
    agent: str
    number: int
    policy: str
    observations: Floats32
    actions: Floats32
    rewards: NDArray[np.float64]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    final: Floats32 | None
    ending: str | None
    drawn: Mapping[str, Any]
    physics: Mapping[str, float]

    def __len__(self) -> int:
        """Number of steps."""
        return len(self.rewards)

    def transitions(self) -> tuple[Episode, Floats32] | None:
        """Return the episode with the observations (T + 1, k) around its steps.

        Where what follows the last step was not recorded, as by the page: after a termination nothing
        depends on it, and the last observation is repeated; else the last step is left out, so that what
        follows the step before is known. An episode that the recording cut off is truncated.

        Returns:
            None if no step is left.
        """
        if self.final is not None:
            return self._cut(len(self)), np.concatenate([self.observations, self.final[None]])
        if self.terminated[-1]:
            return self, np.concatenate([self.observations, self.observations[-1:]])
        if len(self) < 2:
            return None
        return self._cut(len(self) - 1), self.observations

    def _cut(self, steps: int) -> Episode:
        """The first steps, truncated if they don't end the episode."""
        truncated = self.truncated[:steps].copy()
        truncated[-1] |= not self.terminated[steps - 1]
        return replace(
            self,
            observations=self.observations[:steps],
            actions=self.actions[:steps],
            rewards=self.rewards[:steps],
            terminated=self.terminated[:steps],
            truncated=truncated,
        )

    def about(self) -> dict[str, Any]:
        """Return what is to be known of the episode, as plain data."""
        return {
            "variant": self.variant,
            "difficulty": self.drawn.get("difficulty"),
            "agent": self.agent,
            "episode": self.number,
            "policy": self.policy,
            "ending": self.ending,
            "physics": dict(self.physics),
            "drawn": dict(self.drawn),
        }
