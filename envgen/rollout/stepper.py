"""Base class of steppers of many simulations."""

from __future__ import annotations

from typing import Any, Protocol

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.worlds.compiler import Model

Slots = NDArray[np.intp]
Mask = NDArray[np.bool_]
_UNSTABLE = [
    int(warning)
    for warning in (
        mujoco.mjtWarning.mjWARN_BADQPOS,
        mujoco.mjtWarning.mjWARN_BADQVEL,
        mujoco.mjtWarning.mjWARN_BADQACC,
    )
]
MAX_VALUE = 1e10
"""What is beyond in qpos or qvel makes MuJoCo reset a simulation (mjMAXVAL)."""
STATE = mujoco.mjtState.mjSTATE_INTEGRATION
RANGEFINDER = int(mujoco.mjtSensor.mjSENS_RANGEFINDER)
NO_SENSOR = int(mujoco.mjtSensor.mjSENS_USER)
"""Type of sensor that MuJoCo leaves to a callback, of which there is none."""
ACCELERATION_STAGE = int(mujoco.mjtStage.mjSTAGE_ACC)


class BatchStepper(Protocol):
    """Steps many simulations, each of which runs a variant.

    The arrays are live: the next call begins with what is written to them.

    Attributes:
        variant: (n,) variant of each simulation.
        state: (n, k) complete states (`mjSTATE_INTEGRATION`).
        time: (n,) in s.
        qpos: (n, nq)
        qvel: (n, nv)
        act: (n, na)
        ctrl: (n, nu)
        qacc_warmstart: (n, nv) warm start of the solver.
        xfrc_applied: (n, nbody, 6)
        sensordata: (n, nsensordata) of the state; forces and accelerations of the last physics step.
        warning: (n, kinds) how often MuJoCo warned since the start.
    """

    variant: NDArray[np.intp]
    state: Floats
    time: Floats
    qpos: Floats
    qvel: Floats
    act: Floats
    ctrl: Floats
    qacc_warmstart: Floats
    xfrc_applied: Floats
    sensordata: Floats
    warning: NDArray[np.int32]

    def assign(self, slot: int, variant: int) -> None:
        """Run another variant from the next start on."""

    def field(self, slot: int, name: str) -> NDArray[Any]:
        """Return a field of a simulation's model, to be read or written."""

    def geoms(self, slot: int, geoms: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the ids in the simulation's model of geoms of the variant."""

    def derive(self, slots: Slots) -> None:
        """Derive the constants of the models, as after a change of masses (`mj_setConst`)."""

    def start(self, slots: Slots) -> None:
        """Set simulations to the start states of their variants and compute derived values."""

    def refresh(self, slots: Slots) -> None:
        """Compute all sensors of the state, as after it was written from outside."""

    def sense(self, slots: Slots) -> None:
        """Compute the sensors of positions and velocities; change nothing else."""

    def step(self, slots: Slots, count: int) -> Mask:
        """Step under constant controls, then compute the sensors of the new state.

        Returns:
            (n,) which ones failed, e.g. without memory for contacts; their state is unchanged.
        """

    def model(self, slot: int) -> Model:
        """Return a copy of the simulation's model in its current state."""


def unstable(stepper: BatchStepper) -> Mask:
    """Return (n,) which simulations have values not finite or too large, so that MuJoCo resets them."""
    reset = stepper.warning[:, _UNSTABLE].any(axis=1)
    sound = (np.abs(stepper.qpos) <= MAX_VALUE).all(axis=1) & (np.abs(stepper.qvel) <= MAX_VALUE).all(axis=1)
    return np.asarray(reset | ~sound)


def acceleration_columns(model: Model) -> NDArray[np.intp]:
    """Return the columns of sensordata of forces and accelerations, which a step computes last."""
    late = np.flatnonzero(np.asarray(model.sensor_needstage) == ACCELERATION_STAGE)
    parts = [np.arange(model.sensor_adr[i], model.sensor_adr[i] + model.sensor_dim[i]) for i in late]
    return np.concatenate([np.zeros(0, dtype=np.intp), *parts]).astype(np.intp)


def rays_of_last_state(model: Model) -> NDArray[np.intp]:
    """Return the rangefinders that steps leave out, as `NO_SENSOR`: only those of the last state are read.

    The 121 rays of an ant's height scan take three times as long as the rest of a physics step. None where
    readings are remembered.
    """
    rays = np.asarray(model.sensor_type) == RANGEFINDER
    return np.flatnonzero(rays & (model.nhistory == 0))
