"""The state of one slot, read and written in place."""

from __future__ import annotations

import mujoco
import numpy as np

from envgen.core.heightfield import Floats
from envgen.rollout.engine import BatchEngine
from envgen.rollout.stepper import STATE
from envgen.worlds.compiler import Data, Model


class SlotState:
    """One row of a batch, with the names of `mujoco.MjData`. After writing to it, call `Rollout.refresh`.

    Args:
        engine: The batch.
        slot: Its number.
    """

    def __init__(self, engine: BatchEngine, slot: int) -> None:
        self._engine, self._slot = engine, slot

    @property
    def time(self) -> float:
        """Simulation time, in s."""
        return float(self._engine.state.time[self._slot])

    @time.setter
    def time(self, value: float) -> None:
        self._engine.state.time[self._slot] = value

    @property
    def qpos(self) -> Floats:
        """(nq,)"""
        return self._engine.state.qpos[self._slot, : self._size("qpos")]

    @property
    def qvel(self) -> Floats:
        """(nv,)"""
        return self._engine.state.qvel[self._slot, : self._size("qvel")]

    @property
    def act(self) -> Floats:
        """(na,)"""
        stepper, place = self._engine.at(self._slot)
        values: Floats = stepper.act[place]
        return values

    @property
    def ctrl(self) -> Floats:
        """(nu,)"""
        return self._engine.state.ctrl[self._slot, : self._size("ctrl")]

    @property
    def sensordata(self) -> Floats:
        """(nsensordata,)"""
        return self._engine.state.sensordata[self._slot, : self._size("sensordata")]

    @property
    def qacc_warmstart(self) -> Floats:
        """(nv,) warm start of the solver."""
        stepper, place = self._engine.at(self._slot)
        values: Floats = stepper.qacc_warmstart[place]
        return values

    @property
    def xfrc_applied(self) -> Floats:
        """(nbody, 6) forces and torques on bodies, in the frame of the world."""
        stepper, place = self._engine.at(self._slot)
        values: Floats = stepper.xfrc_applied[place]
        return values

    def mujoco(self) -> tuple[Model, Data]:
        """Return copies of the model and data with all derived values, e.g. for rendering."""
        stepper, place = self._engine.at(self._slot)
        self._engine.flush()
        model = stepper.model(place)
        data = mujoco.MjData(model)
        mujoco.mj_setState(model, data, np.array(stepper.state[place]), STATE)
        mujoco.mj_forward(model, data)
        return model, data

    def _size(self, name: str) -> int:
        stepper, _ = self._engine.at(self._slot)
        return int(getattr(stepper, name).shape[1])
