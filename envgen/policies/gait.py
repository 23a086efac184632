"""Gaits: open-loop sums of harmonics, whose parameters are data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from envgen.core.errors import InputError
from envgen.core.robot_names import agent_name
from envgen.policies.base import AgentInterface, Floats, Policy, PolicyInput, register
from envgen.policies.gait_file import GaitFile, read_gait_file, resolve_gait
from envgen.policies.policy_files import gait_files


@dataclass(frozen=True)
class Gait:
    """A periodic motion: action j at time t is offset[j] + sum over k = 1, 2, … of
    cos[k - 1][j] cos(2 pi k f t) + sin[k - 1][j] sin(2 pi k f t), clipped to [-1, 1].

    Attributes:
        frequency: f, in Hz.
        offset: One per actuator.
        cos: Coefficients by harmonic and actuator.
        sin: Coefficients by harmonic and actuator.
    """

    frequency: float
    offset: tuple[float, ...]
    cos: tuple[tuple[float, ...], ...]
    sin: tuple[tuple[float, ...], ...]

    def action(self, time: Floats) -> Floats:
        """Return actions (rows, actuators) in [-1, 1] at times (rows,) in s."""
        total = np.tile(np.array(self.offset), (len(time), 1))
        for k, (cos, sin) in enumerate(zip(self.cos, self.sin), 1):
            angle = (2.0 * np.pi * k * self.frequency * time)[:, None]
            total += np.array(cos) * np.cos(angle) + np.array(sin) * np.sin(angle)
        clipped: Floats = total.clip(-1.0, 1.0)
        return clipped


def gait_for(
    robot: str, actuators: Sequence[str], low: Sequence[float], high: Sequence[float]
) -> Gait | None:
    """Return the gait of a robot, or None if there is none.

    Args:
        robot: Name of the robot; the gait of its namesake counts if it fits the actuators.
        actuators: Names of the actuators, without the agent's prefix.
        low: Lower ends of the control ranges.
        high: Upper ends.

    Raises:
        EnvgenError: The gait file is malformed.
    """
    path = gait_files().get(agent_name(robot))
    if path is None:
        return None
    return _gait(
        read_gait_file(path), str(path), tuple(actuators), tuple(map(float, low)), tuple(map(float, high))
    )


@lru_cache(maxsize=512)
def _gait(
    file: GaitFile,
    source: str,
    actuators: tuple[str, ...],
    low: tuple[float, ...],
    high: tuple[float, ...],
) -> Gait | None:
    found = resolve_gait(file, source, actuators, low, high)
    return None if found is None else Gait(*found)


@register
class GaitPolicy(Policy):
    """The robot's own pattern, played from the reset on: it walks, crawls or drives without looking."""

    kind: ClassVar[str] = "gait"

    def __init__(self, gait: Gait) -> None:
        self.gait = gait

    @classmethod
    def bind(cls, interface: AgentInterface, argument: str, seed: int) -> GaitPolicy:
        """Return the gait for the robot of an interface.

        Raises:
            InputError: There is no gait for the robot.
        """
        gait = gait_for(interface.robot, interface.actuators, interface.low, interface.high)
        if gait is None:
            known = ", ".join(sorted(gait_files()))
            raise InputError(
                f"there is no gait for the robot {interface.robot!r}"
                f" with {len(interface.actuators)} actuators",
                f"There are gaits for {known}; see docs/policies.md to add one.",
            )
        return cls(gait)

    def __call__(self, inputs: PolicyInput) -> Floats:
        """Evaluate the gait at the time of each row."""
        return self.gait.action(inputs.time)
