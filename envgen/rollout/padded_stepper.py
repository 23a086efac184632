"""Simulations of one padded model, stepped by mjbatch."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import mujoco
import numpy as np
from mjbatch import Batch
from numpy.typing import NDArray

from envgen.rollout.padded import PaddedModel
from envgen.rollout.stepper import (
    NO_SENSOR,
    RANGEFINDER,
    Mask,
    Slots,
    acceleration_columns,
    rays_of_last_state,
)
from envgen.worlds.compiler import Model

_OFF = mujoco.mjtDisableBit
_SENSING = int(_OFF.mjDSBL_CONTACT) | int(_OFF.mjDSBL_CONSTRAINT) | int(_OFF.mjDSBL_ACTUATION)
"""What positions, velocities and their sensors don't depend on."""


class PaddedStepper:
    """A `BatchStepper` with one padded model.

    Args:
        padded: The padded model.
        variants: Variant of each simulation.
        threads: Number of threads for physics.
    """

    def __init__(self, padded: PaddedModel, variants: Sequence[int], threads: int) -> None:
        self._padded, model = padded, padded.model
        self.variant = np.array(variants, dtype=np.intp)
        self._batch = Batch(model, len(self.variant), min(threads, len(self.variant)))
        self.state: NDArray[np.float64] = self._batch.bind("state")
        self.time = self._batch.bind("time")
        self.qpos, self.qvel = self._batch.bind("qpos"), self._batch.bind("qvel")
        self.act, self.ctrl = self._batch.bind("act"), self._batch.bind("ctrl")
        self.xfrc_applied = self._batch.bind("xfrc_applied")
        self.sensordata = self._batch.bind("sensordata")
        self._warning = self._batch.bind("warning")
        self.warning = self._warning[:, :, 1]
        self.qacc_warmstart = self._batch.bind("qacc_warmstart")
        self._late = acceleration_columns(model)
        self._rays = rays_of_last_state(model)
        self._types = self._batch.expand("sensor_type") if len(self._rays) else None
        self._flags = self._batch.expand("disableflags")
        self._fields: dict[str, NDArray[Any]] = {"disableflags": self._flags}
        for name, table in padded.tables.items():
            self._fields[name] = self._batch.expand(name)
            self._fields[name][...] = table[self.variant]
        if padded.derive:
            self._batch.set_const()
        self._nominal_flags = self._flags.copy()
        self._assigned = np.zeros(len(self.variant), dtype=bool)

    def assign(self, slot: int, variant: int) -> None:
        self.variant[slot] = variant
        self._assigned[slot] = True
        for name, table in self._padded.tables.items():
            self._fields[name][slot] = table[variant]
        self._nominal_flags[slot] = self._flags[slot]

    def field(self, slot: int, name: str) -> NDArray[Any]:
        if name not in self._fields:
            self._fields[name] = self._batch.expand(name)
        values: NDArray[Any] = self._fields[name][slot]
        return values

    def geoms(self, slot: int, geoms: NDArray[np.intp]) -> NDArray[np.intp]:
        return self._padded.geoms(int(self.variant[slot]), geoms)

    def derive(self, slots: Slots) -> None:
        self._batch.set_const(slots)

    def start(self, slots: Slots) -> None:
        if self._padded.derive and self._assigned[slots].any():
            self._batch.set_const(slots[self._assigned[slots]])
            self._assigned[slots] = False
        self.state[slots] = self._padded.start[self.variant[slots]]
        self._warning[slots] = 0
        self._batch.forward(slots)

    def refresh(self, slots: Slots) -> None:
        self._batch.forward(slots)

    def step(self, slots: Slots, count: int) -> Mask:
        failed = np.zeros(len(self.variant), dtype=bool)
        before = self.time.copy()
        if self._types is not None:
            self._types[:, self._rays] = NO_SENSOR
        try:
            self._batch.step(slots, count)
        except RuntimeError:
            failed[slots] = self.time[slots] == before[slots]
            slots = slots[~failed[slots]]
        finally:
            if self._types is not None:
                self._types[:, self._rays] = RANGEFINDER
        self.sense(slots)  # `mj_step` leaves them one physics step behind
        return failed

    def sense(self, slots: Slots) -> None:
        late, warm = self.sensordata[:, self._late], self.qacc_warmstart.copy()
        self._flags |= _SENSING
        try:
            self._batch.forward(slots)
        finally:
            self._flags[...] = self._nominal_flags
            self.sensordata[:, self._late] = late
            self.qacc_warmstart[...] = warm

    def model(self, slot: int) -> Model:
        model = copy.copy(self._padded.model)
        for name, values in self._fields.items():
            target = getattr(model, name, None)
            if target is None:
                setattr(model.opt, name, values[slot])
            else:
                target[...] = values[slot]
        if self._padded.derive:
            mujoco.mj_setConst(model, mujoco.MjData(model))
        return model
