"""What every built-in robot promises: it stands, obeys, and is the same in a world as alone."""

from __future__ import annotations

import itertools

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, make_cfg, start

from envgen.core.families import ROBOTS
from envgen.worlds.robots.robot_model import robot_model

NAMES = ROBOTS.names()


ALL_SENSORS = {"height_scan": 0, "scan_size": 1.6, "imu": 0, "foot_touch": 1}


def defaults(name):
    return {key: spec.default for key, spec in ROBOTS.get(name).params.items()} | ALL_SENSORS


def extremes(name):
    """Every corner of the parameters' ranges, and every whole number of those that count."""
    known = {key: spec for key, spec in ROBOTS.get(name).params.items() if key not in ALL_SENSORS}
    axes = [range(int(s.low), int(s.high) + 1) if s.integer else (s.low, s.high) for s in known.values()]
    return [dict(zip(known, values)) | ALL_SENSORS for values in itertools.product(*axes)]


CASES = [(name, values) for name in NAMES for values in [defaults(name), *extremes(name)]]
IDS = [f"{name}-{'-'.join(f'{v:g}' for v in values.values())}" for name, values in CASES]


def in_a_world(name, values, **more):
    cfg = make_cfg(
        "flat", size=14, robots=[{"model": name, "params": values}], task={"kind": "stand"}, **more
    )
    return build_world(cfg)[1]


def alone(name, values):
    return mujoco.MjModel.from_xml_string(ROBOTS.get(name).mjcf(values))


def ids(model, kind, names, prefix=""):
    return [mujoco.mj_name2id(model, getattr(mujoco.mjtObj, f"mjOBJ_{kind}"), prefix + n) for n in names]


def names_of(model, kind, count):
    return [mujoco.mj_id2name(model, getattr(mujoco.mjtObj, f"mjOBJ_{kind}"), i) for i in range(count)]


@pytest.mark.parametrize(("name", "values"), CASES, ids=IDS)
class TestEveryShape:
    def test_in_the_written_world_it_is_the_robot_that_compiles_alone(self, name, values):
        """Attached, renamed, written with 6 digits, compiled: the same bodies, joints, motors and sensors."""
        world = in_a_world(name, values).model
        own = alone(name, values)
        prefix = f"{name}_0/"

        def same(field, kind, count, *, rtol=2e-5, atol=2e-5):
            labels = names_of(own, kind, count)
            named = [(i, n) for i, n in enumerate(labels) if n and n != "world"]
            if kind == "GEOM" and not named:
                return  # geoms need no names
            mine, theirs = zip(*named)
            found = ids(world, kind, theirs, prefix)
            assert -1 not in found, f"{kind} missing in the world"
            np.testing.assert_allclose(
                getattr(world, field)[found],
                getattr(own, field)[list(mine)],
                rtol=rtol,
                atol=atol,
                err_msg=field,
            )

        for field in ("body_mass", "body_inertia", "body_ipos", "body_subtreemass", "body_gravcomp"):
            same(field, "BODY", own.nbody)
        for field in ("type", "range", "limited", "axis", "pos", "stiffness", "solref", "actfrclimited"):
            same(f"jnt_{field}", "JOINT", own.njnt)
        motors = (
            "gear ctrlrange ctrllimited forcerange forcelimited gainprm biasprm gaintype biastype dyntype"
        )
        for field in motors.split():
            same(f"actuator_{field}", "ACTUATOR", own.nu)
        for field in ("sensor_type", "sensor_dim", "sensor_cutoff"):
            same(field, "SENSOR", own.nsensor)
        for field in ("geom_size", "geom_contype", "geom_conaffinity", "geom_condim", "geom_friction"):
            same(field, "GEOM", own.ngeom)
        assert (world.nq, world.nv, world.nu) == (own.nq, own.nv, own.nu)
        # joint by joint: the degrees of freedom are in the same order, the root first
        for field in ("dof_damping", "dof_armature", "dof_frictionloss"):
            np.testing.assert_allclose(getattr(world, field), getattr(own, field), rtol=2e-5, err_msg=field)
        inner = slice(7, None) if not ROBOTS.get(name).planar else slice(3, None)
        for field in ("qpos0", "qpos_spring"):
            np.testing.assert_allclose(
                getattr(world, field)[inner], getattr(own, field)[inner], rtol=5e-6, atol=2e-6, err_msg=field
            )
        # geoms without a name too: in order, after those of the ground
        first = world.ngeom - own.ngeom
        for field in (
            "geom_size",
            "geom_type",
            "geom_contype",
            "geom_conaffinity",
            "geom_solref",
            "geom_friction",
        ):
            np.testing.assert_allclose(
                getattr(world, field)[first:], getattr(own, field), rtol=2e-5, atol=1e-6
            )
        labels = names_of(own, "BODY", own.nbody)
        there = ids(world, "BODY", labels[1:], prefix)
        excluded = [(there[(s >> 16) - 1], there[(s & 0xFFFF) - 1]) for s in own.exclude_signature.tolist()]
        assert {*excluded} == {(s >> 16, s & 0xFFFF) for s in world.exclude_signature.tolist()}
        for option in ("timestep", "integrator", "cone", "impratio", "iterations", "tolerance"):
            assert getattr(world.opt, option) == getattr(own.opt, option), option

    def test_in_the_world_its_home_pose_is_its_own(self, name, values):
        world, own = in_a_world(name, values).model, alone(name, values)
        key = mujoco.mj_name2id(own, mujoco.mjtObj.mjOBJ_KEY, "home")
        assert key >= 0
        inner = slice(7, None) if not ROBOTS.get(name).planar else slice(0, None)
        np.testing.assert_allclose(world.key_qpos[0][inner], own.key_qpos[key][inner], atol=1e-5)
        np.testing.assert_allclose(world.key_ctrl[0], own.key_ctrl[key], atol=1e-5)
        a, b = start(world), mujoco.MjData(own)
        mujoco.mj_resetDataKeyframe(own, b, key)
        mujoco.mj_forward(own, b)
        # bodies are placed alike relative to the root (turned by its heading)
        turn = a.xmat[1].reshape(3, 3) @ b.xmat[1].reshape(3, 3).T
        theirs = (b.xpos[1:] - b.xpos[1]) @ turn.T
        np.testing.assert_allclose(a.xpos[1:] - a.xpos[1], theirs, atol=1e-4)

    def test_stands_for_two_seconds_without_control(self, name, values):
        world = in_a_world(name, values)
        data = start(world.model)
        torso = world.roots[f"{name}_0"]
        height = data.xpos[torso, 2]
        while data.time < 2:
            mujoco.mj_step(world.model, data)
            assert np.isfinite(data.qpos).all()
        assert data.warning.number.sum() == 0
        if name not in ("hopper", "walker2d"):  # limp without control
            assert data.xpos[torso, 2] > 0.75 * height
            assert data.xmat[torso, 8] > 0.9, "upright"
            assert np.abs(data.qvel).max() < 0.5, "at rest"

    def test_its_parts_do_not_touch_one_another_at_home(self, name, values):
        data = start(in_a_world(name, values).model)
        assert data.ncon == 0 or data.contact.dist.min() > -1e-3


