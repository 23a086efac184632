"""The start and two seconds of simulation of an external file, sampled at every step.

`simulation` samples ten times a second, which is cheap; only lints need every step.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.validate.simulation import max_speed
from envgen.worlds.compiled.state import reset
from envgen.worlds.compiler import Data, Model, capture_warnings

LENGTH = 1.0
"""Length of each run, in s."""
MAX_STEPS = 2000
Pair = tuple[int, int]
_ENERGY = int(mujoco.mjtEnableBit.mjENBL_ENERGY)
_ACTUATION = int(mujoco.mjtDisableBit.mjDSBL_ACTUATION)
_EQUALITY = int(mujoco.mjtConstraint.mjCNSTR_EQUALITY)
_LIMIT = int(mujoco.mjtConstraint.mjCNSTR_LIMIT_JOINT)


@dataclass
class StepwiseStats:
    """Statistics of the start, of a run under control and of one without.

    Attributes:
        start: Depth of each pair of geoms that overlaps at the start, in m.
        zero: The same in the reference pose (`qpos0`).
        beyond: Distance of each joint beyond its range at the start, in m or rad.
        equality: Greatest violation at the start of each equality, in m or rad.
        deepest: Greatest depth of each pair of geoms under the control of the start, in m.
        speed: Greatest speed of a body's centre of mass in that run, in m/s.
        flips: (nv,) share of the steps of its second half in which a velocity changes its sign.
        swing: (nv,) root mean square of these velocities, in m/s or rad/s.
        gained: Greatest energy over that of the start without actuators, in J.
        kinetic: Greatest kinetic energy in that run, in J.
    """

    start: dict[Pair, float] = field(default_factory=dict)
    zero: dict[Pair, float] = field(default_factory=dict)
    beyond: dict[int, float] = field(default_factory=dict)
    equality: dict[int, float] = field(default_factory=dict)
    deepest: dict[Pair, float] = field(default_factory=dict)
    speed: float = 0.0
    flips: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    swing: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    gained: float = 0.0
    kinetic: float = 0.0


def simulate_stepwise(model: Model) -> StepwiseStats:
    """Examine the start, then simulate with the control of the start, then without actuators."""
    data = mujoco.MjData(model)
    seen = StepwiseStats()
    with capture_warnings():
        mujoco.mj_forward(model, data)
        seen.zero = _depths(data)
        reset(model, data)
        mujoco.mj_forward(model, data)
        seen.start = _depths(data)
        seen.equality = _residuals(data, _EQUALITY)
        seen.beyond = {j: r for j, r in _residuals(data, _LIMIT).items() if r > 1e-4}
        _controlled(model, data, seen)
        _passive(model, data, seen)
    return seen


def steps_of(model: Model) -> int:
    """Return the number of steps of a run: a second, at most `MAX_STEPS`."""
    return int(min(MAX_STEPS, max(1, round(LENGTH / max(model.opt.timestep, 1e-6)))))


def _controlled(model: Model, data: Data, seen: StepwiseStats) -> None:
    reset(model, data)
    steps = steps_of(model)
    half, flips = steps // 2, np.zeros(model.nv)
    square, before = np.zeros(model.nv), np.zeros(model.nv)
    for step in range(steps):
        mujoco.mj_step(model, data)
        if not np.isfinite(data.qvel).all():
            break
        seen.speed = max(seen.speed, max_speed(data))
        for pair, depth in _depths(data).items():
            seen.deepest[pair] = max(depth, seen.deepest.get(pair, 0.0))
        if step >= half:
            flips += data.qvel * before < 0
            square += np.square(data.qvel)
        before = np.array(data.qvel)
    left = max(1, steps - half)
    seen.flips, seen.swing = flips / left, np.sqrt(square / left)


def _passive(model: Model, data: Data, seen: StepwiseStats) -> None:
    enabled, disabled = int(model.opt.enableflags), int(model.opt.disableflags)
    model.opt.enableflags, model.opt.disableflags = enabled | _ENERGY, disabled | _ACTUATION
    try:
        reset(model, data)
        mujoco.mj_forward(model, data)
        first = float(data.energy.sum())
        for _ in range(steps_of(model)):
            mujoco.mj_step(model, data)
            if not np.isfinite(data.energy).all():
                break
            seen.gained = max(seen.gained, float(data.energy.sum()) - first)
            seen.kinetic = max(seen.kinetic, float(data.energy[1]))
    finally:
        model.opt.enableflags, model.opt.disableflags = enabled, disabled


def _depths(data: Data) -> dict[Pair, float]:
    """Return the depth of each pair of geoms that overlap, in m."""
    found: dict[Pair, float] = {}
    if not data.ncon:
        return found
    distances = np.asarray(data.contact.dist)
    for i in np.flatnonzero(distances < 0):
        one, other = sorted(int(g) for g in data.contact.geom[i])
        found[one, other] = max(found.get((one, other), 0.0), -float(distances[i]))
    return found


def _residuals(data: Data, kind: int) -> dict[int, float]:
    """Return the greatest residual of each active constraint of a kind by its number, in m or rad."""
    found: dict[int, float] = {}
    for row in np.flatnonzero(np.asarray(data.efc_type) == kind):
        which = int(data.efc_id[row])
        residual = float(data.efc_pos[row])
        if kind == _EQUALITY or residual < 0:  # a limit with a margin is active before it is reached
            found[which] = max(found.get(which, 0.0), abs(residual))
    return found
