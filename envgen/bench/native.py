"""Step rate of native MuJoCo on the same models: the reference for the browser's figures."""

from __future__ import annotations

import time
from collections.abc import Sequence

import mujoco
import numpy as np
from mujoco import rollout

from envgen.worlds.compiler import Model, capture_warnings, control_range


def native_steps_per_s(models: Sequence[Model], threads: int, seconds: float, steps: int = 50) -> float:
    """Physics steps per second of `mujoco.rollout`, random control held for five steps at a time.

    Args:
        models: Models of the same sizes, each stepped from its start.
        threads: Of MuJoCo's thread pool.
        seconds: Least time to measure.
        steps: Physics steps of one call, a multiple of 5.
    """
    rng = np.random.default_rng(0)
    low, high = control_range(models[0])
    data = [mujoco.MjData(models[0]) for _ in range(threads)]
    full = int(mujoco.mjtState.mjSTATE_FULLPHYSICS)
    size = mujoco.mj_stateSize(models[0], full)
    state = np.zeros((len(models), size))
    own = mujoco.MjData(models[0])
    for i, model in enumerate(models):
        mujoco.mj_resetDataKeyframe(model, own, 0)
        mujoco.mj_getState(model, own, state[i], full)
    done = 0
    with capture_warnings(), rollout.Rollout(nthread=threads) as pool:
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            drawn = rng.uniform(low, high, (len(models), steps // 5, len(low)))
            states, _ = pool.rollout(list(models), data, state, np.repeat(drawn, 5, axis=1), nstep=steps)
            state = states[:, -1]
            done += len(models) * steps
        return done / (time.perf_counter() - began)
