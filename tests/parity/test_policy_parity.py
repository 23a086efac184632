"""Gaits and the networks that come with envgen, in Python and on the browser's side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.parity import Ask, Case, ground, make_case

from envgen.core.families import ROBOTS
from envgen.policies.policy_files import networks
from envgen.rollout.policies import bind

STEPS = 40


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """A level world of each robot."""
    cfg = {"terrain": ground("flat", 14.0), "task": {"kind": "walk"}}
    return {
        name: make_case({**cfg, "robots": [{"model": name}]}, tmp_path_factory.mktemp(name))
        for name in ROBOTS.names()
    }


@pytest.fixture(scope="module")
def answers(cases: dict[str, Case], ask: Ask) -> dict[str, Any]:
    """What the browser's side plays under each gait."""
    given = {"seed": 0, "episode": 0, "steps": STEPS, "policy": "gait"}
    found = ask([case.question(played=given) for case in cases.values()])
    return {name: answer["played"]["rows"] for name, answer in zip(cases, found)}


@pytest.mark.parametrize("robot", ROBOTS.names())
def test_a_gait_is_the_same(robot: str, cases: dict[str, Case], answers: dict[str, Any]) -> None:
    rollout = cases[robot].rollout
    policies, result = bind(rollout, {"*": "gait"}), rollout.reset()
    (agent,) = rollout.agents
    assert len(answers[robot]) > 20  # some walk out of their arena
    for row in answers[robot]:
        actions = policies(result)
        result = rollout.step(actions)
        if rollout.done.all():
            break  # there the next episode has begun
        assert np.abs(actions[agent][0] - row["agents"][0]["action"]).max() <= 1e-9
        assert np.abs(np.array(rollout.data[0].qpos) - row["qpos"]).max() <= 1e-6


@pytest.mark.parametrize("name", networks())
def test_a_network_that_comes_along_acts_the_same(
    name: str, tmp_path_factory: pytest.TempPathFactory, ask: Ask
) -> None:
    robot, _, task = name.partition("-")
    cfg = {"terrain": ground(), "robots": [{"model": robot}], "task": {"kind": task}}
    case = make_case(cfg, tmp_path_factory.mktemp(name))
    policies, result = bind(case.rollout, {"*": f"onnx:{name}"}), case.rollout.reset()
    (agent,) = case.rollout.agents
    seen, done = [], []
    for _ in range(STEPS):
        actions = policies(result)
        seen.append(result[agent].observation[0].tolist())
        done.append(actions[agent][0])
        result = case.rollout.step(actions)
    (answer,) = ask([case.question(network={"file": str(networks()[name]), "observations": seen})])
    assert np.ptp(done) > 0.5
    assert np.abs(np.array(done) - np.array(answer["network"]).clip(-1, 1)).max() <= 1e-5
