"""Base class of policies, names of policies, and the selection of agents."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from envgen.core.deprecation import deprecated_names
from envgen.core.errors import InputError, suggestion
from envgen.core.families import POLICIES
from envgen.policies.policy_files import network_files

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
register = POLICIES.register
NETWORK = ".onnx"
__getattr__ = deprecated_names(
    __name__,
    {"Seat": "AgentInterface", "Moment": "PolicyInput", "Choice": "PolicyName", "chosen": "select_agents"},
)


@dataclass(frozen=True)
class AgentInterface:
    """The observations and actions of an agent. Agents with equal interfaces are evaluated in one batch.

    Attributes:
        robot: Name of the robot: its kind, `<source>:<name>` or the name of its file.
        task: Kind of the task.
        observation: Terms of the observation with their sizes, in order.
        actuators: Names of the actuators, without the agent's prefix.
        low: Lower ends of the control ranges, to which action -1 is mapped.
        high: Upper ends, to which action 1 is mapped.
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
    """Input of a policy at the start of a control step; one row per agent and world.

    Attributes:
        observation: (rows, observed)
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
    """A kind of policy; an instance is bound to an interface.

    Attributes:
        kind: Public name.
        browser: The policy runs only in a browser.
        takes: Description of the argument in `kind:argument`; empty if the kind takes none.
    """

    kind: ClassVar[str]
    browser: ClassVar[bool] = False
    takes: ClassVar[str] = ""

    @classmethod
    @abstractmethod
    def bind(cls, interface: AgentInterface, argument: str, seed: int) -> Policy:
        """Return the policy for an interface.

        Args:
            interface: Of the agents to drive.
            argument: The text after the colon, or an empty string.
            seed: >= 0, for policies that draw random numbers.

        Raises:
            InputError: The policy does not fit the interface.
        """

    @abstractmethod
    def __call__(self, inputs: PolicyInput) -> Floats:
        """Return actions (rows, actuators) in [-1, 1]."""


@dataclass(frozen=True)
class PolicyName:
    """A policy as users name it: `gait`, `onnx:ant-walk`, `my/policy.onnx`.

    Attributes:
        kind: A registered kind.
        argument: The text after the colon, or the whole path of an .onnx file.
    """

    kind: str
    argument: str = ""

    @classmethod
    def parse(cls, text: str) -> PolicyName:
        """Parse a name.

        Raises:
            InputError: The kind is unknown, takes no argument, or needs one.
        """
        kind, colon, argument = text.partition(":")
        if kind not in POLICIES and text in network_files():
            kind, argument = "onnx", text
        if text.lower().endswith(NETWORK) and kind != "onnx":
            kind, argument = "onnx", text
        if kind not in POLICIES:
            raise InputError(
                f"unknown policy {text!r}",
                f"{suggestion(kind, [*POLICIES.names(), *network_files()])} Or give the path of a file that"
                f" ends in {NETWORK}.",
            )
        takes = POLICIES.get(kind).takes
        if takes and not argument:
            raise InputError(f"the policy {kind!r} needs {takes}", f"Write it after a colon: {kind}:…")
        if not takes and (argument or colon):
            raise InputError(f"the policy {kind!r} takes no argument, got {text!r}", f"Write {kind!r}.")
        return cls(kind, argument)

    def bind(self, interface: AgentInterface, seed: int = 0) -> Policy:
        """Return the policy for an interface.

        Raises:
            InputError: The policy does not fit the interface.
        """
        policy: Policy = POLICIES.get(self.kind).bind(interface, self.argument, seed)
        return policy

    def __str__(self) -> str:
        return f"{self.kind}:{self.argument}" if self.argument else self.kind


TEAM = "team:"


def select_agents(pattern: str, agents: tuple[str, ...], teams: tuple[str, ...]) -> list[str]:
    """Return the agents that match a pattern: an id, `ant_*`, `*`, or `team:red`.

    Raises:
        InputError: No agent matches.
    """
    if pattern.startswith(TEAM):
        name = pattern.removeprefix(TEAM)
        found = [agent for agent, team in zip(agents, teams) if team == name]
        known = dict.fromkeys(f"{TEAM}{team}" for team in teams)
    else:
        found = [agent for agent in agents if fnmatchcase(agent, pattern)]
        known = dict.fromkeys(agents)
    if not found:
        raise InputError(f"no agent of this world matches {pattern!r}", suggestion(pattern, known))
    return found
