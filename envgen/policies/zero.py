"""Zero actions."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from envgen.policies.base import AgentInterface, Floats, Policy, PolicyInput, register


@register
class Zero(Policy):
    """Action 0: the middle of each control range. Robots with servos stand, motors give no torque."""

    kind: ClassVar[str] = "zero"

    def __init__(self, actuators: int) -> None:
        self.actuators = actuators

    @classmethod
    def bind(cls, interface: AgentInterface, argument: str, seed: int) -> Zero:
        """Return the policy for an interface."""
        return cls(len(interface.actuators))

    def __call__(self, inputs: PolicyInput) -> Floats:
        """Return zeros (rows, actuators)."""
        return np.zeros((len(inputs.time), self.actuators))
