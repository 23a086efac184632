"""Policies by name: who is driven by what, changed while they run."""

from __future__ import annotations

import numpy as np
import pytest

from envgen.core.errors import EnvgenError, InputError
from envgen.core.families import POLICIES
from envgen.packs.make import make
from envgen.policies.base import PolicyInput, PolicyName, select_agents
from envgen.policies.random import draw_actions
from envgen.rollout.policies import PolicySet, bind, interface
from envgen.rollout.rollout import Rollout, play

CFG = {
    "name": "policies",
    "terrain": {"size": [12, 12], "sub_terrains": [{"kind": "rough"}]},
    "robots": [{"model": "ant", "count": 2, "team": "red"}, {"model": "point", "team": "blue"}],
    "task": {"kind": "sumo"},
    "difficulty": 0.2,
    "control": {"episode": 2.0},
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return make(CFG, 3, out=tmp_path_factory.mktemp("policies") / "pack", jobs=1)


@pytest.fixture
def rollout(pack):
    return Rollout(list(pack))


def policy_input(rows=1, **given):
    ints = {key: np.full(rows, given.get(key, 0)) for key in ("step", "episode", "world", "agent")}
    return PolicyInput(np.zeros((rows, 4)), np.zeros(rows), **ints)


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "argument"),
    [
        ("gait", "gait", ""),
        ("onnx:ant-walk", "onnx", "ant-walk"),
        ("a/b.onnx", "onnx", "a/b.onnx"),
        ("onnx:c:/b.onnx", "onnx", "c:/b.onnx"),
        ("ant-walk", "onnx", "ant-walk"),
        ("c:/b.ONNX", "onnx", "c:/b.ONNX"),
    ],
)
def test_a_policy_is_asked_for_by_name_or_path(text, kind, argument):
    assert PolicyName.parse(text) == PolicyName(kind, argument)
    assert PolicyName.parse(str(PolicyName.parse(text))) == PolicyName.parse(text)


@pytest.mark.parametrize(
    ("text", "cause", "remedy"),
    [
        ("giat", "unknown policy 'giat'", "Did you mean 'gait'?"),
        ("ant-wakl", "unknown policy 'ant-wakl'", "Did you mean 'ant-walk'?"),
        ("", "unknown policy ''", "ends in .onnx"),
        ("onnx", "the policy 'onnx' needs the name of a network", "onnx:…"),
        ("onnx:", "the policy 'onnx' needs the name of a network", "onnx:…"),
        ("gait:fast", "the policy 'gait' takes no argument, got 'gait:fast'", "Write 'gait'."),
        ("zero:", "the policy 'zero' takes no argument, got 'zero:'", "Write 'zero'."),
    ],
)
def test_a_wrong_name_is_told_with_a_remedy(text, cause, remedy):
    with pytest.raises(InputError) as caught:
        PolicyName.parse(text)
    assert caught.value.cause.startswith(cause)
    assert remedy in caught.value.remedy


def test_agents_are_chosen_by_id_pattern_and_team():
    agents, teams = ("ant_0", "ant_1", "point_0"), ("red", "red", "blue")
    assert select_agents("ant_1", agents, teams) == ["ant_1"]
    assert select_agents("ant_*", agents, teams) == ["ant_0", "ant_1"]
    assert select_agents("*", agents, teams) == list(agents)
    assert select_agents("team:blue", agents, teams) == ["point_0"]
    with pytest.raises(InputError, match="no agent") as caught:
        select_agents("team:bleu", agents, teams)
    assert "Did you mean 'team:blue'?" in caught.value.remedy


@pytest.mark.parametrize("name", ["zero", "random", "gait"])
def test_actions_are_in_range_and_of_the_right_size(rollout, name):
    result = rollout.reset()
    for _ in range(3):
        actions = bind(rollout, {"*": name})(result)
        for agent in rollout.agents:
            assert actions[agent].shape == (3, rollout.action_size(agent))
            assert (np.abs(actions[agent]) <= 1).all()
        result = rollout.step(actions)


def test_keyboard_is_for_the_browser(rollout):
    assert POLICIES.get("keyboard").browser
    with pytest.raises(InputError, match="needs the web page"):
        bind(rollout, {"*": "keyboard"})


# --- random -------------------------------------------------------------------------------------


