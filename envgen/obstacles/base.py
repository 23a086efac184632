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
class Joint:
    """How a part moves against the world; its position at the start is 0.

    Attributes:
        type: A hinge turns, a slide shifts.
        axis: In the frame of the part, through its origin.
        range: Least and greatest position, in rad or m, or None for no limits.
        stiffness: Of a spring, in N m/rad or N/m.
        springref: Position at which the spring is slack, in rad or m.
        speed: In rad/s or m/s, at which a motor keeps it whatever the control is, or None for no motor.
        gain: Force of the motor for each unit of missing speed, in N m s/rad or N s/m.
    """

    type: Literal["hinge", "slide"]
    axis: Vec3
    range: tuple[float, float] | None = None
    stiffness: float = 0.0
    springref: float = 0.0
    speed: float | None = None
    gain: float = 0.0


@dataclass(frozen=True)
class Part:
    """A body of an obstacle that moves by a joint against its fixed geoms.

    Attributes:
        name: What follows the obstacle's name.
        geoms: In the frame of the part.
        density: In kg/m3.
        pos: Of the part's frame at the start, in the frame of the obstacle, in m.
        quat: Its orientation there (w, x, y, z).
        joint: How it moves.
    """

    name: str
    geoms: tuple[Geom, ...]
    density: float
    pos: Vec3
    joint: Joint
    quat: Quat = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Shape:
    """What one obstacle consists of, and how it wants to be put on the ground.

    What is fixed stands upright on the ground under its footprint; what is long follows the slope along its
    length. With `feet`, it stands upright on these alone, as deep in the ground as it must.

    Attributes:
        geoms: In the frame of the obstacle, x along its length.
        half: Half extents (x, y) of the footprint, in m, with all that its parts sweep.
        height: Above the ground, in m.
        mass: In kg for a body that moves freely, None for geoms that are part of the world.
        round: Whether its underside is that of a ball.
        parts: What moves by joints.
        feet: Points (x, y) in m under its posts, or none if it stands on its whole footprint.
        deep: How far its feet go on below z = 0, in m.
        clear: Height in m below which the ground must stay under its whole footprint, as parts sweep above.
        disc: Whether the footprint is the circle of the greater half extent.
        lean: Whether it lies along the slope; None for along x alone, if it is more than twice as long
            as wide.
    """

    geoms: tuple[Geom, ...]
    half: tuple[float, float]
    height: float
    mass: float | None = None
    round: bool = False
    parts: tuple[Part, ...] = ()
    feet: tuple[tuple[float, float], ...] = ()
    deep: float = 0.0
    clear: float = math.inf
    disc: bool = False
    lean: bool | None = None

    @property
    def radius(self) -> float:
        """Of the circle that holds the footprint, in m."""
        return max(self.half) if self.disc else math.hypot(*self.half)

    @property
    def moves(self) -> bool:
        """Whether any of it does."""
        return self.mass is not None or bool(self.parts)


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


def turned(axis: Literal["x", "y", "z"], angle: float) -> Quat:
    """The rotation by an angle (rad) about an axis."""
    c, s = math.cos(angle / 2), math.sin(angle / 2)
    return {"x": (c, s, 0.0, 0.0), "y": (c, 0.0, s, 0.0), "z": (c, 0.0, 0.0, s)}[axis]
