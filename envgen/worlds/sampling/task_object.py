"""The object of a task: the ball or crate that is to be moved, and where one can lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envgen.core.cfg import EnvCfg
from envgen.core.families import OBSTACLES, TASKS
from envgen.core.heightfield import Floats
from envgen.core.params import specs
from envgen.obstacles.base import Obstacle, Shape
from envgen.worlds.ground_map import GroundMap
from envgen.worlds.sampling.draw import TaskObject
from envgen.worlds.sampling.sampler import Sampler, round_parameters

_DISC = np.stack(np.meshgrid(np.linspace(-1, 1, 25), np.linspace(-1, 1, 25)), axis=-1).reshape(-1, 2)
"""Samples (625, 2) of the unit square."""
MOST_HANG = 0.35
"""Unevenness of the ground under a thing that lies on it, in multiples of its least half extent or height."""
MOST_SLOPE = 0.55
"""Rise over run on which it stays where it is: at friction 1, it slides from 1 on."""


def object_kinds(cfg: EnvCfg) -> tuple[str, ...]:
    """The kinds of what the task moves: of the EnvCfg's own obstacles the first that will do."""
    wanted = TASKS.get(cfg.task.kind).objects
    if not wanted:
        return ()
    own = (entry.kind for entry in cfg.obstacles if entry.kind in wanted)
    return (next(own, wanted[0]),)


def object_names(cfg: EnvCfg) -> list[str]:
    """Names of the bodies that the task moves."""
    return [f"obstacle/{kind}_0" for kind in object_kinds(cfg)]


def draw_object(kind: str, own: Obstacle | None, sampler: Sampler) -> TaskObject:
    """Draw the object of a task.

    Args:
        kind: Kind of obstacle.
        own: One of the EnvCfg's own obstacles of that kind, or None: then the task adds one.
        sampler: Of the variant.
    """
    if own is None:
        cls = OBSTACLES.get(kind)
        known = specs(cls)
        # half as wide as the robot: it is to be pushed, not stumbled over
        given = {"radius": 0.5 * sampler.robot.radius} if kind == "ball" else {}
        given = {key: min(max(value, known[key].low), known[key].high) for key, value in given.items()}
        drawn = round_parameters(sampler.parameters(known, given, "task/object"))
        sampler.record("object", {"kind": kind, **drawn})
        own = cls(**drawn)
    return TaskObject(own, own.shape(sampler.streams("task/object", sampler.attempt.terrain)))


@dataclass(frozen=True)
class Lying:
    """How an object would lie at n spots.

    Attributes:
        z: (n,) height of its frame, in m.
        quat: (n, 4) orientation (w, x, y, z).
        stays: (n,) whether it would lie there without hanging or sliding.
    """

    z: Floats
    quat: Floats
    stays: NDArray[np.bool_]


def lying(shape: Shape, spots: Floats, ground: GroundMap) -> Lying:
    """How an object lies at spots (n, 2): a ball on what it touches first, the rest along the ground."""
    half = np.array(shape.half)
    disc = _DISC[np.hypot(*_DISC.T) <= 1] if shape.round else _DISC
    x, y = (spots[:, [axis]] + disc[:, axis] * half[axis] for axis in (0, 1))
    upright = np.tile([1.0, 0.0, 0.0, 0.0], (len(spots), 1))
    if shape.round:
        bulge = half[0] * (1 - np.sqrt(np.maximum(1 - np.square(disc).sum(axis=1), 0)))
        z = (ground.upper_bound(x, y, 0.5 * min(ground.field.cell)) - bulge).max(axis=1)
        return Lying(np.round(z + 0.001, 4), upright, z - ground.at(*spots.T) <= 0.25 * half[0])
    under = ground.upper_bound(x, y)
    # the plane that fits best: samples are symmetric, so its parts are found one by one
    slope = np.stack([under @ disc[:, k] / (np.square(disc[:, k]).sum() * half[k]) for k in (0, 1)], axis=1)
    over = under - slope @ (disc * half).T
    z, hang = over.max(axis=1), np.ptp(over, axis=1)
    quat = np.stack([1 + np.sqrt(1 + np.square(slope).sum(axis=1)), slope[:, 1], -slope[:, 0]], axis=1)
    quat = np.concatenate([quat, np.zeros((len(spots), 1))], axis=1)
    quat = np.round(quat / np.linalg.norm(quat, axis=1, keepdims=True), 5)
    stays = (hang <= MOST_HANG * min(*shape.half, shape.height)) & (np.hypot(*slope.T) <= MOST_SLOPE)
    return Lying(np.round(z + 0.001, 4), quat, stays)


def resting_places(shape: Shape, ground: GroundMap, cells: Floats) -> Floats:
    """(n, 2) points (m) where an object would stay: what rolls in the dips, the rest on any of `cells`."""
    return ground.local_minima(1.5 * max(shape.half)) if shape.round else cells
