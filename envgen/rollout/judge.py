"""A task applied to the state of worlds: what agents observe, what they earn, what ends."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.build.reading import BatchReading, State
from envgen.build.stage import Stage
from envgen.core.heightfield import Floats
from envgen.tasks.expr import Expr, Memo, evaluate

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
    """The terms of a task on a stage.

    Args:
        task: As data, from pack.json.
        stage: The worlds.
    """

    def __init__(self, task: Mapping[str, Any], stage: Stage) -> None:
        self.stage = stage
        self._pool: dict[str, Expr] = {}
        self.observation = self._terms(task["observation"])
        self.reward = self._terms(task["reward"])
        self.weights = [self._shared(term["weight"]) for term in task["reward"]]
        self.terminated = self._terms(task["terminated"])
        self.success = (str(task["success"]["name"]), self._shared(task["success"]["expr"]))

    def __call__(self, data: Sequence[State], agent: str, over: Mask) -> Verdict:
        """Judge an agent.

        Args:
            data: State of each world, sensors computed.
            agent: Its id.
            over: (worlds, agents) whose episode was over before.
        """
        reading, memo = BatchReading(self.stage, data, agent, over), Memo()
        parts = [evaluate(expr, reading, memo) for _, expr in self.observation]
        rewards = {
            name: (evaluate(weight, reading, memo) * evaluate(expr, reading, memo))[:, 0]
            for (name, expr), weight in zip(self.reward, self.weights)
        }
        terminated = {name: evaluate(expr, reading, memo)[:, 0] != 0 for name, expr in self.terminated}
        success: Mask = evaluate(self.success[1], reading, memo)[:, 0] != 0
        return Verdict(np.concatenate(parts, axis=1), rewards, terminated, success)

    def layout(self, data: Sequence[State], agent: str) -> list[tuple[str, int]]:
        """The terms of an agent's observation with their sizes, in order."""
        reading, memo = BatchReading(self.stage, data, agent), Memo()
        return [(name, evaluate(expr, reading, memo).shape[1]) for name, expr in self.observation]

    def _terms(self, terms: Sequence[Mapping[str, Any]]) -> list[tuple[str, Expr]]:
        return [(str(term["name"]), self._shared(term["expr"])) for term in terms]

    def _shared(self, expr: Expr) -> Expr:
        """The expression with equal parts as one list, to be evaluated once: read from JSON they are many."""
        if not isinstance(expr, list):
            return expr
        key = json.dumps(expr)
        if key not in self._pool:
            self._pool[key] = [self._shared(part) if isinstance(part, list) else part for part in expr]
        return self._pool[key]
