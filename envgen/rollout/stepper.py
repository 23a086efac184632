"""The base of what steps many simulations natively, whichever way."""

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
ACCELERATION_STAGE = int(mujoco.mjtStage.mjSTAGE_ACC)


class BatchStepper(Protocol):
    """Simulations side by side, each of which runs a variant.

    The arrays are live: what is written to one is what the next call begins with.

    Attributes:
        variant: (n,) which variant each simulation runs.
        state: (n, k) whole states (`mjSTATE_INTEGRATION`), to be copied, saved and restored.
        time: (n,) in s.
        qpos: (n, nq)
        qvel: (n, nv)
        act: (n, na)
        ctrl: (n, nu)
        qacc_warmstart: (n, nv) where the solver begins.
        xfrc_applied: (n, nbody, 6)
        sensordata: (n, nsensordata) of the state; those of forces and accelerations of the last physics step.
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
        """Return where geoms of the variant are in the simulation's model."""

    def derive(self, slots: Slots) -> None:
        """Derive the constants of the models, as after a change of masses (`mj_setConst`)."""

    def start(self, slots: Slots) -> None:
        """Put simulations to the start of their variants, all derived."""

    def refresh(self, slots: Slots) -> None:
        """Compute all sensors of the state, as after it was written from outside."""

    def sense(self, slots: Slots) -> None:
        """Compute the sensors of positions and velocities, and nothing that the next step depends on."""

    def step(self, slots: Slots, count: int) -> Mask:
        """Step under one control, after which the sensors belong to the state.

        Returns:
            (n,) which ones failed, such as for want of memory for contacts; their state is unchanged.
        """

    def model(self, slot: int) -> Model:
        """Return a model like the simulation's, as it is now."""


def unstable(stepper: BatchStepper) -> Mask:
    """(n,) which simulations MuJoCo has reset, or would in the next step: not finite or too large."""
    reset = stepper.warning[:, _UNSTABLE].any(axis=1)
    sound = (np.abs(stepper.qpos) <= MAX_VALUE).all(axis=1) & (np.abs(stepper.qvel) <= MAX_VALUE).all(axis=1)
    return np.asarray(reset | ~sound)


def acceleration_columns(model: Model) -> NDArray[np.intp]:
    """Columns of sensordata that are computed last in a step: of forces and accelerations."""
    late = np.flatnonzero(np.asarray(model.sensor_needstage) == ACCELERATION_STAGE)
    parts = [np.arange(model.sensor_adr[i], model.sensor_adr[i] + model.sensor_dim[i]) for i in late]
    return np.concatenate([np.zeros(0, dtype=np.intp), *parts]).astype(np.intp)
