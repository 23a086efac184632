"""One control step of one world."""

from __future__ import annotations

import mujoco

from envgen.worlds.compiled.state import reset
from envgen.worlds.compiler import Data, Model

_RK4 = int(mujoco.mjtIntegrator.mjINT_RK4)
_UNSTABLE = [
    int(warning)
    for warning in (
        mujoco.mjtWarning.mjWARN_BADQPOS,
        mujoco.mjtWarning.mjWARN_BADQVEL,
        mujoco.mjtWarning.mjWARN_BADQACC,
    )
]


def advance(model: Model, data: Data, steps: int) -> bool:
    """Physics steps under one control, after which positions, velocities and their sensors agree.

    `mj_step` alone leaves sensors one physics step behind the state. So each control step ends with the
    first half of the next physics step, which costs nothing where that half is left out there (dm_control
    does the same). Sensors of forces and accelerations are of the last physics step.

    Args:
        model: The model.
        data: Its state, for which `mj_step1` or `mj_forward` has been called.
        steps: Physics steps, >= 1.

    Returns:
        Whether it went well; not where the arena of the world was too small for its contacts. Its state is
        that of the start then.
    """
    try:
        if int(model.opt.integrator) == _RK4:  # its steps can't be halved
            mujoco.mj_step(model, data, nstep=steps)
        else:
            mujoco.mj_step2(model, data)
            if steps > 1:
                mujoco.mj_step(model, data, nstep=steps - 1)
        mujoco.mj_step1(model, data)
    except mujoco.FatalError:
        reset(model, data)
        mujoco.mj_forward(model, data)
        return False
    return True


def unstable(data: Data) -> bool:
    """Whether MuJoCo has met numbers that are not finite or too large since the reset, and started anew."""
    return any(data.warning[kind].number for kind in _UNSTABLE)
