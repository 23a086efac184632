"""Starts that differ by episode: reproducible, small, within ranges, and none where none is asked for."""

from __future__ import annotations

import dataclasses

import mujoco
import numpy as np
import pytest

from envgen.core.errors import InputError
from envgen.packs.make import make
from envgen.rollout.rollout import Rollout
from envgen.rollout.start_noise import turn

SIZE = 0.1


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    def built(robot, *, count=1, number=1, noise=SIZE, terrain="flat"):
        cfg = {
            "name": "starts",
            "terrain": {"size": [12, 12], "sub_terrains": [{"kind": terrain}]},
            "robots": [{"model": robot, "count": number}],
            "task": {"kind": "stand"},
            "randomize": {"start_noise": noise},
        }
        return list(make(cfg, count, out=tmp_path_factory.mktemp("p") / "pack", jobs=1))

    return built


def begun(rollout, episode):
    rollout.reset(episode)
    return rollout.data[0].qpos.copy(), rollout.data[0].qvel.copy()


def test_an_episode_has_its_own_start_in_any_slot_and_on_any_thread(build):
    variants = build("ant", count=2, number=2)
    alone = Rollout(variants[1])
    many = Rollout(variants, slots=[0, 1, 1], threads=2)
    many.reset([4, 7, 4])
    begun(alone, 7)
    assert np.array_equal(begun(alone, 4)[0], many.data[2].qpos)
    assert np.array_equal(begun(alone, 7)[0], many.data[1].qpos)
    assert not np.array_equal(many.data[1].qpos, many.data[2].qpos)
    assert not np.array_equal(many.data[0].qpos, many.data[2].qpos)  # of another variant
    first, second = (many.data[0].qpos[at[0].joint_pos] for at in many.context.layouts.values())
    calm = Rollout(variants, randomize={"start_noise": 0})
    calm.reset()
    still = calm.data[0].qpos[many.context.layouts["ant_0"][0].joint_pos]
    assert not np.allclose(first - still, second - still)  # each agent has its own


def test_the_first_observation_and_the_sensors_are_of_the_disturbed_start(build):
    rollout = Rollout(build("ant"))
    observed = rollout.reset(3)["ant_0"].observation
    model, data = rollout.data[0].mujoco()
    np.testing.assert_allclose(rollout.data[0].sensordata, data.sensordata, atol=1e-9)
    assert not np.array_equal(rollout.reset(4)["ant_0"].observation, observed)
    assert model.nq == len(data.qpos)


@pytest.mark.parametrize("robot", ["ant", "quadruped", "hopper", "snake", "rover", "quadrotor", "point"])
def test_it_is_small_and_keeps_places_and_ranges(build, robot):
    variants = build(robot)
    rollout, calm = Rollout(variants), Rollout(variants, randomize={"start_noise": 0})
    still, rest = begun(calm, 0)
    model, at = rollout.worlds[0].model, rollout.context.layouts[f"{robot}_0"][0]
    moved = []
    for episode in range(20):
        qpos, qvel = begun(rollout, episode)
        moved.append(qpos - still)
        assert np.abs(qpos - still).max() <= SIZE + 1e-12
        assert np.abs(qvel - rest).max() < 6 * SIZE
        for joint in np.flatnonzero(model.jnt_limited & (model.jnt_type >= 2)).tolist():
            low, high = model.jnt_range[joint]
            pos = model.jnt_qposadr[joint]
            assert min(low, still[pos]) <= qpos[pos] <= max(high, still[pos])
        for joint in at.root_joints:
            first = int(model.jnt_qposadr[joint])
            if model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE:
                np.testing.assert_array_equal(qpos[first : first + 3], still[first : first + 3])
                assert np.linalg.norm(qpos[first + 3 : first + 7]) == pytest.approx(1)
            elif model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_SLIDE:
                assert qpos[first] == still[first]
    spread = np.ptp(moved, axis=0)
    if len(at.joint_pos):
        assert spread[at.joint_pos].max() > 0.5 * SIZE
    assert spread.max() > 0.2 * SIZE


@pytest.mark.parametrize("robot", ["ant", "quadruped", "biped", "hexapod"])
def test_training_noise_does_not_sink_feet_deep(build, robot):
    rollout = Rollout(build(robot, noise=0.05, terrain="rough"))
    world = rollout.worlds[0]
    deepest = []
    for episode in range(10):
        rollout.reset(episode)
        _, data = rollout.data[0].mujoco()
        deepest.append(min([0.0, *data.contact.dist.tolist()]))
        for _ in range(15):
            rollout.step({})
        root = world.roots[f"{robot}_0"]
        assert rollout.data[0].mujoco()[1].cvel[root][5] < 1.5  # nobody is thrown into the air
    assert min(deepest) > -0.06


def test_ball_joints_keep_unit_length_and_turn_by_the_vector():
    quat = np.array([1.0, 0.0, 0.0, 0.0])
    turn(quat, [0.0, 0.0, np.pi / 2])
    np.testing.assert_allclose(quat, [np.sqrt(0.5), 0, 0, np.sqrt(0.5)], atol=1e-15)
    turn(quat, [0.0, 0.0, 0.0])
    turn(quat, [np.pi / 2, 0.0, 0.0])
    expected, half = np.zeros(4), np.sqrt(0.5)
    mujoco.mju_mulQuat(expected, np.array([half, half, 0, 0]), np.array([half, 0, 0, half]))
    np.testing.assert_allclose(quat, expected, atol=1e-15)


def test_settings_of_a_rollout_are_checked(build):
    variants = build("ant", noise=0)
    with pytest.raises(InputError, match=r"randomize: start_noise: 2 is out of range"):
        Rollout(variants, randomize={"start_noise": 2})
    with pytest.raises(InputError, match="start_nose"):
        Rollout(variants, randomize={"start_nose": 0.1})
    rollout = Rollout(variants, randomize={"start_noise": [0.1, 0.2]})
    rollout.reset(5)
    assert 0.1 < rollout.physics[0].start_noise < 0.2


def test_a_pack_without_the_key_opens_and_starts_calm(build):
    variant = build("ant", noise=0)[0]
    randomize = {k: v for k, v in variant.manifest["cfg"]["randomize"].items() if k == "mass_scale"}
    cfg = {**variant.manifest["cfg"], "randomize": randomize}
    old = dataclasses.replace(variant, manifest={**variant.manifest, "cfg": cfg})
    assert old.randomize == variant.randomize
    assert np.array_equal(begun(Rollout(old), 2)[0], begun(Rollout(variant), 2)[0])
