"""No action."""

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
        """The policy for a interface."""
        return cls(len(interface.actuators))

    def __call__(self, moment: PolicyInput) -> Floats:
        """Zeros."""
        return np.zeros((len(moment.time), self.actuators))
