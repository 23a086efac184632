"""Adapters to training libraries, with these libraries; they come with `scripts/setup tests`."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import envgen
from envgen.packs.make import make
from envgen.packs.pack import Pack

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def ants(tmp_path_factory) -> Pack:
    cfg = {
        "name": "learn",
        "terrain": {"size": [8, 8], "sub_terrains": [{"kind": "rough"}]},
        "robots": [{"model": "ant"}],
        "task": {"kind": "goal"},
        "difficulty": [0, 1],
        "control": {"episode": 0.5},
    }
    return make(cfg, 4, seed=3, out=tmp_path_factory.mktemp("learn") / "p", jobs=1)


@pytest.fixture
def sb3():
    return pytest.importorskip("stable_baselines3")


def test_stable_baselines3_finds_nothing_wrong_with_the_single_environment(ants, sb3):
    from stable_baselines3.common.env_checker import check_env

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(envgen.make_env(ants).unwrapped)


def test_stable_baselines3_trains(ants, sb3):
    from envgen.envs.adapters.sb3 import PackVecEnv

    env = PackVecEnv(ants, 8)
    before = env.env.rollout.indices.copy()
    model = sb3.PPO("MlpPolicy", env, n_steps=32, batch_size=64, n_epochs=2, seed=0, device="cpu")
    model.learn(8 * 32 * 3)
    assert {info["l"] for info in model.ep_info_buffer} >= {10}
    assert len(model.ep_success_buffer) == len(model.ep_info_buffer)
    assert (env.env.rollout.indices != before).any()


def test_stable_baselines3_gets_the_last_observation_and_truncations(ants, sb3):
    from envgen.envs.adapters.sb3 import PackVecEnv

    env = PackVecEnv(ants, 2)
    env.seed(3)
    first = env.reset()
    assert {info["variant"] for info in env.reset_infos} <= set(range(4))
    env.seed(3)
    np.testing.assert_array_equal(env.reset(), first)
    env.set_options({"variant": 2})
    env.reset()
    assert [info["variant"] for info in env.reset_infos] == [2, 2]
    done = np.zeros(2, dtype=bool)
    while not done.any():
        observation, reward, done, infos = env.step(np.zeros((2, 8)))
    slot = int(np.flatnonzero(done)[0])
    assert reward.dtype == np.float32
    assert infos[slot]["TimeLimit.truncated"] is True
    assert infos[slot]["variant"] == 2
    assert infos[slot]["episode"]["l"] == 10
    assert infos[slot]["is_success"] is False
    assert (infos[slot]["terminal_observation"] != observation[slot]).any()
    assert env.get_attr("agent") == ["ant_0"] * 2
    assert env.get_attr("agent", [0]) == ["ant_0"]
    assert env.env_is_wrapped(object) == [False, False]
    env.close()


def test_rsl_rl_runs_a_few_iterations(ants, tmp_path):
    pytest.importorskip("rsl_rl")
    from rsl_rl.runners import OnPolicyRunner

    from envgen.envs.adapters.rsl_rl import PackRslEnv
    from envgen.learn.settings import TrainSettings

    env = PackRslEnv(ants, 8, seed=1)
    settings = TrainSettings(horizon=12, epochs=2, minibatches=2, hidden=(16, 16))
    runner = OnPolicyRunner(env, settings.to_rsl_rl(), str(tmp_path), device="cpu")
    before = [p.detach().clone() for p in runner.alg.get_policy().parameters()]
    runner.learn(3, init_at_random_ep_len=False)
    after = list(runner.alg.get_policy().parameters())
    assert any((a != b).any() for a, b in zip(before, after))


def test_rsl_rl_bootstraps_where_time_was_up(ants):
    pytest.importorskip("rsl_rl")
    from envgen.envs.adapters.rsl_rl import GROUP, PackRslEnv

    env = PackRslEnv(ants, 3)
    assert env.get_observations()[GROUP].shape == (3, env.env.single_observation_space.shape[0])
    assert env.max_episode_length == 10
    done = torch.zeros(3)
    for _ in range(env.max_episode_length):
        observation, reward, done, extras = env.step(torch.zeros(3, 8))
    assert done.tolist() == [1, 1, 1]
    assert extras["time_outs"].all()
    assert reward.dtype == torch.float32
    assert env.episode_length_buf.tolist() == [0, 0, 0]
    assert torch.equal(env.get_observations()[GROUP], observation[GROUP])