def mixed(words):
    """The definition, in whole numbers."""
    h = 0
    for word in words:
        h = ((h ^ word) + 0x9E3779B9) & 0xFFFFFFFF
        h = ((h ^ (h >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
        h = ((h ^ (h >> 15)) * 0x846CA68B) & 0xFFFFFFFF
        h ^= h >> 16
    return h / 2**31 - 1


def test_random_is_the_hash_that_is_documented():
    seed = (5 << 32) + 0xFFFFFFFF
    found = draw_actions(seed, policy_input(world=7, episode=2, agent=1, step=99), 4)
    assert found.tolist() == [[mixed((0xFFFFFFFF, 5, 7, 2, 1, 99, j)) for j in range(4)]]


def test_random_is_uniform_and_differs_by_all_that_it_depends_on():
    many = draw_actions(0, policy_input(20_000, step=np.arange(20_000)), 4)
    assert many.min() >= -1
    assert many.max() < 1
    counts = np.histogram(many, bins=20, range=(-1, 1))[0] / many.size
    np.testing.assert_allclose(counts, 0.05, atol=0.003)
    assert abs(np.corrcoef(many[:-1, 0], many[1:, 0])[0, 1]) < 0.03
    assert abs(np.corrcoef(many[:, 0], many[:, 1])[0, 1]) < 0.03
    seen = [draw_actions(0, policy_input(), 3)] + [
        draw_actions(0, policy_input(**{key: 1}), 3) for key in ("step", "episode", "world", "agent")
    ]
    seen.append(draw_actions(1, policy_input(), 3))
    assert len({tuple(values[0]) for values in seen}) == len(seen)


def test_random_is_reproducible_whatever_else_runs(pack):
    """The actions of a world don't depend on what it runs beside, nor on what was drawn before."""
    together, alone = Rollout(list(pack)), Rollout(pack[1])
    both = []
    for rollout in (together, alone):
        policies = PolicySet(rollout, {"*": "random"}, seed=3)
        result = rollout.reset(episode=1)
        for _ in range(4):
            actions = policies(result)
            result = rollout.step(actions)
        both.append(actions["ant_1"])
    np.testing.assert_array_equal(both[0][1], both[1][0])
    assert not np.array_equal(both[0][0], both[0][1])


# --- binding ------------------------------------------------------------------------------------


def test_each_agent_has_the_policy_that_it_was_given(rollout):
    policies = bind(rollout, {"*": "zero", "ant_0": "gait", "team:blue": "random"})
    # an id comes before a pattern, and a pattern before those after it
    assert policies.bound("ant_0") == ["gait"] * 3
    assert policies.bound("ant_1") == policies.bound("point_0") == ["zero"] * 3
    policies = bind(rollout, {"team:blue": "random", "*": "zero"})
    assert policies.bound("point_0") == ["random"] * 3


def test_a_switch_changes_exactly_the_agents_chosen_at_the_next_step(rollout):
    policies = bind(rollout, {"*": "random"})
    result = rollout.reset()
    before = policies(result)
    policies.bind({"ant_1": "zero"}, worlds=[0, 2])
    after = policies(result)
    assert policies.bound("ant_1") == ["zero", "random", "zero"]
    assert (after["ant_1"][[0, 2]] == 0).all()
    np.testing.assert_array_equal(after["ant_1"][1], before["ant_1"][1])
    for agent in ("ant_0", "point_0"):
        np.testing.assert_array_equal(after[agent], before[agent])


@pytest.mark.parametrize(
    ("policies", "cause"),
    [
        ({"ant_0": "gait"}, "ant_1, point_0 have no policy"),
        ({"ant_*": "gait"}, "point_0 has no policy"),
        ({"*": "gait", "ant_7": "zero"}, "no agent of this world matches 'ant_7'"),
        ({"*": "walk"}, "unknown policy 'walk'"),
    ],
)
def test_a_wrong_binding_is_told(rollout, policies, cause):
    with pytest.raises(InputError) as caught:
        bind(rollout, policies)
    assert caught.value.cause == cause


def test_what_is_wrong_changes_nothing(rollout):
    policies = bind(rollout, {"*": "random"})
    for wrong in ({"*": "zero", "ant_0": "keyboard"}, {"*": "zero", "ant_9": "zero"}):
        with pytest.raises(InputError):
            policies.bind(wrong)
    with pytest.raises(InputError, match="there is no world 3"):
        policies.bind({"*": "zero"}, worlds=[0, 3])
    assert policies.bound("ant_0") == ["random"] * 3


def test_a_seat_says_what_there_is_to_drive(rollout):
    found = interface(rollout, "ant_0")
    assert (found.robot, found.task) == ("ant", "sumo")
    assert found.actuators[:2] == ("hip_0", "ankle_0")
    assert found.observed == rollout.reset()["ant_0"].observation.shape[1]


def test_an_episode_is_played_by_policies(rollout):
    outcomes = play(rollout, bind(rollout, {"ant_*": "gait", "*": "zero"}))
    assert all(set(outcome) == set(rollout.agents) for outcome in outcomes)


def test_a_robot_without_a_gait_is_told(pack, rollout):
    found = interface(rollout, "ant_0")
    other = type(found)("tumbler", found.task, found.observation, ("wheel",), (-1.0,), (1.0,))
    with pytest.raises(EnvgenError) as caught:
        PolicyName("gait").bind(other)
    assert caught.value.cause == "there is no gait for the robot 'tumbler' with 1 actuators"
    assert "ant, biped" in caught.value.remedy
