"""Random actions, the same wherever they are drawn."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from envgen.policies.base import AgentInterface, Floats, Ints, Policy, PolicyInput, register

Words = NDArray[np.uint32]
_STEP = np.uint32(0x9E3779B9)
_FIRST, _SECOND = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)


def mix(words: Words) -> Words:
    """Scramble 32 bits: lowbias32 of C. Wellons, https://nullprogram.com/blog/2018/07/31/."""
    words = (words ^ (words >> np.uint32(16))) * _FIRST
    words = (words ^ (words >> np.uint32(15))) * _SECOND
    return words ^ (words >> np.uint32(16))


def draw(seed: int, moment: PolicyInput, actuators: int) -> Floats:
    """Uniform numbers that depend on what they are for, and on nothing that was drawn before.

    h = 0; for each word w of (seed mod 2^32, seed / 2^32, world, episode, agent, step, actuator):
    h = mix((h xor w) + 0x9E3779B9), all in 32 bits. The number is h / 2^31 - 1.

    Args:
        seed: >= 0.
        moment: When, in which worlds and for which agents.
        actuators: How many.

    Returns:
        (rows, actuators) in [-1, 1).
    """
    rows = np.zeros(len(moment.time), dtype=np.uint32)
    both = (np.full(len(rows), word, dtype=np.int64) for word in (seed & 0xFFFFFFFF, seed >> 32))
    for word in (*both, moment.world, moment.episode, moment.agent, moment.step):
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
        """The policy for a interface."""
        return cls(len(interface.actuators), seed)

    def __call__(self, moment: PolicyInput) -> Floats:
        """Uniform in [-1, 1)."""
        return draw(self.seed, moment, self.actuators)
