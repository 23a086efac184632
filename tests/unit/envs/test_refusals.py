"""What environments refuse, and what they say about it."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import envgen
from envgen.core.errors import InputError
from envgen.envs.parallel import PackParallelEnv
from envgen.envs.single import PackEnv
from envgen.envs.vector import PackVectorEnv
from envgen.rollout.rollout import Rollout


@pytest.mark.parametrize("count", [0, -1, 10**9, 2.0, "64", True])
def test_a_wrong_number_of_slots_is_refused(ants, count):
    with pytest.raises(InputError, match=r"num_envs must be an integer from 1 to 65,536, got"):
        envgen.make_vec(ants, count)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"autoreset_mode": "sometimes"}, "unknown autoreset_mode 'sometimes'"),
        ({"sampling": "unifrom"}, "unknown sampling 'unifrom'"),
        ({"render_mode": "human"}, "unknown render_mode 'human'"),
        ({"threads": 0}, "threads must be an integer"),
        ({"index": 99}, "has no variant 99"),
        ({"index": -1}, "has no variant -1"),
        ({"index": []}, "index must be"),
        ({"index": 1.5}, "index must be"),
        ({"index": "all"}, "index must be"),
        ({"group": 1}, "there is no group 1"),
        ({"group": "legs"}, "there is no group 'legs'"),
        ({"group": True}, "there is no group True"),
        ({"index": [[0], [1, 2]]}, "index must be"),
        ({"sampling": ["fixed"]}, "unknown sampling"),
        ({"sampling": None}, "unknown sampling None"),
    ],
)
def test_wrong_arguments_are_refused(ants, options, match):
    with pytest.raises(InputError, match=match):
        envgen.make_vec(ants, 2, **options)


def test_a_pack_of_several_agents_names_the_way_to_them(sumo):
    for make in (envgen.make_vec, envgen.make_env):
        with pytest.raises(InputError, match="have 2 agents: ant_0, ant_1") as error:
            make(sumo)
        assert "envgen.parallel_env" in error.value.remedy


def test_variants_with_different_spaces_are_refused_with_their_groups(legs):
    sizes = [sum(name.endswith("actuators") for name in ()) or v.world().model.nu for v in legs]
    with pytest.raises(InputError, match="differ in observation or action spaces") as error:
        envgen.make_vec(legs)
    groups = list(dict.fromkeys(sizes))
    assert len(groups) > 1
    for number, size in enumerate(groups):
        assert (
            f"group {number}: ant_0 with {size} actuators ({sizes.count(size)} variant" in error.value.cause
        )
        env = envgen.make_vec(legs, 3, group=number)
        assert env.single_action_space.shape == (size,)
        assert {legs[i].world().model.nu for i in env.reset(seed=0)[1]["variant"]} == {size}


def test_variants_with_different_agents_are_refused_with_their_groups(herds):
    counts = [len(variant.agents) for variant in herds]
    assert set(counts) == {1, 2}
    for make in (envgen.make_vec, lambda pack: envgen.parallel_env(pack, None)):
        with pytest.raises(InputError, match="ant_0 with 8 actuators, ant_1 with 8 actuators") as error:
            make(herds)
        assert "group=0" in error.value.remedy
        assert "--group 0" in error.value.on_command_line
    alone = list(dict.fromkeys(counts)).index(1)
    assert envgen.make_vec(herds, group=alone).num_envs == counts.count(1)


MAKERS = [envgen.make_env, envgen.make_vec, envgen.parallel_env]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("randomize", "cause", "remedy"),
    [
        (
            {"latencyy": 1},
            "randomize: latencyy: unknown key",
            "Did you mean 'latency'? Known: friction",
        ),
        ({"latency": 99}, "randomize: latency: 99 is out of range", "randomize.latency"),
        ({1: 2}, "must be a text, as all keys are", ""),
        ("latency", "randomize must be a table of keys, got 'latency'", "latency"),
        ([1], r"randomize must be a table of keys, got \[1\]", "latency"),
        (0, "randomize must be a table of keys, got 0", "latency"),
    ],
)
def test_wrong_settings_of_randomize_are_refused(ants, make, randomize, cause, remedy):
    with pytest.raises(InputError, match=cause) as error:
        make(ants, randomize=randomize)
    assert remedy in error.value.remedy


def test_wrong_settings_are_told_from_variants_that_differ(legs):
    with pytest.raises(InputError, match="unknown key 'latencyy'"):
        envgen.make_vec(legs, randomize={"latencyy": 1})


@pytest.mark.parametrize("make", MAKERS)
def test_settings_of_randomize_are_used(ants, make):
    env = make(ants, randomize={"latency": 3, "mass_scale": 1.5})
    env.reset(seed=0)
    rollout = env.rollout if hasattr(env, "rollout") else env.unwrapped.rollout
    assert {(own.latency, own.mass_scale) for own in rollout.physics} == {(3, 1.5)}
    assert all(own.friction_scale != 1 for own in rollout.physics)  # the pack's own are kept


def test_a_damaged_pack_is_refused(ants, tmp_path):
    import shutil

    path = shutil.copytree(ants.path, tmp_path / "p")
    damaged = next((path / "variants").rglob("env.xml"))
    damaged.write_text(damaged.read_text().replace("0.", "1.", 1))
    with pytest.raises(InputError, match="differs from what the pack was made with"):
        envgen.make_vec(path)


NO_NUMBERS = [None, "forward", {}, [[1], [1, 2]], np.zeros(8) + 1j, np.array([None] * 8)]


@pytest.mark.parametrize("action", NO_NUMBERS)
def test_actions_that_are_no_real_numbers_are_refused(ants, action):
    single, vector, parallel = PackEnv(ants, 0), PackVectorEnv(1, pack=ants), PackParallelEnv(ants, 0)
    for env in (single, vector, parallel):
        env.reset(seed=0)
    rollout = Rollout(ants[0])
    rollout.reset()
    for step in (single.step, vector.step, rollout.step, parallel.step):
        given = {"ant_0": action} if step in (rollout.step, parallel.step) else action
        with pytest.raises(InputError, match="must be an array of real numbers"):
            step(given)


def test_actions_of_several_agents_are_a_table(sumo):
    env = PackParallelEnv(sumo)
    env.reset(seed=0)
    for step in (env.step, env.rollout.step):
        for actions in (None, [1], np.zeros(8)):
            with pytest.raises(InputError, match="actions must be a table by agent"):
                step(actions)
    with pytest.raises(InputError, match=r"the action of ant_1 must have the shape \(8,\), got \(7,\)"):
        env.step({"ant_0": np.zeros(8), "ant_1": np.zeros(7)})


def test_a_single_environment_speaks_of_itself(ants):
    env = PackEnv(ants, [0, 2])
    messages = []

    def refused(act):
        with pytest.raises(InputError) as error:
            act()
        messages.append(str(error.value))

    env.reset(seed=0)
    for action in (np.zeros(7), np.zeros((1, 8)), 0.0):
        refused(lambda action=action: env.step(action))
        assert "the action must have the shape (8,)" in messages[-1]
    for options in ({"variant": 1}, {"variant": [0, 1]}, {"reset_mask": np.array([True])}, {"other": 1}):
        refused(lambda options=options: env.reset(options=options))
    for seed in ([1, 2], -1, "a", True):
        refused(lambda seed=seed: env.reset(seed=seed))
    while not any(env.step(np.zeros(8))[2:4]):
        pass
    refused(lambda: env.step(np.zeros(8)))
    assert messages[-1] == "the episode has ended\nCall reset."
    for word in ("slot", "terminations", "1 of them", "rows"):
        assert not [text for text in messages if word in text]
    assert env.reset(seed=np.int64(3))[1]["variant"] in (0, 2)


@pytest.mark.parametrize("options", [[1, 2], "variant", 7])
def test_options_are_a_table(ants, options):
    for env in (PackEnv(ants), PackVectorEnv(2, pack=ants), PackParallelEnv(ants)):
        with pytest.raises(InputError, match="options must be a table of names"):
            env.reset(options=options)


@pytest.mark.parametrize("action", [np.zeros(8), np.zeros((3, 8)), np.zeros((2, 7)), 0.0])
def test_actions_of_another_shape_are_refused(ants, action):
    env = PackVectorEnv(2, pack=ants)
    env.reset(seed=0)
    with pytest.raises(InputError, match=r"actions must have the shape \(2, 8\)"):
        env.step(action)


def test_actions_that_are_not_finite_are_refused(ants):
    env = PackVectorEnv(2, pack=ants)
    env.reset(seed=0)
    with pytest.raises(InputError, match="not finite"):
        env.step(np.full((2, 8), np.nan))


def test_the_first_reset_is_of_all_slots(ants):
    env = PackVectorEnv(2, pack=ants)
    with pytest.raises(Exception, match="call reset before step"):
        env.step(np.zeros((2, 8)))
    with pytest.raises(InputError, match="before the first reset"):
        env.reset(options={"reset_mask": np.array([True, False])})


@pytest.mark.parametrize(
    ("function", "missing"),
    [("make_env", "gymnasium"), ("make_vec", "gymnasium"), ("parallel_env", "pettingzoo")],
)
def test_a_missing_package_says_what_to_install(ants, monkeypatch, function, missing):
    for name in list(sys.modules):
        if name.split(".")[0] == missing or name.startswith("envgen.envs."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(InputError, match=f"{missing} is not installed") as error:
        getattr(envgen, function)(ants)
    assert "pip install 'envgen[gym]'" in error.value.remedy
