"""Randomised physics of an episode: what `randomize` draws at a reset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from envgen.core import cfgio, dist
from envgen.core.cfg import MAX_AGENTS, RandomizeCfg
from envgen.core.rng import Streams
from envgen.packs.variant import PackVariant

KEYS = tuple(RandomizeCfg.model_fields)
"""Names of what is drawn."""


@dataclass(frozen=True)
class Physics:
    """Randomised physics of one episode.

    Attributes:
        friction_scale: Factor on the sliding friction of ground and obstacles.
        mass_scale: Factor on masses and inertias of the robots.
        gear_scale: Factor on the force of actuators.
        push: Change of velocity (m/s) every 5 s.
        start_noise: Size of the noise of the start, see `envgen.rollout.start_noise`.
    """

    friction_scale: float = 1.0
    mass_scale: float = 1.0
    gear_scale: float = 1.0
    push: float = 0.0
    start_noise: float = 0.0


def is_constant(settings: RandomizeCfg) -> bool:
    """Return whether every episode has the same physics."""
    return all(isinstance(getattr(settings, key), int | float) for key in KEYS)


def draw_physics(settings: RandomizeCfg, streams: Streams, episode: int) -> Physics:
    """Draw the physics of an episode; each key has a random stream of its own.

    Args:
        settings: Numbers or distributions.
        streams: Random streams of the variant.
        episode: Number of the episode.
    """
    drawn = {}
    for key in KEYS:
        value = getattr(settings, key)
        constant = isinstance(value, int | float)
        drawn[key] = float(value if constant else dist.sample(value, streams(f"randomize.{key}", episode)))
    return Physics(**drawn)


def settings_of(variant: PackVariant, changed: Mapping[str, Any] | None = None) -> RandomizeCfg:
    """Return what the episodes of a variant draw.

    Args:
        variant: Of a pack.
        changed: Settings other than the pack's, by key.

    Raises:
        InputError: There is no such key, or a value is out of its range.
    """
    return cfgio.parse({"randomize": {**variant.randomize, **(changed or {})}}).randomize


def agent_stream(streams: Streams, key: str, agent: int, episode: int) -> np.random.Generator:
    """Return the random stream of what a key draws for an agent, such as the joints of its start.

    Args:
        streams: Random streams of the variant.
        key: Of `randomize`.
        agent: Number of the agent in its world.
        episode: Number of the episode.
    """
    return streams(f"randomize.{key}.agent", episode * MAX_AGENTS + agent)
