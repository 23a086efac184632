"""Height scans are computed once a control step; readings and motion are those of plain MuJoCo."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from envgen.packs.make import make
from envgen.rollout.own_stepper import OwnStepper
from envgen.rollout.padded import pad
from envgen.rollout.padded_stepper import PaddedStepper
from envgen.rollout.stepper import STATE
from envgen.worlds.compiled.state import reset

STEPS = 12


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    cfg = {
        "terrain": {"size": [8, 8], "sub_terrains": [{"kind": "rough"}]},
        "robots": [{"model": "ant", "params": {"height_scan": 5, "foot_touch": 1, "imu": 1}}],
        "obstacles": [{"kind": "box", "count": 3}],
        "task": {"kind": "walk"},
        "difficulty": [0.2, 0.8],
    }
    pack = make(cfg, 3, out=tmp_path_factory.mktemp("scan") / "p", jobs=1)
    return [variant.model() for variant in pack], [variant.sources() for variant in pack]


@pytest.mark.parametrize("kind", ["padded", "own"])
@pytest.mark.parametrize("substeps", [1, 5])
def test_it_is_what_plain_steps_measure(models, kind, substeps):
    compiled, sources = models
    slots = np.arange(len(compiled))
    if kind == "own":
        stepper = OwnStepper(compiled, slots.tolist(), 1)
    else:
        stepper = PaddedStepper(pad(compiled, sources[0]), slots.tolist(), 1)
    stepper.start(slots)
    rng = np.random.default_rng(0)
    controls = rng.uniform(-1, 1, (STEPS, len(compiled), compiled[0].nu))
    plain = [mujoco.MjData(model) for model in compiled]
    for model, data in zip(compiled, plain):
        reset(model, data)
        mujoco.mj_forward(model, data)
    seen = set()
    for control in controls:
        stepper.ctrl[...] = control
        assert not stepper.step(slots, substeps).any()
        for i, (model, data) in enumerate(zip(compiled, plain)):
            data.ctrl[:] = control[i]
            mujoco.mj_step(model, data, nstep=substeps)
            state = np.zeros(mujoco.mj_stateSize(model, STATE))
            mujoco.mj_getState(model, data, state, STATE)
            after = mujoco.MjData(model)
            mujoco.mj_setState(model, after, state, STATE)
            mujoco.mj_step1(model, after)
            late = model.sensor_needstage == int(mujoco.mjtStage.mjSTAGE_ACC)
            for sensor in range(model.nsensor):
                at = slice(model.sensor_adr[sensor], model.sensor_adr[sensor] + model.sensor_dim[sensor])
                expected = (data if late[sensor] else after).sensordata[at]
                assert np.array_equal(stepper.sensordata[i, at], expected), sensor
            assert np.array_equal(stepper.qpos[i], data.qpos)
            seen.add(stepper.sensordata[i].tobytes())
    assert len(seen) == STEPS * len(compiled), "the readings change"
    for slot in slots.tolist():  # models that are handed out have their rays
        assert np.array_equal(stepper.model(slot).sensor_type, compiled[slot].sensor_type)
