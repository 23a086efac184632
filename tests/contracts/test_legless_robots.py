"""What rolls, crawls, swims or flies holds out under any control; the point goes where it is sent."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from support.robot_control import drive, fallen, frame, world_of
from support.worlds import build_world, make_cfg, start

from envgen.core.families import ROBOTS

MOVERS = [name for name in ROBOTS.names() if not ROBOTS.get(name).legged]


def test_the_four_of_the_vocabulary_are_there():
    assert {"snake", "rover", "quadrotor", "point"} <= set(MOVERS)


@pytest.mark.parametrize("name", MOVERS)
@pytest.mark.parametrize(
    ("physics", "seconds"),
    [({}, 20), ({"fluid": "water"}, 6), ({"integrator": "RK4"}, 6), ({"timestep": 0.01}, 6)],
)
def test_full_range_control_on_rough_ground(name, physics, seconds):
    world = world_of(name, "rough", difficulty=0.9, size=30, physics=physics)
    rng = np.random.default_rng(3)
    low, high = world.model.actuator_ctrlrange.T
    data, track = drive(world, lambda _: rng.choice([low, high]), seconds)
    assert np.isfinite(track).all()
    assert np.abs(data.qvel).max() < 200


def test_wind_doesnt_carry_the_point_away():
    world = world_of("point", params={"radius": 0.1, "top_speed": 1}, physics={"wind": [6, 0, 0]})
    _, track = drive(world, lambda _: [0, 0], 5)
    assert 0.01 < track[-1, 0] - track[0, 0] < 2


def to_goal(goal, agent="point_0", gain=1.0):
    def controller(data):
        error = goal - data.sensor(f"{agent}/root_pos").data
        return np.clip(gain * (error @ frame(data, agent))[:2], -1, 1)

    return controller


@pytest.mark.parametrize("radius", [0.1, 0.2, 0.5])
@pytest.mark.parametrize("terrain", ["flat", "rough", "hills"])
def test_point_reaches_its_goal_by_a_p_controller(terrain, radius):
    world = world_of("point", terrain, {"radius": radius}, task="goal", difficulty=0.7)
    goal = world.goals[0]
    data, track = drive(world, to_goal(goal), 15)
    assert np.linalg.norm(track[0, :2] - goal[:2]) > 1.5
    assert np.linalg.norm(track[-1, :2] - goal[:2]) < 0.3
    assert track[:, 3].min() > 0.99, "it doesn't tilt"
    assert not fallen(world, data)


def test_the_ball_of_point_rolls_and_its_heading_stays():
    world = world_of("point")
    data = start(world.model)
    heading = frame(data, "point_0")
    data, track = drive(world, lambda _: [0.3, 0], 1.0, data=data)
    assert (track[-1, :3] - track[0, :3]) @ heading[:, 0] > 0.3
    np.testing.assert_allclose(frame(data, "point_0"), heading, atol=1e-3)
    ball = data.body("point_0/ball").xmat.reshape(3, 3)
    assert np.abs(ball - heading).max() > 0.1
    speed = np.linalg.norm(data.sensor("point_0/root_vel").data)
    spin = np.linalg.norm(data.qvel[6:9])
    assert spin * 0.2 == pytest.approx(speed, rel=0.1), "without slipping"


def test_point_has_the_top_speed_it_was_given():
    world = world_of("point", params={"top_speed": 1.5}, size=30)
    data, _ = drive(world, lambda _: [1, 0], 4)
    assert np.linalg.norm(data.sensor("point_0/root_vel").data) == pytest.approx(1.5, rel=0.03)


def test_points_shove_one_another():
    cfg = make_cfg("flat", size=14, robots=[{"model": "point", "count": 2}], task={"kind": "race"})
    world = build_world(cfg)[1]
    data = start(world.model)
    first, second = data.sensor("point_0/root_pos"), data.sensor("point_1/root_pos")
    before = second.data.copy()
    while data.time < 3:
        chase = (second.data - first.data) @ frame(data, "point_0")
        data.ctrl[:2] = np.clip(chase[:2] / np.linalg.norm(chase), -1, 1)
        mujoco.mj_step(world.model, data)
    assert np.linalg.norm(second.data - before) > 1
