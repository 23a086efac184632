"""The base of all policies: from what an agent observes to what it does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError, suggestion
from envgen.core.families import POLICIES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
register = POLICIES.register
NETWORK = ".onnx"


@dataclass(frozen=True)
class AgentInterface:
    """What there is to drive: agents with equal interfaces can share a policy and are evaluated in one batch.

    Attributes:
        robot: Name of the robot: the kind, or the slug of a foreign one.
        task: Kind of the task.
        observation: The terms of the observation with their sizes, in order.
        actuators: Names, without the agent's prefix.
        low: Lower ends of the controls, which action -1 means.
        high: Upper ends, which action 1 means.
    """

    robot: str
    task: str
    observation: tuple[tuple[str, int], ...]
    actuators: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def observed(self) -> int:
        """Length of an observation."""
        return sum(size for _, size in self.observation)


@dataclass(frozen=True, eq=False)
class PolicyInput:
    """One agent in one world a row, at the start of a control step.

    Attributes:
        observation: (rows, k)
        time: (rows,) seconds since the reset.
        step: (rows,) control steps since the reset.
        episode: (rows,) number of the episode.
        world: (rows,) index of the variant in its pack.
        agent: (rows,) number of the agent in its world.
    """

    observation: Floats
    time: Floats
    step: Ints
    episode: Ints
    world: Ints
    agent: Ints


class Policy(ABC):
    """A kind of policy, bound to a interface.

    Attributes:
        kind: Public name.
        browser: Whether it needs a browser.
        takes: What follows the colon in `kind:argument`; empty for nothing.
    """

    kind: ClassVar[str]
    browser: ClassVar[bool] = False
    takes: ClassVar[str] = ""

    @classmethod
    @abstractmethod
    def bind(cls, interface: AgentInterface, argument: str, seed: int) -> Policy:
        """The policy for a interface.

        Args:
            interface: What it is to drive.
            argument: What followed the colon, or an empty string.
            seed: For policies that draw, >= 0.

        Raises:
            InputError: It can't drive that.
        """

    @abstractmethod
    def __call__(self, moment: PolicyInput) -> Floats:
        """Actions (rows, actuators) in [-1, 1]."""


@dataclass(frozen=True)
class PolicyName:
    """A policy as it is asked for: `gait`, `onnx:ant-walk`, `my/policy.onnx`.

    Attributes:
        kind: A registered kind.
        argument: What follows the colon; of a path that ends in .onnx, all of it.
    """

    kind: str
    argument: str = ""

    @classmethod
    def parse(cls, text: str) -> PolicyName:
        """Read a name.

        Raises:
            InputError: There is no such kind, or it takes no argument, or lacks one.
        """
        kind, colon, argument = text.partition(":")
        if text.lower().endswith(NETWORK) and kind != "onnx":
            kind, argument = "onnx", text
        if kind not in POLICIES:
            raise InputError(
                f"unknown policy {text!r}",
                f"{suggestion(kind, POLICIES.names())} Or the path of a file that ends in {NETWORK}.",
            )
        takes = POLICIES.get(kind).takes
        if takes and not argument:
            raise InputError(f"the policy {kind!r} needs {takes}", f"Write {kind}:… with it.")
        if not takes and (argument or colon):
            raise InputError(f"the policy {kind!r} takes nothing after a colon", f"Write {kind!r} alone.")
        return cls(kind, argument)

    def bind(self, interface: AgentInterface, seed: int = 0) -> Policy:
        """The policy for a interface.

        Raises:
            InputError: It can't drive that.
        """
        policy: Policy = POLICIES.get(self.kind).bind(interface, self.argument, seed)
        return policy

    def __str__(self) -> str:
        return f"{self.kind}:{self.argument}" if self.argument else self.kind


TEAM = "team:"


def chosen(pattern: str, agents: tuple[str, ...], teams: tuple[str, ...]) -> list[str]:
    """The agents that a pattern means: an id, `ant_*`, `*`, or `team:red`.

    Raises:
        InputError: There is none.
    """
    if pattern.startswith(TEAM):
        name = pattern.removeprefix(TEAM)
        found = [agent for agent, team in zip(agents, teams) if team == name]
        known = dict.fromkeys(f"{TEAM}{team}" for team in teams)
    else:
        found = [agent for agent in agents if fnmatchcase(agent, pattern)]
        known = dict.fromkeys(agents)
    if not found:
        raise InputError(f"{pattern!r} is no agent of this world", suggestion(pattern, known))
    return found
