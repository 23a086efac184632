"""A walking network that follows a direction which the task observes: the skill that tasks are judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
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
COMMAND, HEADING, UP, AWAY = "command", "heading", "up", "away"
CENTRE = 0.15
"""Share of the way from the centre below which a robot walks ahead, as the direction outwards flips there."""
Layout = Sequence[tuple[str, int]]


@dataclass(frozen=True, eq=False)
class _Pilot:
    """A network with the columns of another task's observation that make up its own.

    Attributes:
        policy: The network.
        columns: (k,) columns, and -1 for the command.
        heading: First of the three columns of the network's heading.
        up: First of the three columns of the vertical that the network sees.
        away: Column of the distance from the centre, where the task has one.
        planar: True if the robot can't leave its lane: it walks ahead.
    """

    policy: OnnxPolicy
    columns: NDArray[np.intp]
    heading: int
    up: int
    away: int | None
    planar: bool

    def act(self, seen: Floats, speed: float) -> Floats:
        observation: Floats = np.where(self.columns < 0, speed, seen[:, self.columns])
        if self.planar or self.away is not None:
            ahead = np.ones(len(seen), dtype=bool) if self.planar else seen[:, self.away] < CENTRE
            up = observation[ahead, self.up : self.up + 3]
            observation[ahead, self.heading : self.heading + 3] = _level_ahead(up)
        return self.policy.act(observation)


class Steered:
    """A network of the task `walk` that drives all agents, with another task's direction as heading.

    Args:
        rollout: The worlds.
        network: Name or file of the network.
        speed: Commanded speed, in m/s.

    Raises:
        InputError: The network does not fit, or the task has no direction.
    """

    def __init__(self, rollout: Rollout, network: str, speed: float = 1.0) -> None:
        if rollout.task not in DIRECTIONS:
            cause = f"a task to be walked must have a direction, got {rollout.task}"
            raise InputError(cause, f"Such tasks: {', '.join(DIRECTIONS)}.")
        self.speed = speed
        _, header = load_onnx(find_network(network))
        wanted = tuple(header.observation)
        self._pilots: dict[str, _Pilot] = {}
        for agent in rollout.agents:
            own = interface(rollout, agent)
            walking = AgentInterface(own.robot, "walk", wanted, own.actuators, own.low, own.high)
            policy = OnnxPolicy.bind(walking, network, 0)
            first = _first_columns(rollout.observation_layout(agent))
            columns = _columns(wanted, first, DIRECTIONS[rollout.task])
            at = _first_columns(wanted)
            joints = rollout.context.layouts[agent][0].root_joints
            kinds = rollout.worlds[0].model.jnt_type[list(joints)]
            planar = mujoco.mjtJoint.mjJNT_FREE not in kinds
            self._pilots[agent] = _Pilot(policy, columns, at[HEADING], at[UP], first.get(AWAY), planar)

    def __call__(self, result: StepResult) -> dict[str, Floats]:
        """Return the actions of all agents for the result of a step."""
        return {
            agent: pilot.act(result[agent].observation, self.speed) for agent, pilot in self._pilots.items()
        }


def _level_ahead(up: Floats) -> Floats:
    """Return the level direction (n, 3) that robots face, in their frames, for the vertical (n, 3) there."""
    ahead: Floats = np.array([1.0, 0.0, 0.0]) - up[:, :1] * up
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    return ahead


def _first_columns(layout: Layout) -> dict[str, int]:
    first, at = dict[str, int](), 0
    for name, size in layout:
        first[name] = at
        at += size
    return first


def _columns(wanted: Layout, first: dict[str, int], direction: str) -> NDArray[np.intp]:
    columns: list[int] = []
    for name, size in wanted:
        at = -1 if name == COMMAND else first[direction if name == HEADING else name]
        columns += [-1] if at < 0 else range(at, at + size)
    return np.array(columns, dtype=np.intp)
