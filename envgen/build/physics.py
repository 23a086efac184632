"""The options of a world: what the EnvCfg says, and for the rest what its robots ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mujoco

from envgen.build.engine import Model
from envgen.core.cfg import PhysicsCfg

FLUIDS = {"air": (1.204, 1.8e-5), "water": (1000.0, 1.0e-3), "none": (0.0, 0.0)}
"""Density in kg/m3 and viscosity in Pa s, at 20 degrees Celsius."""
_INTEGRATORS = ("Euler", "RK4", "implicit", "implicitfast", "discrete")
"""In the order of MuJoCo's numbers."""
_STRICTER = ("Euler", "implicitfast", "discrete", "implicit", "RK4")
"""The strictest last."""
_CONES, _SOLVERS = ("pyramidal", "elliptic"), ("PGS", "CG", "Newton")
_MERGED: dict[str, tuple[Callable[[Iterable[float]], float], float]] = {
    "cone": (max, 0),
    "impratio": (max, 1.0),
    "solver": (max, 2),
    "iterations": (max, 100),
    "ls_iterations": (max, 50),
    "noslip_iterations": (max, 0),
    "tolerance": (min, 1e-8),
}
"""How robots that disagree come to terms on each option (the strictest wins), and MuJoCo's default."""
_FLAGS = ("filterparent", "refsafe", "eulerdamp", "midphase", "nativeccd", "multiccd", "warmstart")
"""What a robot may switch off: done where all of a world do. Gravity and contacts are the world's."""


@dataclass(frozen=True)
class Physics:
    """The options of the world; units as in MJCF.

    Attributes:
        solver: Further attributes of <option> that differ from MuJoCo's defaults.
        flags: Attributes of <flag>, or empty.
    """

    gravity: float
    friction: float
    wind: tuple[float, ...]
    density: float
    viscosity: float
    timestep: float
    integrator: str
    solver: Mapping[str, float | str]
    flags: str


def merge(
    given: PhysicsCfg,
    drawn: Mapping[str, float],
    wind: tuple[float, ...],
    options: Sequence[Mapping[str, Any]],
) -> tuple[Physics, tuple[str, ...]]:
    """The options of a world, and a note for each on which the robots disagree.

    Args:
        given: What the EnvCfg says.
        drawn: Its numbers as drawn: gravity, friction and perhaps timestep.
        wind: (3,) m/s.
        options: What each robot asks for, as `options_of` has it.
    """
    notes = [
        f"robots disagree on {key}: the finest or strictest is taken"
        for key in options[0]
        if getattr(given, key, None) is None and len({option[key] for option in options}) > 1
    ]
    density, viscosity = FLUIDS[given.fluid]
    physics = Physics(
        gravity=drawn["gravity"],
        friction=drawn["friction"],
        wind=wind,
        density=density,
        viscosity=viscosity,
        timestep=drawn.get("timestep", min(option["timestep"] for option in options)),
        integrator=given.integrator or max((option["integrator"] for option in options), key=_STRICTER.index),
        solver=_solver(options),
        flags=_flags(options),
    )
    return physics, tuple(notes)


def options_of(model: Model) -> dict[str, Any]:
    """The solver options that a robot asks for and that matter when robots share a world."""
    opt = model.opt
    return {
        "timestep": float(opt.timestep),
        "integrator": _INTEGRATORS[int(opt.integrator)],
        **{key: float(getattr(opt, key)) for key in _MERGED},
        "flags": tuple(flag for flag in _FLAGS if opt.disableflags & _bit(flag)),
    }


def _bit(flag: str) -> int:
    return int(getattr(mujoco.mjtDisableBit, f"mjDSBL_{flag.upper()}"))


def _solver(options: Sequence[Mapping[str, Any]]) -> dict[str, float | str]:
    """Options of the solver that differ from MuJoCo's defaults, as MJCF has them."""
    merged: dict[str, float | str] = {}
    for key, (stricter, default) in _MERGED.items():
        value = stricter(option[key] for option in options)
        if value != default:
            words = {"cone": _CONES, "solver": _SOLVERS}.get(key)
            merged[key] = words[int(value)] if words else value
    return merged


def _flags(options: Sequence[Mapping[str, Any]]) -> str:
    off = [flag for flag in _FLAGS if all(flag in option["flags"] for option in options)]
    return " ".join(f'{flag}="disable"' for flag in off)
