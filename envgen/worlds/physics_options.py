"""Physics options of a world: those of the EnvCfg, and for the rest those that its robots ask for."""

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
"""Density (kg/m3) of a fluid above which bodies get buoyancy, as gravity compensation."""
_INTEGRATORS = ("Euler", "RK4", "implicit", "implicitfast", "discrete")
"""Integrators in the order of MuJoCo's enumeration."""
_BY_STRICTNESS = ("Euler", "implicitfast", "discrete", "implicit", "RK4")
"""Integrators, the strictest last."""
_CONES, _SOLVERS = ("pyramidal", "elliptic"), ("PGS", "CG", "Newton")
_MERGE_RULES: dict[str, tuple[Callable[[Iterable[float]], float], float]] = {
    "cone": (max, 0),
    "impratio": (max, 1.0),
    "solver": (max, 2),
    "iterations": (max, 100),
    "ls_iterations": (max, 50),
    "noslip_iterations": (max, 0),
    "tolerance": (min, 1e-8),
}
"""For each option: the function that picks the strictest of several values, and MuJoCo's default."""
_FLAGS = ("filterparent", "refsafe", "eulerdamp", "midphase", "nativeccd", "multiccd", "warmstart")
"""Flags that are disabled if all robots disable them; gravity and contacts belong to the world."""


class SolverOptions(NamedTuple):
    """Solver options that one robot asks for; names and units as in MJCF.

    Attributes:
        flags: Names of the flags that it disables.
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
    """Physics options of a world; units as in MJCF.

    Attributes:
        solver: Other attributes of <option> that differ from MuJoCo's defaults.
        flags: Attributes of <flag>; may be empty.
        disagreements: A note for each option on which the robots disagree.
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
    disagreements: tuple[str, ...]


def merge_options(
    given: PhysicsCfg,
    drawn: Mapping[str, float],
    wind: tuple[float, ...],
    options: Sequence[SolverOptions],
) -> PhysicsOptions:
    """Merge the options of an EnvCfg and of the robots in a world.

    Args:
        given: Physics of the EnvCfg.
        drawn: Drawn numbers: gravity, friction and, if the EnvCfg has one, timestep.
        wind: (3,) m/s.
        options: Options that each robot asks for.
    """
    solver, flags, disputed = _merge_solver_options(tuple(dict.fromkeys(options)))
    disagreements = tuple(
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
        integrator=given.integrator
        or max((option.integrator for option in options), key=_BY_STRICTNESS.index),
        solver=solver,
        flags=flags,
        disagreements=disagreements,
    )


def solver_options(model: Model) -> SolverOptions:
    """Read the solver options that a robot asks for."""
    opt = model.opt
    return SolverOptions(
        timestep=float(opt.timestep),
        integrator=_INTEGRATORS[int(opt.integrator)],
        flags=tuple(flag for flag in _FLAGS if opt.disableflags & _bit(flag)),
        **{key: float(getattr(opt, key)) for key in _MERGE_RULES},
    )


def _bit(flag: str) -> int:
    return int(getattr(mujoco.mjtDisableBit, f"mjDSBL_{flag.upper()}"))


@lru_cache(maxsize=256)
def _merge_solver_options(
    options: tuple[SolverOptions, ...],
) -> tuple[Mapping[str, float | str], str, tuple[str, ...]]:
    """Merge the options of robots: attributes of <option>, of <flag>, and names of disputed options."""
    merged: dict[str, float | str] = {}
    for key, (stricter, default) in _MERGE_RULES.items():
        value = stricter(getattr(option, key) for option in options)
        if value != default:
            words = {"cone": _CONES, "solver": _SOLVERS}.get(key)
            merged[key] = words[int(value)] if words else value
    off = [flag for flag in _FLAGS if all(flag in option.flags for option in options)]
    disputed = tuple(key for key in SolverOptions._fields if len({getattr(o, key) for o in options}) > 1)
    return merged, " ".join(f'{flag}="disable"' for flag in off), disputed
