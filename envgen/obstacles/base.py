"""The base of all obstacles: geoms in a frame whose z = 0 is the ground."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from envgen.core.families import OBSTACLES

register = OBSTACLES.register
Vec3 = tuple[float, float, float]
Quat = tuple[float, float, float, float]


@dataclass(frozen=True)
class Geom:
    """One primitive geom of an obstacle, in the obstacle's frame.

    Attributes:
        type: MuJoCo's name of the shape.
        size: As MuJoCo has it: half sizes, or radius and half length, in m.
        pos: Of the centre, in m; z = 0 is the ground.
        quat: Orientation (w, x, y, z).
    """

    type: Literal["box", "cylinder", "capsule", "sphere", "ellipsoid"]
    size: tuple[float, ...]
    pos: Vec3
    quat: Quat = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Shape:
    """What one obstacle consists of.

    Attributes:
        geoms: In the frame of the obstacle, x along its length.
        half: Half extents (x, y) of the footprint, in m.
        height: Above the ground, in m.
        mass: In kg for a body that moves, None for one that is part of the world.
        round: Whether its underside is that of a ball.
    """

    geoms: tuple[Geom, ...]
    half: tuple[float, float]
    height: float
    mass: float | None = None
    round: bool = False

    @property
    def radius(self) -> float:
        """Of the circle that holds the footprint, in m."""
        return math.hypot(*self.half)


class Obstacle(ABC):
    """A kind of obstacle. The fields of the (frozen dataclass) subclass are its drawn parameters.

    Attributes:
        kind: Public name.
        dynamic: Whether it moves.
        source: Where ranges come from.
    """

    kind: ClassVar[str]
    dynamic: ClassVar[bool] = False
    source: ClassVar[str] = ""

    @abstractmethod
    def shape(self, rng: np.random.Generator) -> Shape:
        """One obstacle; `rng` may vary one from the next."""
