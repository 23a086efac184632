"""Several agents: PettingZoo's own checks on every task for several, and its conventions."""

from __future__ import annotations

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test, parallel_seed_test
from unit.envs.conftest import write_pack

import envgen
from envgen.core.errors import InputError

TASKS = {
    "race": [{"model": "ant", "count": 3}],
    "sumo": [{"model": "ant", "count": 2}],
    "tag": [{"model": "ant", "count": 3}],
    "soccer": [{"model": "ant", "count": 4}],
    "push": [{"model": "ant", "count": 2}],
}


@pytest.mark.slow
@pytest.mark.filterwarnings("default::UserWarning")  # of the checks: they step what has ended
@pytest.mark.parametrize("task", TASKS)
def test_pettingzoos_checks_pass(tmp_path, task):
    size = {"terrain": {"size": [14, 14], "sub_terrains": [{"kind": "flat"}]}}
    pack = write_pack(tmp_path / "p", 2, task={"kind": task}, robots=TASKS[task], **size)
    parallel_api_test(envgen.parallel_env(pack, 1), num_cycles=60)
    parallel_seed_test(lambda: envgen.parallel_env(pack, None), num_cycles=12)


def test_agents_leave_when_their_episode_has_ended(sumo):
    env = envgen.parallel_env(sumo, index=1)
    assert env.agents == []
    observations, infos = env.reset(seed=0)
    assert env.agents == env.possible_agents == ["ant_0", "ant_1"] == list(observations)
    assert infos["ant_1"]["variant"] == 1
    assert infos["ant_1"]["drawn"] == dict(sumo[1].drawn)
    while env.agents:
        live = list(env.agents)
        observations, rewards, terminated, truncated, infos = env.step(
            {agent: np.zeros(env.action_space(agent).shape) for agent in live}
        )
        for values in (observations, rewards, terminated, truncated, infos):
            assert list(values) == live
        for agent in live:
            about = set() if agent in env.agents else {"variant", "difficulty", "drawn"}
            assert set(infos[agent]) == {"is_success"} | about
            if about:
                assert (infos[agent]["variant"], infos[agent]["drawn"]) == (1, dict(sumo[1].drawn))
            assert observations[agent] in env.observation_space(agent)
            assert (terminated[agent] or truncated[agent]) == (agent not in env.agents)
    with pytest.raises(InputError, match="have ended"):
        env.step({})


def test_every_live_agent_needs_an_action(sumo):
    env = envgen.parallel_env(sumo)
    env.reset(seed=0)
    with pytest.raises(InputError, match="ant_1 has no action"):
        env.step({"ant_0": np.zeros(env.action_space("ant_0").shape)})


def test_the_state_is_of_the_whole_world(sumo):
    env = envgen.parallel_env(sumo)
    env.reset(seed=0)
    model = sumo[0].world().model
    assert env.state().shape == (model.nq + model.nv,)
    assert env.state().dtype == np.float32


def test_one_agent_is_possible_too(ants):
    env = envgen.parallel_env(ants, index=[0, 3])
    assert {env.reset(seed=seed)[1]["ant_0"]["variant"] for seed in range(12)} == {0, 3}
    _, infos = env.reset(options={"variant": 3})
    assert infos["ant_0"]["variant"] == 3


@pytest.mark.parametrize(
    ("options", "match"),
    [({"index": 9}, "has no variant 9"), ({"render_mode": "human"}, "unknown render_mode")],
)
def test_wrong_arguments_are_refused(sumo, options, match):
    with pytest.raises(InputError, match=match):
        envgen.parallel_env(sumo, **options)
