"""Random actions, the same in Python and in the browser."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from envgen.policies.base import AgentInterface, Floats, Ints, Policy, PolicyInput, register

Words = NDArray[np.uint32]
_STEP = np.uint32(0x9E3779B9)
_FIRST, _SECOND = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)


def mix(words: Words) -> Words:
    """Hash 32-bit words: lowbias32 of C. Wellons, https://nullprogram.com/blog/2018/07/31/."""
    words = (words ^ (words >> np.uint32(16))) * _FIRST
    words = (words ^ (words >> np.uint32(15))) * _SECOND
    return words ^ (words >> np.uint32(16))


def draw_actions(seed: int, inputs: PolicyInput, actuators: int) -> Floats:
    """Draw uniform actions that depend on the input alone, not on earlier draws.

    h = 0; for each word w of (seed mod 2^32, seed / 2^32, world, episode, agent, step, actuator):
    h = mix((h xor w) + 0x9E3779B9), all in 32 bits. The number is h / 2^31 - 1.

    Args:
        seed: >= 0.
        inputs: Worlds, episodes, agents and steps, one per row.
        actuators: Number of actuators.

    Returns:
        (rows, actuators) in [-1, 1).
    """
    rows = np.zeros(len(inputs.time), dtype=np.uint32)
    both = (np.full(len(rows), word, dtype=np.int64) for word in (seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF))
    for word in (*both, inputs.world, inputs.episode, inputs.agent, inputs.step):
        rows = mix((rows ^ _word(word)) + _STEP)
    hashed = mix((rows[:, None] ^ np.arange(actuators, dtype=np.uint32)) + _STEP)
    return hashed / 2.0**31 - 1.0


def _word(value: Ints) -> Words:
    return (value & 0xFFFFFFFF).astype(np.uint32)


@register
class Random(Policy):
    """Each actuator anywhere in its range, drawn anew at each control step; seeded."""

    kind: ClassVar[str] = "random"

    def __init__(self, actuators: int, seed: int) -> None:
        self.actuators, self.seed = actuators, seed

    @classmethod
    def bind(cls, interface: AgentInterface, argument: str, seed: int) -> Random:
        """Return the policy for an interface."""
        return cls(len(interface.actuators), seed)

    def __call__(self, inputs: PolicyInput) -> Floats:
        """Return uniform actions in [-1, 1)."""
        return draw_actions(self.seed, inputs, self.actuators)
