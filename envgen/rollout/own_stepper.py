"""Simulations with a model each, stepped on Python threads; for models that can't be padded."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.rollout.stepper import NO_SENSOR, RANGEFINDER, STATE, Mask, Slots, rays_of_last_state
from envgen.worlds.compiled.state import reset
from envgen.worlds.compiler import Model

_PARTS = {
    "time": mujoco.mjtState.mjSTATE_TIME,
    "qpos": mujoco.mjtState.mjSTATE_QPOS,
    "qvel": mujoco.mjtState.mjSTATE_QVEL,
    "act": mujoco.mjtState.mjSTATE_ACT,
    "qacc_warmstart": mujoco.mjtState.mjSTATE_WARMSTART,
    "ctrl": mujoco.mjtState.mjSTATE_CTRL,
    "xfrc_applied": mujoco.mjtState.mjSTATE_XFRC_APPLIED,
}
_WARNINGS = int(mujoco.mjtWarning.mjNWARNING)


class OwnStepper:
    """A `BatchStepper` with a model for each simulation. `mujoco.rollout` would lose the solver's warm start.

    Args:
        models: Models of the variants, with equal state sizes; each simulation gets a copy.
        variants: Variant of each simulation.
        threads: Number of threads for physics.
    """

    def __init__(self, models: Sequence[Model], variants: Sequence[int], threads: int) -> None:
        self._originals, first = models, models[variants[0]]
        self.variant = np.array(variants, dtype=np.intp)
        self._models = [copy.copy(models[v]) for v in variants]
        self._data = [mujoco.MjData(model) for model in self._models]
        self._rays = [rays_of_last_state(model) for model in models]
        count = len(self._models)
        self.state: Floats = np.zeros((count, mujoco.mj_stateSize(first, STATE)))
        parts = {name: self._part(first, int(bit)) for name, bit in _PARTS.items()}
        self.time = parts["time"][:, 0]
        self.qpos, self.qvel = parts["qpos"], parts["qvel"]
        self.act, self.ctrl = parts["act"], parts["ctrl"]
        self.qacc_warmstart = parts["qacc_warmstart"]
        self.xfrc_applied = parts["xfrc_applied"].reshape(count, first.nbody, 6)
        self.sensordata: Floats = np.zeros((count, first.nsensordata))
        self.warning = np.zeros((count, _WARNINGS), dtype=np.int32)
        self._threads = min(threads, count)
        self._pool = ThreadPoolExecutor(self._threads) if self._threads > 1 else None

    def _part(self, model: Model, bit: int) -> Floats:
        """Return a view of one part of the states."""
        begin = mujoco.mj_stateSize(model, int(STATE) & (bit - 1))
        return self.state[:, begin : begin + mujoco.mj_stateSize(model, bit)]

    def assign(self, slot: int, variant: int) -> None:
        self.variant[slot] = variant
        self._models[slot] = copy.copy(self._originals[variant])
        self._data[slot] = mujoco.MjData(self._models[slot])

    def field(self, slot: int, name: str) -> NDArray[Any]:
        values: NDArray[Any] = getattr(self._models[slot], name)
        return values

    def geoms(self, slot: int, geoms: NDArray[np.intp]) -> NDArray[np.intp]:
        return geoms

    def derive(self, slots: Slots) -> None:
        for i in slots.tolist():
            mujoco.mj_setConst(self._models[i], self._data[i])

    def start(self, slots: Slots) -> None:
        for i in slots.tolist():
            reset(self._models[i], self._data[i])
            mujoco.mj_forward(self._models[i], self._data[i])
            self._read(i)

    def refresh(self, slots: Slots) -> None:
        for i in slots.tolist():
            mujoco.mj_setState(self._models[i], self._data[i], self.state[i], STATE)
            mujoco.mj_forward(self._models[i], self._data[i])
            self._read(i)

    def sense(self, slots: Slots) -> None:
        for i in slots.tolist():
            mujoco.mj_setState(self._models[i], self._data[i], self.state[i], STATE)
            mujoco.mj_step1(self._models[i], self._data[i])
            self._read(i)

    def step(self, slots: Slots, count: int) -> Mask:
        failed = np.zeros(len(self._models), dtype=bool)

        def advance(some: list[int]) -> None:
            for i in some:
                failed[i] = not self._advance(i, count)

        if self._pool is None:
            advance(slots.tolist())
        else:
            list(self._pool.map(advance, [slots[k :: self._threads].tolist() for k in range(self._threads)]))
        return failed

    def _advance(self, i: int, count: int) -> bool:
        model, data = self._models[i], self._data[i]
        mujoco.mj_setState(model, data, self.state[i], STATE)
        rays = self._rays[self.variant[i]]
        try:
            model.sensor_type[rays] = NO_SENSOR
            try:
                mujoco.mj_step(model, data, nstep=count)
            finally:
                model.sensor_type[rays] = RANGEFINDER
            # sensors of positions and velocities are one physics step behind
            mujoco.mj_step1(model, data)
        except mujoco.FatalError:
            self._data[i] = mujoco.MjData(model)  # the failed step has left its memory inconsistent
            return False
        self._read(i)
        return True

    def _read(self, i: int) -> None:
        data = self._data[i]
        mujoco.mj_getState(self._models[i], data, self.state[i], STATE)
        self.sensordata[i] = data.sensordata
        self.warning[i] = data.warning.number

    def model(self, slot: int) -> Model:
        return copy.copy(self._models[slot])