@pytest.mark.parametrize("name", NAMES)
class TestEveryRobot:
    def test_every_motor_moves_its_own_joint(self, name):
        """Each control by itself, up and down: its joint goes the way of the control, in the air."""
        own = alone(name, defaults(name))
        own.opt.gravity[:] = 0
        for actuator in range(own.nu):
            joint = own.actuator_trnid[actuator, 0]
            pushes = (
                own.actuator_trntype[actuator] == mujoco.mjtTrn.mjTRN_SITE
            )  # the root itself, by its gear
            ends = []
            for end in (0, 1):
                data = mujoco.MjData(own)
                mujoco.mj_resetDataKeyframe(own, data, 0)
                data.ctrl[actuator] = own.actuator_ctrlrange[actuator, end]
                while data.time < 0.2:
                    mujoco.mj_step(own, data)
                moved = own.actuator_gear[actuator] @ data.qvel[:6] if pushes else None
                ends.append(moved if pushes else data.qpos[own.jnt_qposadr[joint]])
            assert ends[1] - ends[0] > 0.1, names_of(own, "ACTUATOR", own.nu)[actuator]

    def test_random_control_moves_every_joint_and_stays_sane(self, name):
        world = in_a_world(name, defaults(name))
        model, data = world.model, start(world.model)
        rng = np.random.default_rng(0)
        low, high = model.actuator_ctrlrange.T
        track = []
        while data.time < 3:
            if len(track) % 20 == 0:
                data.ctrl[:] = rng.uniform(low, high)
            mujoco.mj_step(model, data)
            track.append(data.qpos.copy())
        track = np.array(track)
        assert np.isfinite(track).all()
        assert data.warning.number.sum() == 0
        joints = [j for j in range(model.njnt) if model.jnt_bodyid[j] not in world.roots.values()]
        moved = np.ptp(track[:, model.jnt_qposadr[joints]], axis=0)
        assert (moved > 0.05).all()
        assert track[:, 2].max() < 4, "doesn't fly off"

    def test_actions_are_bounded_and_centred_where_position_controlled(self, name):
        own = alone(name, defaults(name))
        assert own.actuator_ctrllimited.all()
        low, high = own.actuator_ctrlrange.T
        assert (low < high).all()
        np.testing.assert_allclose((low + high) / 2, own.key_ctrl[0], atol=2e-3, err_msg="action 0 is home")

    def test_has_the_sensors_that_tasks_read(self, name):
        own = alone(name, defaults(name))
        sensors = names_of(own, "SENSOR", own.nsensor)
        dims = dict(zip(sensors, own.sensor_dim))
        wanted = {
            "root_pos": 3,
            "root_quat": 4,
            "root_vel": 3,
            "root_linvel": 3,
            "root_angvel": 3,
            "root_up": 3,
        }
        assert {k: dims.get(k) for k in wanted} == wanted
        assert any(sensor.startswith("touch_") for sensor in sensors) or not ROBOTS.get(name).legged

    def test_is_stable_with_a_fast_integrator_at_5_to_10_ms(self, name):
        own = alone(name, defaults(name))
        assert 0.005 <= own.opt.timestep <= 0.01
        assert own.opt.integrator in (
            mujoco.mjtIntegrator.mjINT_EULER,
            mujoco.mjtIntegrator.mjINT_IMPLICITFAST,
        )
        assert own.ntex == 0, "no textures in physics"

    def test_is_measured_as_what_it_is(self, name):
        robot = robot_model(name, defaults(name))
        own = alone(name, defaults(name))
        assert robot.mass == pytest.approx(own.body_subtreemass[0])
        assert robot.size.stand == pytest.approx(robot.home_pos[2], abs=0.02)
        if ROBOTS.get(name).legged:
            assert 0.5 * robot.size.stand < robot.size.leg <= robot.size.stand
            assert robot.size.height > robot.size.leg * 0.5
        assert 0.05 < robot.size.radius < 2
        volume = sum(v for v, _ in robot.volumes.values())
        assert 50 < robot.mass / volume < 3000, "a density between a hollow shell and stone"

    def test_parameters_are_documented(self, name):
        kind = ROBOTS.get(name)
        assert kind.summary
        assert kind.sources
        for key, spec in kind.params.items():
            assert spec.doc, key
            assert spec.low <= spec.default <= spec.high

    def test_ground_friction_is_what_it_feels(self, name):
        """Its own geoms never outweigh the ground's."""
        world = in_a_world(name, defaults(name), physics={"friction": 0.05})
        model, data = world.model, start(world.model)
        if robot_model(name, defaults(name)).flies:
            data.ctrl[:] = 0
        seen = 0
        while data.time < 0.5:
            mujoco.mj_step(model, data)
            for i in range(data.ncon):
                contact = data.contact[i]
                if set(contact.geom) & set(world.terrain_geoms):
                    assert contact.friction[0] == pytest.approx(0.05)
                    seen += 1
        assert seen


