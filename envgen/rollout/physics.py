"""Randomised physics of an episode: what `randomize` draws at a reset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from envgen.core import dist
from envgen.core.cfg import MAX_AGENTS, RandomizeCfg
from envgen.core.cfg_errors import explain
from envgen.core.errors import InputError
from envgen.core.rng import Streams
from envgen.packs.variant import PackVariant

KEYS = tuple(RandomizeCfg.model_fields)
"""Names of what is drawn."""

LATENCY, MOTORS = "latency", "motor_scale"


@dataclass(frozen=True)
class Physics:
    """Randomised physics of one episode.

    Attributes:
        friction_scale: Factor on the sliding friction of ground and obstacles.
        mass_scale: Factor on masses and inertias of the robots.
        gear_scale: Factor on the force of actuators.
        push: Change of velocity (m/s).
        push_interval: Time between pushes, in s.
        motor_scale: Mean of `motors`, or 1.
        latency: Control steps until an action takes effect.
        start_noise: Size of the noise of the start, see `envgen.rollout.start_noise`.
        observation_noise: Standard deviation of the noise of observations.
        motors: Factor on the force of each actuator of the robots, besides `gear_scale`; empty: 1 for all.
    """

    friction_scale: float = 1.0
    mass_scale: float = 1.0
    gear_scale: float = 1.0
    push: float = 0.0
    push_interval: float = 5.0
    motor_scale: float = 1.0
    latency: int = 0
    start_noise: float = 0.0
    observation_noise: float = 0.0
    motors: tuple[float, ...] = ()


def is_constant(settings: RandomizeCfg) -> bool:
    """Return whether every episode has the same physics."""
    return all(is_number(getattr(settings, key)) for key in KEYS)


def draw_physics(settings: RandomizeCfg, streams: Streams, episode: int, actuators: int) -> Physics:
    """Draw the physics of an episode; each key has a random stream of its own.

    Args:
        settings: Numbers or distributions.
        streams: Random streams of the variant.
        episode: Number of the episode.
        actuators: Number of actuators of the robots.
    """
    drawn: dict[str, Any] = {}
    for key in KEYS:
        value = getattr(settings, key)
        rng = None if isinstance(value, int | float) else streams(f"randomize.{key}", episode)
        if rng is None:
            drawn[key] = int(value) if key == LATENCY else float(value)
        elif key != MOTORS:
            drawn[key] = dist.sample(value, rng, integer=key == LATENCY)
        if key == MOTORS and value != 1:
            factors = [float(value)] if rng is None else [dist.sample(value, rng) for _ in range(actuators)]
            drawn[key] = sum(factors) / max(len(factors), 1)
            drawn["motors"] = tuple(factors) if rng else tuple(factors * actuators)
    return Physics(**drawn)


def drawn_keys(variant: PackVariant) -> dict[str, str]:
    """Return the keys of `randomize` that episodes of a variant draw, by path such as `randomize.latency`.

    A key whose distribution is swept is left out: there, the path names the distribution.
    """
    paths = {f"randomize.{key}": key for key, value in variant.randomize.items() if not is_number(value)}
    return {path: key for path, key in paths.items() if path not in variant.drawn}


def is_number(value: Any) -> bool:
    """Return whether a setting is a number, which is no draw."""
    return isinstance(value, int | float)


def settings_of(variant: PackVariant, changed: Mapping[str, Any] | None = None) -> RandomizeCfg:
    """Return what the episodes of a variant draw.

    Args:
        variant: Of a pack.
        changed: Settings other than the pack's, by key.

    Raises:
        InputError: There is no such key, or a value is out of its range.
    """
    try:
        return RandomizeCfg.model_validate({**variant.randomize, **check_changed(changed)})
    except ValidationError as error:
        raise InputError(*explain(error, "randomize", ["randomize"])) from None


def check_changed(changed: Any) -> dict[str, Any]:
    """Return settings of `randomize` other than a pack's as a table; None has none.

    Raises:
        InputError: They are no table of keys.
    """
    if changed is None:
        return {}
    if not isinstance(changed, Mapping):
        raise InputError(
            f"randomize must be a table of keys, got {repr(changed)[:60]}", 'Such as {"latency": 1}.'
        )
    return dict(changed)


def agent_stream(streams: Streams, key: str, agent: int, episode: int) -> np.random.Generator:
    """Return the random stream of what a key draws for an agent, such as the joints of its start.

    Args:
        streams: Random streams of the variant.
        key: Of `randomize`.
        agent: Number of the agent in its world.
        episode: Number of the episode.
    """
    return streams(f"randomize.{key}.agent", episode * MAX_AGENTS + agent)
