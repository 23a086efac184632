"""What environments refuse, and what they say about it."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import envgen
from envgen.core.errors import InputError
from envgen.envs.vector import PackVectorEnv


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
            f"group {number}: ant_0 with {size} actuators ({sizes.count(size)} variants" in error.value.cause
        )
        env = envgen.make_vec(legs, 3, group=number)
        assert env.single_action_space.shape == (size,)
        assert {legs[i].world().model.nu for i in env.reset(seed=0)[1]["variant"]} == {size}


def test_a_damaged_pack_is_refused(ants, tmp_path):
    import shutil

    path = shutil.copytree(ants.path, tmp_path / "p")
    damaged = next((path / "variants").rglob("env.xml"))
    damaged.write_text(damaged.read_text().replace("0.", "1.", 1))
    with pytest.raises(InputError, match="differs from what the pack was made with"):
        envgen.make_vec(path)


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