def test_two_ants_collide_with_one_another():
    cfg = make_cfg("flat", size=14, robots=[{"model": "ant", "count": 2}], task={"kind": "stand"})
    world = build_world(cfg)[1]
    model, data = world.model, start(world.model)
    # the second above the first: it lands on it
    data.qpos[15:18] = np.add(data.qpos[0:3], [0, 0, 0.6])
    owner = np.array([name.split("/")[0] for name in world.body_names])[model.geom_bodyid]
    met = False
    while data.time < 1:
        mujoco.mj_step(model, data)
        met |= any({*owner[data.contact.geom[i]]} == {"ant_0", "ant_1"} for i in range(data.ncon))
    assert met
    assert data.qpos[17] > data.qpos[2], "it rests on the other"


def test_water_lifts_a_robot_by_what_it_displaces():
    """A body's weight is less by that of the water in its volume, down to nothing."""
    air = in_a_world("humanoid", defaults("humanoid"))
    water = in_a_world("humanoid", defaults("humanoid"), physics={"fluid": "water"})
    assert (water.model.opt.density, water.model.opt.viscosity) == (1000, 0.001)
    robot = robot_model("humanoid", defaults("humanoid"))
    data = start(water.model)
    carried = sum(min(1000 * volume, mass) for volume, mass in robot.volumes.values())
    assert data.qfrc_gravcomp[2] == pytest.approx(9.81 * carried, rel=1e-3)
    assert carried > 0.5 * robot.mass
    assert not np.any(air.model.body_gravcomp)


@pytest.mark.parametrize("name", NAMES)
def test_ten_seconds_of_thrashing_on_hard_ground_leave_room_in_the_arena(name):
    """<size memory> is the measured need: were it too small, MuJoCo would end the process."""
    cfg = make_cfg(
        "rough",
        name,
        size=12,
        difficulty=0.9,
        task={"kind": "stand"},
        obstacles=[{"kind": "ball", "count": 3}],
    )
    world = build_world(cfg)[1]
    model, data = world.model, start(world.model)
    assert model.narena < 2_000_000, "not the 14 MiB that MuJoCo takes by default"
    rng = np.random.default_rng(1)
    while data.time < 10:
        data.ctrl[:] = np.where(rng.random(model.nu) < 0.5, *model.actuator_ctrlrange.T)
        mujoco.mj_step(model, data, nstep=20)
    assert data.maxuse_arena < 0.8 * model.narena
    assert data.warning.number.sum() == 0
