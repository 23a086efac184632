"""The vector environment is Gymnasium's SyncVectorEnv of single environments, only faster."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from envgen.core.errors import InputError
from envgen.envs.single import PackEnv
from envgen.envs.vector import PackVectorEnv
from envgen.rollout.padded import structure

pytestmark = pytest.mark.slow

SLOTS = 3


def defined(infos):
    """Infos without those that no slot has."""
    kept = {}
    for name, values in infos.items():
        if not name.startswith("_") and infos[f"_{name}"].any():
            kept[name] = defined(values) if isinstance(values, dict) else values
            kept[f"_{name}"] = infos[f"_{name}"]
    return kept


def assert_equal(ours, theirs):
    *ours, our_infos = ours
    *theirs, their_infos = theirs
    assert data_equivalence(ours, theirs, exact=True)
    assert data_equivalence(defined(our_infos), their_infos, exact=True)


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize("name", ["ants", "balls"])
def test_it_equals_gymnasiums_own_vectorisation(request, name, mode):
    pack = request.getfixturevalue(name)
    index = None
    if name == "balls":  # one of each structure, so that each slot runs any
        index = list({structure(variant.world().model): variant.index for variant in pack}.values())
        assert len(index) >= SLOTS
    ours = PackVectorEnv(SLOTS, pack=pack, index=index, autoreset_mode=mode)
    theirs = SyncVectorEnv([lambda: PackEnv(pack, index) for _ in range(SLOTS)], autoreset_mode=mode)
    assert ours.metadata["autoreset_mode"] == mode
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    assert_equal(ours.reset(seed=5), theirs.reset(seed=5))
    actions, ends = np.random.default_rng(0), 0
    for _ in range(35):
        action = actions.uniform(-1, 1, (SLOTS, 8)).astype(np.float32)
        got = ours.step(action)
        assert_equal(got, theirs.step(action))
        assert got[0] in ours.observation_space
        done = got[2] | got[3]
        ends += int(done.sum())
        if mode is AutoresetMode.DISABLED and done.any():
            assert_equal(*(env.reset(options={"reset_mask": done.copy()}) for env in (ours, theirs)))
    assert ends >= 2 * SLOTS


def test_next_step_begins_the_next_episode_in_the_step_after_the_last(ants):
    env = PackVectorEnv(2, pack=ants, autoreset_mode="next_step")
    env.reset(seed=1)
    while True:
        observation, reward, _, truncated, info = env.step(np.zeros((2, 8)))
        if truncated.all():
            break
    assert info["_variant"].all()
    after, reward, terminated, truncated, info = env.step(np.ones((2, 8)))
    assert reward.tolist() == [0, 0]
    assert not (terminated | truncated).any()
    assert not info["_is_success"].any()
    assert (after != observation).any()
    assert env.rollout.state.time.tolist() == [0, 0]


def test_disabled_refuses_to_step_what_has_ended(ants):
    env = PackVectorEnv(2, pack=ants, autoreset_mode=AutoresetMode.DISABLED)
    env.reset(seed=1)
    done = np.zeros(2, dtype=bool)
    while not done.any():
        _, _, terminated, truncated, _ = env.step(np.zeros((2, 8)))
        done = terminated | truncated
    with pytest.raises(InputError, match="have ended"):
        env.step(np.zeros((2, 8)))


def trajectory(env, steps=30):
    seen = [env.reset(seed=9)[0]]
    actions = np.random.default_rng(1)
    for _ in range(steps):
        observation, reward, *_ = env.step(actions.uniform(-1, 1, env.action_space.shape))
        seen.append(np.c_[observation, reward])
    return seen


@pytest.mark.parametrize("name", ["ants", "balls"])
@pytest.mark.parametrize("slots", [3, 14])
def test_trajectories_depend_on_the_seed_and_not_on_threads(request, name, slots):
    pack = request.getfixturevalue(name)
    one, four = (trajectory(PackVectorEnv(slots, pack=pack, threads=n)) for n in (1, 4))
    for a, b in zip(one, four):
        np.testing.assert_array_equal(a, b)


def test_without_a_copy_every_step_writes_into_one_float32_buffer(ants):
    env = PackVectorEnv(2, pack=ants, copy=False)
    first, _ = env.reset(seed=0)
    second, *_ = env.step(np.zeros((2, 8)))
    assert second is first
    assert first.dtype == np.float32
    copying = PackVectorEnv(2, pack=ants)
    first, _ = copying.reset(seed=0)
    assert copying.step(np.zeros((2, 8)))[0] is not first


@pytest.mark.parametrize("sampling", ["uniform", "curriculum", "prioritized"])
def test_what_is_saved_in_the_middle_of_an_episode_goes_on(ants, sampling):
    env, other = (
        PackVectorEnv(3, pack=ants, autoreset_mode="same_step", sampling=sampling) for _ in range(2)
    )
    env.reset(seed=2)
    for _ in range(13):  # the second episode
        env.step(np.full((3, 8), 0.5))
    saved = pickle.loads(pickle.dumps(env.save()))
    ahead = [env.step(np.full((3, 8), -0.5)) for _ in range(30)]
    for again in (env, other):
        again.restore(saved)
        for step in ahead:
            assert_equal(again.step(np.full((3, 8), -0.5)), (*step[:4], defined(step[4])))
