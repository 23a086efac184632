"""Check that a padded model moves exactly as each variant's own model, to the last bit."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import mujoco
import numpy as np

from envgen.rollout.padded import PaddedModel
from envgen.rollout.padded_stepper import PaddedStepper
from envgen.rollout.stepper import Mask
from envgen.worlds.compiled.state import reset
from envgen.worlds.compiler import Model, borrow_data, capture_warnings, control_range

STEPS = 20
"""Physics steps of the proof."""
HOLD = 5
"""Physics steps under one control."""


def prove(padded: PaddedModel, models: Sequence[Model], threads: int = 1) -> Mask:
    """Step every variant in the padded and in its own model under random controls, and compare.

    Args:
        padded: The padded model of these variants.
        models: The variants' own.
        threads: Number of threads that step the padded model.

    Returns:
        (variants,) whether positions, velocities and sensors are equal to the last bit.
    """
    count = len(models)
    every = np.arange(count)
    stepper = PaddedStepper(padded, every.tolist(), threads)
    rng = np.random.default_rng(0)
    low, high = control_range(models[0])
    controls = rng.uniform(low, high, (STEPS // HOLD, count, len(low)))
    with capture_warnings():
        with suppress(RuntimeError):  # where there is no memory for the contacts of a start, no step is equal
            stepper.start(every)
        failed = np.zeros(count, dtype=bool)
        for control in controls:
            stepper.ctrl[:] = control
            failed |= stepper.step(every, HOLD)
        return np.array(
            [not failed[i] and _equal(stepper, models[i], controls[:, i], i) for i in range(count)]
        )


def _equal(stepper: PaddedStepper, model: Model, controls: np.ndarray, i: int) -> bool:
    """Return whether a variant's own model ends in the same state as a simulation."""
    with borrow_data(model) as data:
        reset(model, data)
        try:
            mujoco.mj_forward(model, data)
            for control in controls:
                data.ctrl[:] = control
                mujoco.mj_step(model, data, nstep=HOLD)
                mujoco.mj_step1(model, data)
        except mujoco.FatalError:
            return False
        return (
            np.array_equal(data.qpos, stepper.qpos[i])
            and np.array_equal(data.qvel, stepper.qvel[i])
            and np.array_equal(data.sensordata, stepper.sensordata[i])
        )
