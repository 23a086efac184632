"""Evaluation of a task on the state of worlds: observations, rewards and ends of episodes."""

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
TIME, UNSTABLE = "time", "unstable"


@dataclass(frozen=True, eq=False)
class Verdict:
    """Evaluation of one agent in each world at one time.

    Attributes:
        observation: (worlds, k)
        rewards: (worlds,) weighted reward, by term.
        terminated: (worlds,) whether the term holds, by term.
        truncated: (worlds,) whether the term holds, by term.
        success: (worlds,) whether the task is done.
    """

    observation: Floats
    rewards: dict[str, Floats]
    terminated: dict[str, Mask]
    truncated: dict[str, Mask]
    success: Mask


class Judge:
    """Evaluates the terms of a task.

    Args:
        task: The task as data, from pack.json.
        context: The worlds.

    Attributes:
        success_at_end: Whether success is judged when an episode is cut off, instead of ending it.
    """

    def __init__(self, task: Mapping[str, Any], context: TaskContext) -> None:
        self.context = context
        self._per_second = [str(term["name"]) for term in task["reward"] if term.get("per") == "second"]
        self.observation = _terms(task["observation"], "expr")
        self.reward = _terms(task["reward"], "expr")
        self.weights = _terms(task["reward"], "weight")
        self.terminated = _terms(task["terminated"], "expr")
        self.truncated = _terms(task.get("truncated", ()), "expr")
        self.success_at_end = task["success"].get("at") == "end"
        (self.success,) = _terms([task["success"]], "expr")

    def __call__(self, data: BatchState | Sequence[State], agent: str, over: Mask, period: Floats) -> Verdict:
        """Evaluate the task for an agent.

        Args:
            data: State of each world with its sensors, as arrays or MuJoCo data.
            agent: Its id.
            over: (worlds, agents) whether the episode of the agent was over before.
            period: (worlds,) length of a control step, in s.
        """
        reading, memo = BatchTaskState(self.context, data, agent, over), Memo()
        parts = [term(reading, memo) for _, term in self.observation]
        rewards = {
            name: (weight(reading, memo) * term(reading, memo))[:, 0]
            for (name, term), (_, weight) in zip(self.reward, self.weights)
        }
        for name in self._per_second:
            rewards[name] = rewards[name] * period
        terminated = {name: term(reading, memo)[:, 0] != 0 for name, term in self.terminated}
        truncated = {name: term(reading, memo)[:, 0] != 0 for name, term in self.truncated}
        success: Mask = self.success[1](reading, memo)[:, 0] != 0
        return Verdict(np.concatenate(parts, axis=1), rewards, terminated, truncated, success)

    @property
    def causes(self) -> tuple[str, ...]:
        """Names of the terms that can end an episode; the first that holds is the cause."""
        terminated, truncated = ([name for name, _ in terms] for terms in (self.terminated, self.truncated))
        return (self.success[0], *terminated, UNSTABLE, *truncated, TIME)

    def observe(self, data: BatchState | Sequence[State], agent: str, over: Mask) -> Floats:
        """Return the observation (worlds, k) of an agent alone. Arguments as in a call."""
        reading, memo = BatchTaskState(self.context, data, agent, over), Memo()
        return np.concatenate([term(reading, memo) for _, term in self.observation], axis=1)

    def layout(self, data: BatchState | Sequence[State], agent: str) -> list[tuple[str, int]]:
        """Return the terms of an agent's observation with their sizes, in order."""
        reading, memo = BatchTaskState(self.context, data, agent), Memo()
        return [(name, term(reading, memo).shape[1]) for name, term in self.observation]


def _terms(terms: Sequence[Mapping[str, Any]], key: str) -> list[tuple[str, Term]]:
    """Return the name of each term with its compiled expression under a key."""
    return [(str(term["name"]), call) for term, call in zip(terms, compiled([term[key] for term in terms]))]
