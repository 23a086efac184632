"""Base of all obstacles: geoms in a frame whose z = 0 is the ground."""

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
        size: Size as in MuJoCo: half sizes, or radius and half length, in m.
        pos: Position of the centre, in m; z = 0 is the ground.
        quat: Orientation (w, x, y, z).
    """

    type: Literal["box", "cylinder", "capsule", "sphere", "ellipsoid"]
    size: tuple[float, ...]
    pos: Vec3
    quat: Quat = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Joint:
    """Joint between a part and the world; its position at the start is 0.

    Attributes:
        type: MuJoCo's type of the joint.
        axis: Axis in the frame of the part, through its origin.
        range: Least and greatest position, in rad or m, or None for no limits.
        stiffness: Stiffness of a spring, in N m/rad or N/m.
        springref: Position at which the spring is at rest, in rad or m.
        speed: Speed that a motor holds, whatever its control is, in rad/s or m/s; None for no motor.
        gain: Force of the motor per speed error, in N m s/rad or N s/m.
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
    """A body of an obstacle that moves by a joint relative to its fixed geoms.

    Attributes:
        name: Name, which follows the obstacle's.
        geoms: Geoms in the frame of the part.
        density: Density, in kg/m3.
        pos: Position of the part's frame at the start, in the frame of the obstacle, in m.
        quat: Orientation of the part's frame there (w, x, y, z).
        joint: Its joint.
    """

    name: str
    geoms: tuple[Geom, ...]
    density: float
    pos: Vec3
    joint: Joint
    quat: Quat = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Shape:
    """Geometry of one obstacle, and rules for placing it on the ground.

    A fixed obstacle stands upright on the ground under its footprint; a long one follows the slope along its
    length. With `feet`, it stands upright on these only, sunk into the ground as far as needed.

    Attributes:
        geoms: Geoms in the frame of the obstacle, x along its length.
        half: Half extents (x, y) of the footprint, in m, including the area that its parts sweep.
        height: Height above the ground, in m.
        mass: Mass in kg of a free body, or None for geoms fixed to the world.
        round: Whether its underside is that of a ball.
        parts: Bodies that move by joints.
        feet: Points (x, y) in m under its posts, or none if it stands on its whole footprint.
        deep: Depth of its feet below z = 0, in m.
        clear: Height in m that the ground under its footprint must not exceed, as parts sweep above it.
        disc: Whether the footprint is the circle of the greater half extent.
        lean: Whether it tilts with the slope; None: along x only, if it is more than twice as long as wide.
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
        """Radius of the circle around the footprint, in m."""
        return max(self.half) if self.disc else math.hypot(*self.half)

    @property
    def moves(self) -> bool:
        """True if any part of it moves."""
        return self.mass is not None or bool(self.parts)


class Obstacle(ABC):
    """A kind of obstacle. The fields of the (frozen dataclass) subclass are its drawn parameters.

    Attributes:
        kind: Public name.
        dynamic: Whether it moves.
        source: Sources of the ranges.
    """

    kind: ClassVar[str]
    dynamic: ClassVar[bool] = False
    source: ClassVar[str] = ""

    @abstractmethod
    def shape(self, rng: np.random.Generator) -> Shape:
        """Return the shape of one obstacle; `rng` varies it."""


def axis_rotation(axis: Literal["x", "y", "z"], angle: float) -> Quat:
    """Return the rotation by an angle (rad) about an axis."""
    c, s = math.cos(angle / 2), math.sin(angle / 2)
    return {"x": (c, s, 0.0, 0.0), "y": (c, 0.0, s, 0.0), "z": (c, 0.0, 0.0, s)}[axis]
