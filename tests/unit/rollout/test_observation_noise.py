"""Noise of observations: its size, its streams, and what is recorded."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from envgen.packs.make import make
from envgen.rollout.rollout import Rollout

NOISE = 0.1


@pytest.fixture(scope="module")
def variants(tmp_path_factory):
    cfg = {
        "name": "noisy",
        "terrain": {"size": [12, 12]},
        "robots": [{"model": "ant", "count": 2}],
        "task": {"kind": "stand"},
    }
    return list(make(cfg, 2, out=tmp_path_factory.mktemp("p") / "pack", jobs=1))


def act(k):
    return {agent: np.sin(np.arange(8) + 0.7 * k) for agent in ("ant_0", "ant_1")}


def seen(rollout, episode, steps):
    """(steps + 1, agents, slots, k) observations of an episode."""
    results = [rollout.reset(episode)] + [rollout.step(act(k)) for k in range(steps)]
    return np.array([[own.observation for own in result.values()] for result in results])


def test_it_is_gaussian_in_every_column_fresh_in_every_step_and_of_each_agent(variants):
    noisy = Rollout(variants, randomize={"observation_noise": NOISE})
    added = seen(noisy, 3, 50) - seen(Rollout(variants), 3, 50)
    assert added.shape[:3] == (51, 2, 2)
    assert added.std(axis=(0, 1, 2)) == pytest.approx(np.full(added.shape[3], NOISE), rel=0.25)
    assert abs(added.mean()) < 0.005
    draws = added.reshape(-1, added.shape[3])
    assert len({row[0] for row in draws.tolist()}) == len(draws)  # no two are the same
    apart = np.corrcoef(added.transpose(1, 2, 0, 3).reshape(4, -1))
    assert np.abs(apart - np.eye(4)).max() < 0.1
    # the physics does not know of it
    np.testing.assert_array_equal(noisy.state.qpos, _after(variants))


def _after(variants):
    calm = Rollout(variants)
    seen(calm, 3, 50)
    return calm.state.qpos


def test_an_episode_is_seen_the_same_in_any_slot_and_again(variants):
    setting = {"observation_noise": [0.05, NOISE]}
    many = Rollout(variants, slots=[1, 0, 1], randomize=setting, threads=2)
    alone = Rollout(variants[1], randomize=setting)
    first = seen(many, 4, 20)
    np.testing.assert_array_equal(first[:, :, 0], first[:, :, 2])
    np.testing.assert_array_equal(seen(alone, 4, 20)[:, :, 0], first[:, :, 0])
    assert not np.array_equal(seen(many, 5, 20), first)
    np.testing.assert_array_equal(seen(many, 4, 20), first)


def test_observing_again_gives_what_was_seen(variants):
    rollout = Rollout(variants, randomize={"observation_noise": NOISE})
    for k in range(3):
        result = rollout.step(act(k)) if k else rollout.reset(1)
        for agent, observation in rollout.observe().items():
            np.testing.assert_array_equal(observation, result[agent].observation)


@pytest.mark.parametrize("done", [3, 16, 20])
def test_it_goes_on_after_saving_and_pickling(variants, done):
    rollout = Rollout(variants, slots=[0, 1, 1], randomize={"observation_noise": NOISE})
    rollout.reset([0, 1, 2])
    for k in range(done):
        rollout.step(act(k))
    saved, copy = rollout.save(), pickle.loads(pickle.dumps(rollout))
    expected = [rollout.step(act(k))["ant_1"].observation for k in range(done, done + 18)]
    rollout.reset(7)
    rollout.restore(saved)
    for again in (rollout, copy):
        got = [again.step(act(k))["ant_1"].observation for k in range(done, done + 18)]
        np.testing.assert_array_equal(got, expected)


def test_other_slots_keep_what_they_saw_when_some_are_reset(variants):
    rollout = Rollout(variants, slots=[0, 1, 1], randomize={"observation_noise": NOISE})
    rollout.reset(0)
    before = rollout.step(act(0))["ant_0"].observation
    after = rollout.reset(1, [1])["ant_0"].observation
    np.testing.assert_array_equal(after[[0, 2]], before[[0, 2]])
    assert not np.array_equal(after[1], before[1])
