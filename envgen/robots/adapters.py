"""Additions that a package makes to its MJCF in code, read from templates/robots/adapters/<source>.toml.

The files of mjlab's robots, for example, have no actuators: mjlab adds servos when it builds a scene.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from envgen.core.errors import EnvgenError
from envgen.core.resources import resource


@dataclass(frozen=True)
class Servo:
    """A position servo on each joint whose name matches.

    Attributes:
        joints: Regular expression for the whole name.
        kp: Stiffness, in N m/rad.
        kd: Damping, in N m s/rad.
        force: Greatest torque, in N m.
        armature: Reflected inertia of the rotor, in kg m2.
    """

    joints: str
    kp: float
    kd: float
    force: float
    armature: float


@dataclass(frozen=True)
class Adapter:
    """Additions to one robot.

    Attributes:
        source: Sources of its numbers.
        servos: Actuators to add.
        home: Joint angles of the home pose, in rad, by regular expression; others are 0.
    """

    source: str
    servos: tuple[Servo, ...]
    home: Mapping[str, float]


def load_adapter(source: str, name: str) -> Adapter | None:
    """Return the additions to a robot of a source, or None."""
    return _adapters(source).get(name)


@cache
def _adapters(source: str) -> dict[str, Adapter]:
    path = resource("templates") / "robots" / "adapters" / f"{source}.toml"
    if not path.is_file():
        return {}
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            name: Adapter(
                source=entry["source"],
                servos=tuple(Servo(**servo) for servo in entry["servos"]),
                home=dict(entry["home"]),
            )
            for name, entry in data.items()
        }
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise EnvgenError(f"{path}: {error}", "See docs/adding.md for adapters of robots.") from None
