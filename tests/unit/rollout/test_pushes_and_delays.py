"""Pushes by interval or by the task, latency of actions, and strengths of single motors."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.packs.randomize_settings import randomize_settings
from envgen.packs.wire.encode import Encoder
from envgen.rollout.rollout import Rollout


@pytest.fixture(scope="module")
def variants(tmp_path_factory):
    cfg = {
        "name": "plain",
        "terrain": {"size": [12, 12]},
        "robots": [{"model": "ant"}],
        "task": {"kind": "stand"},
    }
    return list(make(cfg, 3, out=tmp_path_factory.mktemp("p") / "pack", jobs=1))


def act(k):
    return {"ant_0": np.sin(np.arange(8) + 0.7 * k)}


def pushed(rollout, steps):
    """Times of pushes: steps in which the root's level velocity changed at once."""
    times = []
    for _ in range(steps):
        before = rollout.data[0].qvel[:2].copy()
        rollout.step({})
        if np.linalg.norm(rollout.data[0].qvel[:2] - before) > 0.6:
            times.append(round(rollout.data[0].time, 2))
    return times


def test_pushes_come_at_the_interval(variants):
    rollout = Rollout(variants[0], randomize={"push": 1.5, "push_interval": 2.0})
    rollout.reset()
    assert pushed(rollout, 130) == [2.0, 4.0, 6.0]


def test_a_task_with_pushes_pushes_where_the_pack_does_not(variants, tmp_path):
    own = {"push": 1.5, "push_interval": 2.0}
    assert randomize_settings({}, own) | own == randomize_settings({}, own)
    assert randomize_settings({"push": 0.3}, own)["push"] == 0.3
    assert randomize_settings({}, {"push": 1.5})["push"] == 0.0  # a parameter of another meaning
    folder = tmp_path / "pack"
    make({"name": "own", "terrain": {"size": [12, 12]}, "task": {"kind": "stand"}}, 1, out=folder, jobs=1)
    manifest = json.loads((folder / "pack.json").read_text())
    manifest["variants"][0]["drawn"] |= {f"task.{key}": value for key, value in own.items()}
    (folder / "pack.json").write_text(json.dumps(manifest))
    variant = Pack.open(folder)[0]
    rollout = Rollout(variant)
    rollout.reset()
    assert pushed(rollout, 130) == [2.0, 4.0, 6.0]
    frame = Encoder(variant.task, 0).encode_stored(variant).frame
    assert b'"push":1.5,"push_interval":2.0' in frame.replace(b": ", b":").replace(b", ", b",")


def test_an_action_takes_effect_after_the_latency(variants):
    late = Rollout(variants, slots=[0, 0, 1], randomize={"latency": {"choice": [3]}})
    prompt = Rollout(variants, slots=[0, 0, 1])
    late.reset()
    prompt.reset()
    for k in range(10):
        result = late.step(act(k))
        prompt.step(act(k - 3) if k >= 3 else {})
        np.testing.assert_array_equal(late.state.qpos, prompt.state.qpos)
        # what is observed and judged is the action that was given
        layout = rollout_layout(late)
        np.testing.assert_allclose(
            result["ant_0"].observation[:, layout["action"]], np.tile(act(k)["ant_0"], (3, 1)), atol=1e-12
        )


def rollout_layout(rollout):
    """Columns of an observation by term."""
    columns, first = {}, 0
    for name, size in rollout.observation_layout("ant_0"):
        columns[name] = slice(first, first + size)
        first += size
    return columns


def test_latency_differs_by_slot_and_survives_saving_and_pickling(variants):
    def started():
        rollout = Rollout(variants, slots=[0, 1, 2, 2], randomize={"latency": [0, 6]})
        rollout.reset([0, 1, 2, 3])
        return rollout

    whole, parts = started(), started()
    assert len({physics.latency for physics in whole.physics}) > 1
    assert all(isinstance(physics.latency, int) for physics in whole.physics)
    for k in range(8):
        whole.step(act(k))
        parts.step(act(k))
    saved = parts.save()
    parts.reset(9)
    parts.step(act(0))
    parts.restore(saved)
    copy = pickle.loads(pickle.dumps(parts))
    for k in range(8, 20):
        for rollout in (whole, parts, copy):
            rollout.step(act(k))
    np.testing.assert_array_equal(whole.state.qpos, parts.state.qpos)
    np.testing.assert_array_equal(whole.state.qpos, copy.state.qpos)


def test_each_motor_has_its_own_strength_on_top_of_the_gear(variants):
    rollout = Rollout(variants[0], randomize={"motor_scale": [0.8, 1.2], "gear_scale": 2.0})
    nominal = variants[0].model().actuator_gainprm[:, 0]
    seen = set()
    for episode in (0, 1, 0):
        rollout.reset(episode)
        physics = rollout.physics[0]
        assert len(set(physics.motors)) == 8
        assert all(0.8 <= factor <= 1.2 for factor in physics.motors)
        assert physics.motor_scale == pytest.approx(np.mean(physics.motors))
        scaled = rollout.engine.model(0).actuator_gainprm[:, 0]
        np.testing.assert_allclose(scaled, nominal * 2 * np.array(physics.motors), rtol=1e-12)
        seen.add(physics.motors)
    assert len(seen) == 2
