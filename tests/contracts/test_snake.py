"""The snake crawls on land and swims in water by a wave along its body."""

from __future__ import annotations

import numpy as np
import pytest
from support.robot_control import drive, fallen, frame, world_of
from support.worlds import build_world, make_cfg, start

SNAKES = [{}, {"links": 5}, {"links": 12, "length": 1.0}, {"links": 5, "length": 2.5}]


def serpenoid(world, *, amplitude=0.6, frequency=0.7, way=1):
    """Each yaw joint follows the one before it, one wave along the body (Hirose's serpenoid curve)."""
    names = world.names("actuator")
    joints = sum("yaw" in name for name in names)
    phase = np.array(
        [2 * np.pi * int(n.rsplit("_", 1)[1]) / (joints + 1) if "yaw" in n else np.nan for n in names]
    )
    return lambda data: np.nan_to_num(amplitude * np.sin(2 * np.pi * frequency * data.time - way * phase))


@pytest.mark.parametrize("params", SNAKES)
def test_snake_crawls_more_than_its_length_on_land(params):
    world = world_of("snake", params=params, size=80)
    data, track = drive(world, serpenoid(world), 20)
    length = params.get("length", 1.75)
    assert np.linalg.norm(track[-1, :2] - track[0, :2]) > length
    assert track[:, 3].min() > 0.9
    assert not fallen(world, data)


@pytest.mark.parametrize("params", SNAKES)
def test_snake_swims_more_than_its_length_in_water(params):
    world = world_of("snake", params=params, size=40, physics={"fluid": "water"})
    data = start(world.model)
    data.qpos[2] += 1.0  # where no wheel touches the ground
    heading = frame(data, "snake_0")[:, 0]
    data, track = drive(world, serpenoid(world, frequency=1.0), 20, data=data)
    assert (track[-1, :3] - track[0, :3]) @ heading > params.get("length", 1.75)
    assert track[:, 2].min() > 0.8, "it floats"
    assert data.ncon == 0
    assert not fallen(world, data)


def test_a_wave_from_tail_to_head_swims_backwards():
    world = world_of("snake", size=40, physics={"fluid": "water"})
    data = start(world.model)
    data.qpos[2] += 1.0
    heading = frame(data, "snake_0")[:, 0]
    _, track = drive(world, serpenoid(world, frequency=1.0, way=-1), 10, data=data)
    assert (track[-1, :3] - track[0, :3]) @ heading < -0.5


def test_snake_crawls_over_rough_ground_and_up_a_slope():
    world = world_of("snake", "rough", task="race", difficulty=0.9, size=30)
    _, track = drive(world, serpenoid(world), 10)
    assert track[-1, 0] - track[0, 0] > 1.75
    terrain = {"size": [40, 20], "sub_terrains": [{"kind": "slope", "slope": 0.1}]}
    world = build_world(make_cfg(terrain, "snake", task={"kind": "race", "distance": 20}))[1]
    _, track = drive(world, serpenoid(world), 20)
    assert np.ptp(track[:, 2]) > 0.3


def test_snake_raises_its_head():
    world = world_of("snake")
    lift = np.array([0.6 if n.endswith(("pitch_1", "pitch_3")) else 0 for n in world.names("actuator")])
    data, _ = drive(world, lambda _: lift, 2)
    assert data.body("snake_0/link_0").xipos[2] > 0.15
    assert data.sensor("snake_0/root_up").data[2] > 0.9
