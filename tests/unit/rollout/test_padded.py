"""The padded model: the same bits as each variant's own model, on any number of threads."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from envgen.packs.make import make
from envgen.rollout.engine import BatchEngine
from envgen.rollout.own_stepper import OwnStepper
from envgen.rollout.padded import NotPaddable, pad, structure
from envgen.rollout.padded_stepper import PaddedStepper
from envgen.rollout.proof import prove
from envgen.rollout.stepper import STATE

pytestmark = pytest.mark.slow

ROUGH = {"terrain": {"size": [10, 10], "sub_terrains": [{"kind": "rough"}]}, "difficulty": [0, 1]}
PACKS = {
    "rough": {},
    "boxes": {"obstacles": [{"kind": "box", "count": [2, 12]}, {"kind": "gate", "count": [0, 2]}]},
    "stairs": {"terrain": {"size": [10, 10], "sub_terrains": [{"kind": "pyramid_stairs"}]}},
    "stones": {"terrain": {"size": [10, 10], "sub_terrains": [{"kind": "stepping_stones"}]}},
    "sizes": {"terrain": {"size": [[8, 14], 10], "sub_terrains": [{"kind": "hills"}]}},
    "sumo": {"robots": [{"model": "ant", "count": 2}], "task": {"kind": "sumo"}},
    "quadruped": {"robots": [{"model": "quadruped"}]},
    "legs": {"robots": [{"model": "ant", "params": {"legs": [3, 8]}}]},
    "shapes": {"robots": [{"model": "ant", "params": {"leg_length": [0.7, 1.1]}}]},
    "sensors": {
        "robots": [{"model": "ant", "params": {"height_scan": 3, "foot_touch": 1, "imu": 1}}],
        "obstacles": [{"kind": "box", "count": [0, 5]}],
    },
    "moving": {"obstacles": [{"kind": "crate", "count": 2}, {"kind": "spinner", "count": 1}]},
    "physics": {"physics": {"gravity": [1.6, 9.8], "friction": [0.4, 1.2]}},
    "rk4": {"physics": {"integrator": "RK4"}},
}


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    """A function that makes the pack of a name once."""
    made = {}

    def get(name):
        if name not in made:
            robots = {"robots": [{"model": "ant"}], "task": {"kind": "walk"}}
            cfg = {"name": name, **ROUGH, **robots, **PACKS[name]}
            made[name] = list(make(cfg, 6, out=tmp_path_factory.mktemp(name) / "p", jobs=1))
        return made[name]

    return get


def engine_of(variants, threads=1, slots=None):
    models = [variant.model() for variant in variants]
    slots = range(len(models)) if slots is None else slots
    return BatchEngine(models, lambda i: variants[i].sources(), list(slots), threads), models


def drive(engine, steps=40, seed=0):
    """Control steps under random controls from the start; a copy of the state after each."""
    slots = np.arange(len(engine))
    rng = np.random.default_rng(seed)
    engine.start(slots)
    states = []
    for _ in range(steps):
        engine.state.ctrl[:] = rng.uniform(-1, 1, engine.state.ctrl.shape)
        assert not engine.step(slots, 5).any()
        states.append(np.c_[engine.state.qpos, engine.state.qvel, engine.state.sensordata])
    return np.array(states)


@pytest.mark.parametrize("name", PACKS)
def test_forty_control_steps_are_those_of_each_own_model(packs, name):
    engine, models = engine_of(packs(name))
    padded = sum(len(g.slots) for g in engine.groups if isinstance(g.stepper, PaddedStepper))
    assert padded == len(models) or name == "legs"  # of which a number may be there but once
    rng = np.random.default_rng(1)
    data = [mujoco.MjData(model) for model in models]
    for model, own in zip(models, data):
        mujoco.mj_resetDataKeyframe(model, own, 0)
        mujoco.mj_forward(model, own)
    slots = np.arange(len(models))
    engine.start(slots)
    contacts = 0
    for _ in range(40):
        ctrl = rng.uniform(-1, 1, engine.state.ctrl.shape)
        engine.state.ctrl[:] = ctrl
        assert not engine.step(slots, 5).any()
        for i, (model, own) in enumerate(zip(models, data)):
            own.ctrl[:] = ctrl[i, : model.nu]
            mujoco.mj_step(model, own, nstep=5)
            mujoco.mj_step1(model, own)
            contacts += own.ncon
            assert np.array_equal(engine.state.qpos[i, : model.nq], own.qpos), (name, i)
            assert np.array_equal(engine.state.qvel[i, : model.nv], own.qvel)
            assert np.array_equal(engine.state.sensordata[i, : model.nsensordata], own.sensordata)
    assert contacts > 0


@pytest.mark.parametrize("name", ["boxes", "legs"])
def test_any_number_of_threads_gives_the_same(packs, name):
    one, three = (drive(engine_of(packs(name), threads)[0]) for threads in (1, 3))
    np.testing.assert_array_equal(one, three)


def test_bodies_of_other_structure_are_groups(packs):
    variants = packs("legs")
    engine, models = engine_of(variants, slots=[0, 0, 1, 2, 3, 4, 5, 5])
    assert len(engine.groups) == len({structure(model) for model in models})
    assert sorted(np.concatenate([group.slots for group in engine.groups]).tolist()) == list(range(8))
    with pytest.raises(NotPaddable):
        pad(models, variants[0].sources())


@pytest.mark.parametrize("name", ["boxes", "shapes"])
def test_a_slot_that_gets_another_variant_runs_it_to_the_last_bit(packs, name):
    variants = packs(name)
    moved, _ = engine_of(variants, slots=[0, 1, 2])
    drive(moved)
    for slot, variant in enumerate([5, 3, 4]):
        moved.assign(slot, variant)
    there, _ = engine_of(variants, slots=[5, 3, 4])
    np.testing.assert_array_equal(drive(moved), drive(there))


def test_a_variant_that_moves_otherwise_is_found(packs):
    variants = packs("rough")
    models = [variant.model() for variant in variants]
    padded = pad(models, variants[0].sources())
    models[2].opt.gravity[2] *= 1 + 1e-9
    assert prove(padded, models).tolist() == [True, True, False, True, True, True]


def test_what_fails_the_proof_steps_its_own_model(packs, monkeypatch):
    def prove_all_but_one(padded, models, threads):
        return np.arange(len(models)) != 2 if len(models) == 6 else np.ones(len(models), dtype=bool)

    expected = drive(engine_of(packs("boxes"))[0])
    monkeypatch.setattr("envgen.rollout.proof.prove", prove_all_but_one)
    engine, _ = engine_of(packs("boxes"))
    assert [type(group.stepper) for group in engine.groups] == [PaddedStepper, OwnStepper]
    assert engine.groups[1].slots.tolist() == [2]
    np.testing.assert_array_equal(drive(engine), expected)


def test_geoms_are_found_in_the_padded_model(packs):
    variants = packs("boxes")
    engine, models = engine_of(variants)
    for slot, model in enumerate(models):
        geoms = np.arange(model.ngeom)
        at = engine.geoms(slot, geoms)
        for name in ("geom_size", "geom_pos", "geom_friction", "geom_type"):
            np.testing.assert_array_equal(engine.field(slot, name)[at], getattr(model, name))


def test_a_copy_of_a_slots_model_steps_as_the_slot_does(packs):
    engine, _ = engine_of(packs("moving"))
    drive(engine, 5)
    stepper, place = engine.at(3)
    model = engine.model(3)
    data = mujoco.MjData(model)
    mujoco.mj_setState(model, data, stepper.state[place].copy(), STATE)
    mujoco.mj_step(model, data, nstep=5)
    engine.step(np.arange(6), 5)
    np.testing.assert_array_equal(engine.state.qpos[3], data.qpos)
