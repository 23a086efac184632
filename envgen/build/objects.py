"""The object of a task: the ball or crate that is to be moved, and where one can lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from envgen.build.ground import GroundMap
from envgen.core.cfg import EnvCfg
from envgen.core.families import OBSTACLES, TASKS
from envgen.core.heightfield import Floats
from envgen.core.params import RobotSize, draw, specs
from envgen.core.rng import Streams
from envgen.obstacles.base import Obstacle, Shape

_DISC = np.stack(np.meshgrid(np.linspace(-1, 1, 25), np.linspace(-1, 1, 25)), axis=-1).reshape(-1, 2)
"""Samples (625, 2) of the unit square."""


@dataclass(frozen=True)
class TaskObject:
    """What a task moves.

    Attributes:
        kind: The obstacle that it is.
        shape: Its geoms.
    """

    kind: Obstacle
    shape: Shape

    @property
    def name(self) -> str:
        """`<kind>_0`: it is the first of its kind, whatever else is scattered."""
        return f"{self.kind.kind}_0"


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


def draw_object(
    kind: str,
    own: Obstacle | None,
    streams: Streams,
    attempt: int,
    difficulty: float,
    size: RobotSize,
    values: dict[str, Any],
) -> TaskObject:
    """The object of a task.

    Args:
        kind: Of obstacle.
        own: One of the EnvCfg's own obstacles of that kind, or None: then the task adds one.
        streams: Random streams of the variant.
        attempt: Which draw it is.
        difficulty: Of the variant.
        size: What the least able robot measures.
        values: What was drawn, to be added to.
    """
    if own is None:
        cls = OBSTACLES.get(kind)
        known = specs(cls)
        # half as wide as the robot: it is to be pushed, not stumbled over
        given = {"radius": 0.5 * size.radius} if kind == "ball" else {}
        given = {key: min(max(value, known[key].low), known[key].high) for key, value in given.items()}
        drawn: Mapping[str, float | int] = draw(
            known, given, streams, "task/object", difficulty=difficulty, size=size
        )
        drawn = {k: v if isinstance(v, int) else float(f"{v:.5g}") for k, v in drawn.items()}
        values["object.kind"] = kind
        values.update({f"object.{key}": value for key, value in drawn.items()})
        own = cls(**drawn)
    return TaskObject(own, own.shape(streams("task/object", attempt)))


def lying(shape: Shape, spots: Floats, ground: GroundMap) -> tuple[Floats, Floats]:
    """Height (n,) at which an object lies at spots (n, 2), and how high it is over the spot, in m."""
    half = np.array(shape.half)
    disc = _DISC[np.hypot(*_DISC.T) <= 1] if shape.round else _DISC
    x, y = (spots[:, [axis]] + disc[:, axis] * half[axis] for axis in (0, 1))
    under = ground.above(x, y, 0.5 * min(ground.field.cell) if shape.round else 0.0)
    bulge = 1 - np.sqrt(np.maximum(1 - np.square(disc).sum(axis=1), 0)) if shape.round else 0.0
    z = (under - bulge * half[0]).max(axis=1)
    return np.round(z + 0.001, 4), z - ground.at(*spots.T)


def resting_places(shape: Shape, ground: GroundMap, cells: Floats) -> Floats:
    """(n, 2) points (m) where an object would stay: what rolls in the dips, the rest on any of `cells`."""
    return ground.dips(1.5 * max(shape.half)) if shape.round else cells
