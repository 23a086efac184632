"""The rover drives, turns and climbs by constant speeds of its wheels."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from support.robot_control import CONTROL_STEPS, drive, fallen, frame, world_of
from support.worlds import build_world, make_cfg, start

from envgen.core.families import ROBOTS
from envgen.worlds.robots.robot_model import robot_model

ROVERS = [{"axles": axles, "wheel_radius": radius} for axles in (2, 3) for radius in (0.07, 0.098, 0.2)]


def wheels(world, left, right):
    """Constant speeds of the two sides, as shares of the top speed."""
    sides = [left if "left" in name else right for name in world.names("actuator")]
    control = np.array(sides) * world.model.actuator_ctrlrange[:, 1]
    return lambda _: control


def turned(data, world, controller, seconds):
    """Angle (rad) that the heading swept, anticlockwise."""
    total = 0.0
    before = frame(data, "rover_0")[:, 0]
    for _ in range(round(seconds / (CONTROL_STEPS * world.model.opt.timestep))):
        data.ctrl[:] = controller(data)
        mujoco.mj_step(world.model, data, nstep=CONTROL_STEPS)
        now = frame(data, "rover_0")[:, 0]
        total += np.arctan2(np.cross(before, now)[2], before @ now)
        before = now
    return total


@pytest.mark.parametrize("params", ROVERS)
def test_rover_drives_and_turns_both_ways(params):
    world = world_of("rover", params=params, task="race")
    _, track = drive(world, wheels(world, 0.3, 0.3), 3)
    assert track[-1, 0] - track[0, 0] > 3 * 0.3, "forwards"
    assert abs(track[-1, 1] - track[0, 1]) < 0.2
    _, back = drive(world, wheels(world, -0.1, -0.1), 2)
    assert back[-1, 0] - back[0, 0] < -0.2
    assert turned(start(world.model), world, wheels(world, -0.5, 0.5), 2) > 0.5
    assert turned(start(world.model), world, wheels(world, 0.5, -0.5), 2) < -0.5
    assert turned(start(world.model), world, wheels(world, 0.2, 0.6), 2) > 0.2, "while it drives"


@pytest.mark.parametrize("params", ROVERS)
def test_rover_climbs_a_slope_of_20_degrees(params):
    terrain = {"size": [24, 12], "sub_terrains": [{"kind": "slope", "slope": 0.36}]}
    cfg = make_cfg(
        terrain,
        robots=[{"model": "rover", "params": params}],
        task={"kind": "race", "distance": 14},
        difficulty=0.5,
    )
    world = build_world(cfg)[1]
    data, track = drive(world, wheels(world, 0.5, 0.5), 10)
    climbed = np.ptp(track[:, 2])
    assert climbed > 1.0
    assert track[:, 3].min() > 0.85, "no wheelie"
    assert not fallen(world, data)


@pytest.mark.parametrize("axles", [2, 3])
def test_rover_rolls_over_the_step_that_its_size_promises(axles):
    """On to a block as high as `size.step`; on a rocker-bogie on to one as high as a wheel's radius."""
    values = {key: spec.default for key, spec in ROBOTS.get("rover").params.items()} | {"axles": axles}
    robot = robot_model("rover", values)
    assert robot.size.leg == pytest.approx(0.098, abs=1e-3)
    for step in (robot.size.step, *([0.098] if axles == 3 else [])):
        spec = mujoco.MjSpec.from_string(robot.xml)
        for kind, size, pos in (
            ("PLANE", [20, 20, 1], [0, 0, 0]),
            ("BOX", [3, 3, step / 2], [4, 0, step / 2]),
        ):
            shape = getattr(mujoco.mjtGeom, f"mjGEOM_{kind}")
            spec.worldbody.add_geom(type=shape, size=size, pos=pos, priority=1)
        model = spec.compile()
        data = mujoco.MjData(model)
        data.ctrl[:] = 0.25 * model.actuator_ctrlrange[:, 1]
        mujoco.mj_step(model, data, nstep=round(7 / model.opt.timestep))
        assert data.qpos[0] > 1.8, f"over {step:.3f} m"
        assert data.qpos[2] > robot.size.stand + 0.9 * step


def test_the_rocker_bogie_keeps_six_wheels_on_rough_ground_and_the_chassis_between_its_rockers():
    world = world_of("rover", "rough", {"axles": 3}, task="race", difficulty=1.0)
    control = wheels(world, 0.2, 0.2)
    data = start(world.model)
    angles, contacts = [], []
    while data.time < 6:
        data.ctrl[:] = control(data)
        mujoco.mj_step(world.model, data)
        angles.append([data.joint(f"rover_0/rocker_{side}").qpos[0] for side in ("left", "right")])
        touching = {g for pair in data.contact.geom for g in pair if g not in world.terrain_geoms}
        contacts.append(len(touching))
    angles = np.array(angles)
    assert np.abs(angles).max() > 0.02, "they rock"
    assert np.abs(angles.sum(axis=1)).max() < 0.01, "against one another"
    assert np.mean(contacts) > 5


def test_rover_doesnt_get_up_a_slope_of_ice():
    terrain = {"size": [24, 12], "sub_terrains": [{"kind": "slope", "slope": 0.36}]}
    cfg = make_cfg(terrain, "rover", task={"kind": "race", "distance": 14}, physics={"friction": 0.1})
    world = build_world(cfg)[1]
    _, track = drive(world, wheels(world, 0.3, 0.3), 8)
    assert np.ptp(track[:, 2]) < 0.5
