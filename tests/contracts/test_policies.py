"""What every kind of policy promises, on every robot."""

from __future__ import annotations

import numpy as np
import pytest

from envgen.core.families import POLICIES, ROBOTS
from envgen.packs.make import make
from envgen.policies import onnx_file
from envgen.policies.base import AgentInterface, Policy, PolicyInput, PolicyName
from envgen.rollout.policies import interface
from envgen.rollout.rollout import Rollout

KINDS = [name for name, kind in POLICIES if not kind.browser]


@pytest.fixture(scope="module")
def interfaces(tmp_path_factory) -> dict[str, AgentInterface]:
    """One agent of each robot."""
    folder, found = tmp_path_factory.mktemp("interfaces"), {}
    for robot in ROBOTS.names():
        cfg = {"name": "interfaces", "robots": [{"model": robot}], "task": {"kind": "walk"}}
        rollout = Rollout(make(cfg, 1, out=folder / robot, jobs=1)[0])
        found[robot] = interface(rollout, rollout.agents[0])
    return found


def bound(kind, own, folder) -> Policy:
    """A policy of that kind for a interface; networks are written for it."""
    if kind == "onnx":
        weight = np.random.default_rng(0).normal(0, 0.3, (own.observed, len(own.actuators)))
        meta = onnx_file.metadata(own.robot, own.task, own.observation)
        (folder / "own.onnx").write_bytes(onnx_file.mlp([weight], [np.zeros(weight.shape[1])], meta=meta))
        return PolicyName.parse(str(folder / "own.onnx")).bind(own, 3)
    return PolicyName.parse(kind).bind(own, 3)


def moment(own, rows=7, seed=0) -> PolicyInput:
    rng = np.random.default_rng(seed)
    observation = rng.normal(0, 2, (rows, own.observed))
    return PolicyInput(observation, rng.uniform(0, 20, rows), *(rng.integers(0, 400, rows) for _ in range(4)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("robot", ROBOTS.names())
def test_actions_are_in_range_repeatable_and_each_of_its_own_row(kind, robot, interfaces, tmp_path):
    own = interfaces[robot]
    policy, now = bound(kind, own, tmp_path), moment(interfaces[robot])
    actions = policy(now)
    assert actions.shape == (7, len(own.actuators))
    assert actions.dtype == np.float64
    assert (np.abs(actions) <= 1).all()
    np.testing.assert_array_equal(actions, bound(kind, own, tmp_path)(now))
    for i in range(7):
        one = PolicyInput(*(getattr(now, key)[[i]] for key in PolicyInput.__dataclass_fields__))
        np.testing.assert_allclose(policy(one), actions[[i]], atol=1e-6)


def test_what_needs_a_browser_says_so():
    for name, kind in POLICIES:
        assert kind.__doc__, name
        assert kind.kind == name
        assert kind.browser is (name == "keyboard")
