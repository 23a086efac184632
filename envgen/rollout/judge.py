"""A task applied to the state of worlds: what agents observe, what they earn, what ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.tasks.expr import Memo, Term, compiled
from envgen.worlds.compiled.state import BatchState, BatchTaskState, State
from envgen.worlds.compiled.task_context import TaskContext

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Verdict:
    """One agent in each world at one time.

    Attributes:
        observation: (worlds, k) what it observes.
        rewards: (worlds,) weighted, by term.
        terminated: (worlds,) whether it holds, by term.
        success: (worlds,) whether the task is done.
    """

    observation: Floats
    rewards: dict[str, Floats]
    terminated: dict[str, Mask]
    success: Mask


class Judge:
    """The terms of a task on a context.

    Args:
        task: As data, from pack.json.
        context: The worlds.
    """

    def __init__(self, task: Mapping[str, Any], context: TaskContext) -> None:
        self.context = context
        self.observation = _terms(task["observation"], "expr")
        self.reward = _terms(task["reward"], "expr")
        self.weights = _terms(task["reward"], "weight")
        self.terminated = _terms(task["terminated"], "expr")
        (self.success,) = _terms([task["success"]], "expr")

    def __call__(self, data: BatchState | Sequence[State], agent: str, over: Mask) -> Verdict:
        """Judge an agent.

        Args:
            data: State of each world, sensors computed: arrays, or MuJoCo's own.
            agent: Its id.
            over: (worlds, agents) whose episode was over before.
        """
        reading, memo = BatchTaskState(self.context, data, agent, over), Memo()
        parts = [term(reading, memo) for _, term in self.observation]
        rewards = {
            name: (weight(reading, memo) * term(reading, memo))[:, 0]
            for (name, term), (_, weight) in zip(self.reward, self.weights)
        }
        terminated = {name: term(reading, memo)[:, 0] != 0 for name, term in self.terminated}
        success: Mask = self.success[1](reading, memo)[:, 0] != 0
        return Verdict(np.concatenate(parts, axis=1), rewards, terminated, success)

    def observe(self, data: BatchState | Sequence[State], agent: str, over: Mask) -> Floats:
        """Return (worlds, k) what an agent observes, without the rest. Arguments as in a call."""
        reading, memo = BatchTaskState(self.context, data, agent, over), Memo()
        return np.concatenate([term(reading, memo) for _, term in self.observation], axis=1)

    def layout(self, data: BatchState | Sequence[State], agent: str) -> list[tuple[str, int]]:
        """The terms of an agent's observation with their sizes, in order."""
        reading, memo = BatchTaskState(self.context, data, agent), Memo()
        return [(name, term(reading, memo).shape[1]) for name, term in self.observation]


def _terms(terms: Sequence[Mapping[str, Any]], key: str) -> list[tuple[str, Term]]:
    """Names, and what is written under a key of each."""
    return [(str(term["name"]), call) for term, call in zip(terms, compiled([term[key] for term in terms]))]
