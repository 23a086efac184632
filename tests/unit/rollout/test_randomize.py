"""Physics drawn at each reset: reproducible, restored, and felt by the robot."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from envgen.packs.make import make
from envgen.rollout.randomize import Physics
from envgen.rollout.rollout import Rollout


@pytest.fixture
def pack(tmp_path):
    def build(randomize, *, robot="ant", count=1, number=1, task="stand", **more):
        cfg = {
            "name": "randomize",
            "terrain": {"size": [10, 10]},
            "robots": [{"model": robot, "count": number}],
            "task": {
                "kind": task,
                **({"push": 0.0, "push_interval": 5.0} if task == "stand" else {}),
            },  # pushed by randomize alone
            "randomize": randomize,
            **more,
        }
        return make(cfg, count, out=tmp_path / "pack", overwrite=True, jobs=1)

    return build


RANGES = {
    "friction_scale": [0.3, 1.5],
    "mass_scale": [0.7, 1.4],
    "gear_scale": [0.8, 1.2],
    "push": [0.5, 1.0],
}


def run(rollout, steps=30):
    for k in range(steps):
        rollout.step({agent: np.sin(np.arange(8) + 0.7 * k) for agent in rollout.agents})
    return rollout.data[0].qpos.copy()


def test_the_defaults_change_nothing(pack):
    rollout = Rollout(pack({})[0])
    rollout.reset(3)
    assert rollout.physics == [Physics()]
    fresh = rollout.engine.model(0)
    other = pack({})[0].model()
    for name in ("body_mass", "body_inertia", "geom_friction", "actuator_gainprm", "body_invweight0"):
        np.testing.assert_array_equal(getattr(fresh, name), getattr(other, name))


def test_an_episode_has_the_same_physics_whenever_it_is_played(pack):
    packed = pack(RANGES, count=2)
    rollout = Rollout(list(packed))
    seen = {}
    for episode in (0, 1, 2, 1, 0):
        rollout.reset(episode)
        assert seen.setdefault(episode, rollout.physics) == rollout.physics
    drawn = [physics for both in seen.values() for physics in both]
    for key, (low, high) in RANGES.items():
        values = [getattr(physics, key) for physics in drawn]
        assert len(set(values)) == 6  # another for each variant and each episode
        assert all(low <= value <= high for value in values)
    again = Rollout(packed[1])
    again.reset(2)
    assert again.physics[0] == seen[2][1]


def test_the_same_episode_runs_the_same_after_others(pack):
    packed = pack(RANGES)
    rollout = Rollout(packed[0])
    rollout.reset(4)
    first = run(rollout, 120)  # past the first push
    rollout.reset(5)
    assert not np.array_equal(run(rollout, 120), first)
    rollout.reset(4)
    np.testing.assert_array_equal(run(rollout, 120), first)
    fresh = Rollout(packed[0])
    fresh.reset(4)
    np.testing.assert_array_equal(run(fresh, 120), first)


def test_seeds_differ(tmp_path):
    physics = []
    for seed in (0, 1):
        cfg = {"name": "x", "terrain": {"size": [10, 10]}, "randomize": RANGES}
        rollout = Rollout(make(cfg, 1, seed, out=tmp_path / str(seed), jobs=1)[0])
        rollout.reset(0)
        physics += rollout.physics
    assert physics[0] != physics[1]


def test_the_nominal_model_comes_back(pack):
    """Drawn 1 or not 1 by episode: in the first of these the model is as it was compiled, bit by bit."""
    settings = {key: {"choice": [1.0, 1.7]} for key in ("friction_scale", "mass_scale", "gear_scale")}
    packed = pack(settings)
    rollout = Rollout(packed[0])
    nominal, changed = None, None
    for episode in range(60):
        rollout.reset(episode)
        if rollout.physics[0] == Physics() and changed is not None:
            nominal = episode
            break
        if rollout.physics[0] != Physics():
            changed = episode
    assert nominal is not None
    fresh, model = packed[0].model(), rollout.engine.model(0)
    for name in [
        n for n in dir(fresh) if n.startswith(("body_", "dof_", "geom_", "actuator_", "jnt_", "tendon_"))
    ]:
        value = getattr(fresh, name)
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(getattr(model, name), value, err_msg=name)
    assert model.stat.meaninertia == fresh.stat.meaninertia


def test_mass_and_inertia_of_robots_are_scaled_and_of_obstacles_not(pack):
    packed = pack({"mass_scale": 2.0}, obstacles=[{"kind": "ball", "count": 1}], number=2, task="walk")
    rollout = Rollout(packed[0])
    rollout.reset()
    model, fresh = rollout.engine.model(0), packed[0].model()
    names = rollout.worlds[0].body_names
    robots = np.array([name.startswith("ant_") for name in names])
    assert robots.sum() == 2 * 9
    np.testing.assert_allclose(model.body_mass[robots], 2 * fresh.body_mass[robots])
    np.testing.assert_allclose(model.body_inertia[robots], 2 * fresh.body_inertia[robots])
    np.testing.assert_array_equal(model.body_mass[~robots], fresh.body_mass[~robots])
    # what the compiler derives from masses follows
    root = rollout.context.layouts["ant_0"][0].root
    assert model.body_subtreemass[root] == pytest.approx(2 * fresh.body_subtreemass[root])
    assert model.body_invweight0[root, 0] < 0.9 * fresh.body_invweight0[root, 0]


def test_buoyancy_stays_when_the_mass_changes(pack):
    packed = pack({"mass_scale": 2.0}, physics={"fluid": "water"})
    rollout = Rollout(packed[0])
    rollout.reset()
    model, fresh = rollout.engine.model(0), packed[0].model()
    assert (fresh.body_gravcomp > 0).any()
    np.testing.assert_allclose(model.body_gravcomp * model.body_mass, fresh.body_gravcomp * fresh.body_mass)


def test_a_heavier_ant_presses_harder_on_the_ground(pack):
    """Measured as the sum of the contact forces while it stands."""
    force = []
    for scale in (1.0, 1.5):
        rollout = Rollout(pack({"mass_scale": scale, "gear_scale": scale})[0])
        rollout.reset()
        for _ in range(40):
            rollout.step({})
        model, data = rollout.data[0].mujoco()
        total, part = 0.0, np.zeros(6)
        for i in range(data.ncon):
            mujoco.mj_contactForce(model, data, i, part)
            total += float(part[0] * abs(data.contact.frame[i, 2]))
        force.append(total)
    assert force[1] == pytest.approx(1.5 * force[0], rel=0.05)


def test_friction_of_the_ground_decides_how_far_an_ant_slides(pack):
    slid = []
    for scale in (0.1, 1.0):
        rollout = Rollout(pack({"friction_scale": scale}, robot="quadruped")[0])
        rollout.reset()
        rollout.data[0].qvel[0] = 1.0
        rollout.refresh()
        start = rollout.data[0].qpos[0]
        for _ in range(40):
            rollout.step({})
        slid.append(rollout.data[0].qpos[0] - start)
    assert slid[0] > 2 * slid[1]


def test_without_friction_the_physics_stays_sound(pack):
    rollout = Rollout(pack({"friction_scale": 0.0})[0])
    rollout.reset()
    assert np.isfinite(run(rollout, 60)).all()


@pytest.mark.parametrize("robot", ["ant", "quadruped"])
def test_gear_scales_the_force_at_the_same_control(pack, robot):
    force = []
    for scale in (1.0, 0.5):
        rollout = Rollout(pack({"gear_scale": scale}, robot=robot)[0])
        rollout.reset()
        model, data = rollout.data[0].mujoco()
        data.ctrl[:] = model.actuator_ctrlrange[:, 0] * 0.9 + model.actuator_ctrlrange[:, 1] * 0.1
        mujoco.mj_forward(model, data)
        force.append(data.qfrc_actuator.copy())
    assert np.abs(force[0]).max() > 1
    np.testing.assert_allclose(force[1], 0.5 * force[0], atol=1e-9)


def test_a_servo_of_another_strength_holds_the_same_pose(pack):
    """Scaling its gear instead would turn the joints to another angle."""
    pose = []
    for scale in (1.0, 1.5):
        rollout = Rollout(pack({"gear_scale": scale}, robot="quadruped")[0])
        rollout.reset()
        for _ in range(60):
            rollout.step({})
        pose.append(rollout.data[0].qpos[7:].copy())
    np.testing.assert_allclose(pose[0], pose[1], atol=0.08)


def test_every_five_seconds_each_robot_is_pushed_level_in_another_direction(pack):
    packed = pack({"push": 1.0}, number=2, task="stand", control={"episode": 20.0})
    rollout = Rollout(packed[0])
    calm = Rollout(pack({}, number=2, control={"episode": 20.0})[0])
    rollout.reset()
    calm.reset()
    roots = [int(at[0].root_joints[0]) for at in rollout.context.layouts.values()]
    dofs = [int(rollout.worlds[0].model.jnt_dofadr[joint]) for joint in roots]
    kicks = []
    for _ in range(210):
        before = [rollout.data[0].qvel[dof : dof + 3].copy() for dof in dofs]
        rollout.step({})
        after = [rollout.data[0].qvel[dof : dof + 3] for dof in dofs]
        change = np.array([b - a for a, b in zip(before, after)])
        if np.linalg.norm(change[:, :2], axis=1).min() > 0.7:
            kicks.append((round(rollout.data[0].time, 2), change))
    assert [time for time, _ in kicks] == [5.0, 10.0]
    directions = [np.arctan2(c[1], c[0]) for _, change in kicks for c in change]
    assert len({round(angle, 2) for angle in directions}) == 4
    for _, change in kicks:
        np.testing.assert_allclose(np.linalg.norm(change[:, :2], axis=1), 1.0, atol=0.15)
        np.testing.assert_allclose(change[:, 2], 0, atol=0.15)


def test_a_planar_robot_is_pushed_along_its_plane(pack):
    rollout = Rollout(pack({"push": 1.0}, robot="hopper", control={"frame_skip": 1})[0])
    rollout.reset()
    rollout.data[0].time = 4.999
    before = rollout.data[0].qvel.copy()
    rollout.step({})
    change = rollout.data[0].qvel - before
    x = rollout.context.layouts["hopper_0"][0].root_joints[0]
    assert abs(change[rollout.worlds[0].model.jnt_dofadr[x]]) == pytest.approx(1.0, abs=0.05)
