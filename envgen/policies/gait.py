"""Walking by a pattern: an open-loop sum of waves, whose parameters are data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from envgen.core.errors import InputError
from envgen.policies.base import AgentInterface, Floats, Policy, PolicyInput, register
from envgen.policies.gait_file import GaitFile, read, resolve
from envgen.policies.policy_files import gait_files


@dataclass(frozen=True)
class Gait:
    """A pattern: action j at time t is offset[j] + sum over k = 1, 2, … of
    cos[k - 1][j] cos(2 pi k f t) + sin[k - 1][j] sin(2 pi k f t), cut to [-1, 1].

    Attributes:
        frequency: f, in Hz.
        offset: By actuator.
        cos: By harmonic and actuator.
        sin: By harmonic and actuator.
    """

    frequency: float
    offset: tuple[float, ...]
    cos: tuple[tuple[float, ...], ...]
    sin: tuple[tuple[float, ...], ...]

    def action(self, time: Floats) -> Floats:
        """Actions (rows, actuators) in [-1, 1] at times (rows,) in s."""
        total = np.tile(np.array(self.offset), (len(time), 1))
        for k, (cos, sin) in enumerate(zip(self.cos, self.sin), 1):
            angle = (2.0 * np.pi * k * self.frequency * time)[:, None]
            total += np.array(cos) * np.cos(angle) + np.array(sin) * np.sin(angle)
        clipped: Floats = total.clip(-1.0, 1.0)
        return clipped


def gait_for(
    robot: str, actuators: Sequence[str], low: Sequence[float], high: Sequence[float]
) -> Gait | None:
    """The pattern of a robot, or None where there is none for it.

    Args:
        robot: Its name: the kind, or the slug of a foreign one.
        actuators: Names of its actuators, without the agent's prefix.
        low: Lower ends of their controls.
        high: Upper ends.

    Raises:
        EnvgenError: Its file is malformed.
    """
    path = gait_files().get(robot)
    if path is None:
        return None
    return _gait(read(path), str(path), tuple(actuators), tuple(map(float, low)), tuple(map(float, high)))


@lru_cache(maxsize=512)
def _gait(
    file: GaitFile,
    source: str,
    actuators: tuple[str, ...],
    low: tuple[float, ...],
    high: tuple[float, ...],
) -> Gait | None:
    found = resolve(file, source, actuators, low, high)
    return None if found is None else Gait(*found)


@register
class GaitPolicy(Policy):
    """The robot's own pattern, played from the reset on: it walks, crawls or drives without looking."""

    kind: ClassVar[str] = "gait"

    def __init__(self, gait: Gait) -> None:
        self.gait = gait

    @classmethod
    def bind(cls, interface: AgentInterface, argument: str, seed: int) -> GaitPolicy:
        """The policy for a interface.

        Raises:
            InputError: There is no gait for its robot.
        """
        gait = gait_for(interface.robot, interface.actuators, interface.low, interface.high)
        if gait is None:
            known = ", ".join(sorted(gait_files()))
            raise InputError(
                f"there is no gait for the robot {interface.robot!r}"
                f" with {len(interface.actuators)} actuators",
                f"There are gaits for {known}; docs/policies.md tells how to add one.",
            )
        return cls(gait)

    def __call__(self, moment: PolicyInput) -> Floats:
        """The pattern at each row's time."""
        return self.gait.action(moment.time)
