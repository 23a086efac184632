"""A walking network that follows a direction which the task observes: the skill that tasks are judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.core.heightfield import Floats
from envgen.policies.base import AgentInterface
from envgen.policies.onnx import OnnxPolicy, find_network
from envgen.policies.onnx_header import load_onnx
from envgen.rollout.policies import interface
from envgen.rollout.rollout import Rollout
from envgen.rollout.step_result import StepResult

DIRECTIONS = {"goal": "goal_direction", "climb": "goal_direction", "escape": "outwards", "race": "heading"}
"""Term of each task that holds the direction to walk in, as a unit vector in the frame of the root."""
COMMAND, HEADING = "command", "heading"
"""Terms of the task `walk` that are commanded."""


@dataclass(frozen=True, eq=False)
class Steered:
    """A network of the task `walk`, with another task's direction as commanded heading.

    Attributes:
        policies: Of each agent.
        columns: (k,) columns of the task's observation that make up the network's, with -1 for the command.
        speed: Commanded speed, in m/s.
    """

    policies: dict[str, OnnxPolicy]
    columns: dict[str, NDArray[np.intp]]
    speed: float

    @classmethod
    def of(cls, rollout: Rollout, network: str, speed: float = 1.0) -> Steered:
        """Bind a network to all agents of a rollout.

        Raises:
            InputError: The network does not fit, or the task has no direction.
        """
        direction = DIRECTIONS.get(rollout.task)
        if direction is None:
            known = ", ".join(DIRECTIONS)
            raise InputError(
                f"a task to be walked must have a direction, got {rollout.task}", f"Such tasks: {known}."
            )
        _, header = load_onnx(find_network(network))
        policies, columns = dict[str, OnnxPolicy](), dict[str, NDArray[np.intp]]()
        for agent in rollout.agents:
            own = interface(rollout, agent)
            layout = tuple(header.observation)
            walking = AgentInterface(own.robot, "walk", layout, own.actuators, own.low, own.high)
            policies[agent] = OnnxPolicy.bind(walking, network, 0)
            columns[agent] = _columns(rollout.observation_layout(agent), layout, direction)
        return cls(policies, columns, speed)

    def __call__(self, result: StepResult) -> dict[str, Floats]:
        """Return the actions of all agents for the result of a step."""
        return {agent: self._act(agent, result[agent].observation) for agent in self.policies}

    def _act(self, agent: str, seen: Floats) -> Floats:
        at = self.columns[agent]
        observation = np.where(at < 0, self.speed, seen[:, at])
        return self.policies[agent].act(observation)


def _columns(
    layout: list[tuple[str, int]], wanted: tuple[tuple[str, int], ...], direction: str
) -> NDArray[np.intp]:
    first, at = dict[str, int](), 0
    for name, size in layout:
        first[name] = at
        at += size
    columns: list[int] = []
    for name, size in wanted:
        if name == COMMAND:
            columns += [-1]
            continue
        source = direction if name == HEADING else name
        columns += range(first[source], first[source] + size)
    return np.array(columns, dtype=np.intp)
