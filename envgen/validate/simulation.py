"""A second of simulation: half with the control of the start, half with random control."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.worlds.compiled.state import reset
from envgen.worlds.compiler import Data, Model, capture_warnings, control_range

HALF = 0.5
"""Length of each half, in s."""
MAX_STEPS = 125
"""Steps of each half: at 2 ms, which robots with stiff contacts need, a quarter of a second suffices."""
SAMPLE_INTERVAL = 0.1
"""Time between two samples of the state, in s; random control changes at the same times."""
_FIXED, _NO_SENSORS = int(mujoco.mjtGain.mjGAIN_FIXED), int(mujoco.mjtDisableBit.mjDSBL_SENSOR)


@dataclass(frozen=True)
class SimulationStats:
    """Statistics of the second.

    Attributes:
        still: Length of the first half, in s.
        warnings: Number of MuJoCo's warnings (bad qpos, qvel, qacc, full arena …).
        first_warning: The first of them in words.
        finite: Whether the state stayed finite.
        speed: Greatest speed of a body's centre of mass, in m/s.
        still_speed: The same in the first half.
        energy: Greatest kinetic energy of translation per mass, in J/kg; armatures left out.
        rest_depth: Greatest penetration after the first half, in m.
        depth: Greatest penetration seen, in m.
        drop: (nbody,) descent of each body in the first half, in m.
        contacts: Greatest number of contacts between two geoms.
        arena: Bytes of MuJoCo's arena that were used.
        arena_share: The same as a share of the arena; 1 where it was too small.
    """

    still: float
    warnings: int
    first_warning: str
    finite: bool
    speed: float
    still_speed: float
    energy: float
    rest_depth: float
    depth: float
    drop: NDArray[np.float64]
    contacts: int
    arena: int
    arena_share: float


def simulate(
    model: Model, data: Data, rng: np.random.Generator, *, full_second: bool = False
) -> SimulationStats:
    """Simulate a second and sample the state.

    Args:
        model: A compiled model.
        data: A state to use; it is reset to the start first.
        rng: Draws the control of the second half.
        full_second: Don't cut the halves at `MAX_STEPS`.
    """
    reset(model, data)
    still = data.ctrl.copy()
    mujoco.mj_kinematics(model, data)
    height = np.array(data.xpos[:, 2])
    drop = np.zeros(model.nbody)
    fixed = model.actuator_gaintype == _FIXED
    no_gain = fixed & (model.actuator_gainprm[:, 0] == 0)  # motors of obstacles hold their own speed
    low, high = (np.where(no_gain, 0.0, end) for end in control_range(model))
    steps = max(1, round(SAMPLE_INTERVAL / model.opt.timestep))
    half = HALF if full_second else min(HALF, MAX_STEPS * model.opt.timestep)
    samples = max(1, round(half / (steps * model.opt.timestep)))
    mass = max(float(model.body_mass.sum()), 1e-9)
    speed = slow = energy = depth = rest = 0.0
    seen = 0
    cvel, xipos, centre = (np.empty((2 * samples, model.nbody, width)) for width in (6, 3, 3))
    full = False
    flags = model.opt.disableflags
    model.opt.disableflags = flags | _NO_SENSORS  # no check reads them
    with capture_warnings() as caught:
        # drawn in one call: call by call, drawing took a tenth of the time of the simulation
        control = [still] * samples + list(rng.uniform(low, high, (samples, model.nu)))
        for sample in range(2 * samples):
            data.ctrl[:] = control[sample]
            try:
                mujoco.mj_step(model, data, nstep=steps)
            except mujoco.FatalError:  # the arena is full; the state of this step is lost
                full = True
                break
            cvel[sample], xipos[sample], centre[sample] = data.cvel, data.xipos, data.subtree_com
            seen += 1
            deep = _max_depth(data)
            depth = max(depth, deep)
            if sample == samples - 1:
                rest, drop = deep, height - data.xpos[:, 2]
    model.opt.disableflags = flags
    if seen:
        each = _speeds(model, cvel[:seen], xipos[:seen], centre[:seen])
        speed, slow = float(each.max()), float(each[:samples].max())
        energy = 0.5 * float((np.square(each) @ model.body_mass).max()) / mass
    counts = int(data.warning.number.sum())
    return SimulationStats(
        still=samples * steps * float(model.opt.timestep),
        warnings=counts + len(caught.messages),
        first_warning=caught.messages[0] if caught.messages else "",
        finite=bool(np.isfinite(data.qpos).all() and np.isfinite(data.qvel).all()),
        speed=speed,
        still_speed=slow,
        energy=energy,
        rest_depth=rest,
        depth=depth,
        drop=drop,
        contacts=_max_contacts(data),
        arena=int(data.maxuse_arena),
        arena_share=1.0 if full else float(data.maxuse_arena) / max(int(model.narena), 1),
    )


def max_speed(data: Data) -> float:
    """Return the greatest speed of a body's centre of mass, in m/s."""
    return float(_speeds(data.model, data.cvel, data.xipos, data.subtree_com).max())


def _speeds(model: Model, cvel: Floats, xipos: Floats, subtree_com: Floats) -> Floats:
    """Return the speeds (..., nbody) of the bodies' centres of mass, in m/s.

    cvel is (rotation, translation) at the centre of mass of the whole tree, not at that of the body.

    Args:
        model: The model.
        cvel: (..., nbody, 6) as in MjData, like the others.
        xipos: (..., nbody, 3) m.
        subtree_com: (..., nbody, 3) m.
    """
    arm, turn = xipos - subtree_com.take(model.body_rootid, axis=-2), cvel[..., :3]
    swept = turn.take(_YZX, -1) * arm.take(_ZXY, -1) - turn.take(_ZXY, -1) * arm.take(_YZX, -1)
    total: Floats = np.sqrt(np.square(cvel[..., 3:] + swept).sum(axis=-1))
    return total


_YZX, _ZXY = np.array([1, 2, 0]), np.array([2, 0, 1])
"""Axes of a cross product; indexing is faster than `np.cross`."""


def _max_contacts(data: Data) -> int:
    """Return the number of contacts of the pair of geoms that has most."""
    if not data.ncon:
        return 0
    return max(Counter(map(tuple, data.contact.geom.tolist())).values())


def _max_depth(data: Data) -> float:
    # Python's min: for a few contacts numpy's is six times slower
    return max(0.0, -min(data.contact.dist.tolist())) if data.ncon else 0.0
