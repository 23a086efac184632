"""The options of a world: what the EnvCfg says, and for the rest what its robots ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import mujoco

from envgen.core.cfg import PhysicsCfg
from envgen.worlds.compiler import Model

FLUIDS = {"air": (1.204, 1.8e-5), "water": (1000.0, 1.0e-3), "none": (0.0, 0.0)}
"""Density in kg/m3 and viscosity in Pa s, at 20 degrees Celsius."""
BUOYANT = 500.0
"""Density (kg/m3) of a fluid from which gravity compensation is buoyancy."""
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


class SolverOptions(NamedTuple):
    """Solver options of one robot that matter when robots share a world; names and units as in MJCF.

    Attributes:
        flags: What it switches off.
    """

    timestep: float
    integrator: str
    cone: float
    impratio: float
    solver: float
    iterations: float
    ls_iterations: float
    noslip_iterations: float
    tolerance: float
    flags: tuple[str, ...]


@dataclass(frozen=True)
class PhysicsOptions:
    """The options of the world; units as in MJCF.

    Attributes:
        solver: Further attributes of <option> that differ from MuJoCo's defaults.
        flags: Attributes of <flag>, or empty.
        disputes: A note for each option on which the robots disagree.
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
    disputes: tuple[str, ...]


def merge_options(
    given: PhysicsCfg,
    drawn: Mapping[str, float],
    wind: tuple[float, ...],
    options: Sequence[SolverOptions],
) -> PhysicsOptions:
    """The options of a world.

    Args:
        given: What the EnvCfg says.
        drawn: Its numbers as drawn: gravity, friction and perhaps timestep.
        wind: (3,) m/s.
        options: What each robot asks for, as `solver_options` has it.
    """
    solver, flags, disputed = _agreed(tuple(dict.fromkeys(options)))
    disputes = tuple(
        f"robots disagree on {key}: the finest or strictest is taken"
        for key in disputed
        if getattr(given, key, None) is None
    )
    density, viscosity = FLUIDS[given.fluid]
    return PhysicsOptions(
        gravity=drawn["gravity"],
        friction=drawn["friction"],
        wind=wind,
        density=density,
        viscosity=viscosity,
        timestep=drawn.get("timestep", min(option.timestep for option in options)),
        integrator=given.integrator or max((option.integrator for option in options), key=_STRICTER.index),
        solver=solver,
        flags=flags,
        disputes=disputes,
    )


def solver_options(model: Model) -> SolverOptions:
    """The solver options that a robot asks for."""
    opt = model.opt
    return SolverOptions(
        timestep=float(opt.timestep),
        integrator=_INTEGRATORS[int(opt.integrator)],
        flags=tuple(flag for flag in _FLAGS if opt.disableflags & _bit(flag)),
        **{key: float(getattr(opt, key)) for key in _MERGED},
    )


def _bit(flag: str) -> int:
    return int(getattr(mujoco.mjtDisableBit, f"mjDSBL_{flag.upper()}"))


@lru_cache(maxsize=256)
def _agreed(options: tuple[SolverOptions, ...]) -> tuple[Mapping[str, float | str], str, tuple[str, ...]]:
    """What different robots come to: attributes of <option> and of <flag>, and on what they disagreed."""
    merged: dict[str, float | str] = {}
    for key, (stricter, default) in _MERGED.items():
        value = stricter(getattr(option, key) for option in options)
        if value != default:
            words = {"cone": _CONES, "solver": _SOLVERS}.get(key)
            merged[key] = words[int(value)] if words else value
    off = [flag for flag in _FLAGS if all(flag in option.flags for option in options)]
    disputed = tuple(key for key in SolverOptions._fields if len({getattr(o, key) for o in options}) > 1)
    return merged, " ".join(f'{flag}="disable"' for flag in off), disputed
