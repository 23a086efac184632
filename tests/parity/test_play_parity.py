"""Episodes, draws, tasks of several agents and networks, in Python and on the browser's side."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest
from support.parity import RANDOMIZE, Ask, Case, ground, make_case

from envgen.policies.base import AgentInterface, PolicyInput, PolicyName
from envgen.policies.onnx_file import metadata, mlp

GAMES: dict[str, dict[str, Any]] = {
    "walk": {"robots": [{"model": "ant"}], "task": {"kind": "walk"}},
    "goal": {"robots": [{"model": "quadruped"}], "task": {"kind": "goal"}},
    "scan": {
        "terrain": ground("rough", 14.0),
        "robots": [{"model": "ant", "params": {"height_scan": 5, "foot_touch": 1, "imu": 1}}],
        "task": {"kind": "goal"},
        "difficulty": 0.3,
    },
    "climb": {"robots": [{"model": "ant"}], "task": {"kind": "climb"}},
    "escape": {"robots": [{"model": "rover"}], "task": {"kind": "escape"}},
    "stand": {"robots": [{"model": "snake"}], "task": {"kind": "stand"}},
    "push": {"robots": [{"model": "ant", "count": 2}], "task": {"kind": "push"}},
    "race": {"robots": [{"model": "hopper", "count": 3}], "task": {"kind": "race"}},
    "sumo": {"robots": [{"model": "ant", "count": 2}], "task": {"kind": "sumo"}},
    "tag": {
        "robots": [{"model": "quadruped", "role": "chaser"}, {"model": "ant", "count": 2, "role": "runner"}],
        "task": {"kind": "tag"},
    },
    "soccer": {
        "robots": [
            {"model": "ant", "count": 2, "team": "red"},
            {"model": "point", "count": 2, "team": "blue"},
        ],
        "task": {"kind": "soccer", "weights": {"effort": [0.05, 0.2]}},
    },
}
SEED, EPISODE, STEPS = 2**40 + 5, 3, 40
LATE = {"name": "late", "expr": ["gt", ["time"], 0.32]}
"""A term that cuts an episode off after seven control steps of an ant."""
CHANGED: dict[str, dict[str, Any]] = {
    "cut off": {"truncated": [LATE]},
    "done at the end": {
        "truncated": [LATE],
        "success": {"name": "there", "expr": ["gt", ["time"], 0.1], "at": "end"},
        "reward": [{"name": "alive", "weight": 3, "per": "second", "expr": 1}],
    },
}
"""What of a task's data is other than in the built-in tasks."""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """A world of each game; physics are drawn at resets."""
    flat = {"terrain": ground("flat", 14.0), "control": {"episode": 10.0}, "randomize": RANDOMIZE}
    found = {name: make_case({**flat, **game}, tmp_path_factory.mktemp(name)) for name, game in GAMES.items()}
    for name, task in CHANGED.items():
        found[name] = make_case({**flat, **GAMES["walk"]}, tmp_path_factory.mktemp("changed"), task)
    return found


@pytest.fixture(scope="module")
def played(cases: dict[str, Case], ask: Ask) -> dict[str, Any]:
    """By game, the episode on both sides."""
    expected = {name: _play(case) for name, case in cases.items()}
    given = {"seed": SEED, "episode": EPISODE, "steps": STEPS}
    answers = ask([case.question(played=given) for case in cases.values()])
    return {name: (expected[name], answer["played"]) for name, answer in zip(cases, answers)}


def _play(case: Case) -> list[dict[str, Any]]:
    rows = []
    for _, result in case.walk(SEED, EPISODE, STEPS):
        agents = [
            {
                "reward": float(result[agent].reward[0]),
                "observation": result[agent].observation[0],
                "ending": result[agent].ending[0],
            }
            for agent in case.rollout.agents
        ]
        rows.append({"qpos": np.array(case.data.qpos), "agents": agents})
    return rows


@pytest.mark.parametrize("game", [*GAMES, *CHANGED])
def test_an_episode_is_the_same(game: str, played: dict[str, Any]) -> None:
    expected, answer = played[game]
    assert len(expected) == len(answer["rows"]) > 1
    last = len(expected) - 1
    for step, (want, got) in enumerate(zip(expected, answer["rows"])):
        if step == last and answer["ended"]:
            continue  # there the next episode has begun
        assert np.abs(want["qpos"] - got["qpos"]).max() <= 1e-7, f"step {step}"
        for mine, theirs in zip(want["agents"], got["agents"], strict=True):
            assert np.abs(mine["observation"] - theirs["observation"]).max() <= 1e-3
            over = mine["ending"] is None and mine["reward"] == 0.0
            assert over or abs(mine["reward"] - theirs["reward"]) <= 1e-5
    endings = {(i, a["ending"]) for row in expected for i, a in enumerate(row["agents"]) if a["ending"]}
    assert endings == {(end["agent"], end["ending"]) for end in answer["ended"]}


@pytest.fixture(scope="module")
def judged(cases: dict[str, Case], ask: Ask) -> dict[str, Any]:
    """By game, verdicts of states, some of them with an agent that is over."""
    expected, questions = {}, []
    for name, case in cases.items():
        states = [state for state, _ in case.walk(SEED, 1, 12)][::2]
        for i, state in enumerate(states):
            n = len(state["over"])
            state["over"] = [n > 1 and i % n == k for k in range(n)]
        expected[name] = [_verdicts(case, state) for state in states]
        # drawn masses are the compiled ones for both
        questions.append(case.question(judged=states))
    return {name: (expected[name], answer["judged"]) for name, answer in zip(cases, ask(questions))}


def _verdicts(case: Case, state: dict[str, Any]) -> list[Any]:
    model, rollout = case.model, case.rollout
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    for name in ("qpos", "qvel", "act", "ctrl", "qacc_warmstart"):
        getattr(data, name)[:] = state[name]
    data.time = state["time"]
    mujoco.mj_forward(model, data)
    over = np.array([state["over"]])
    return [rollout.judge([data], agent, over, rollout.period) for agent in rollout.agents]


@pytest.mark.parametrize("game", GAMES)
def test_all_terms_of_all_agents_agree(game: str, judged: dict[str, Any]) -> None:
    expected, answers = judged[game]
    assert len(expected) == len(answers) > 1
    for want_all, got_all in zip(expected, answers):
        for want, got in zip(want_all, got_all, strict=True):
            assert np.abs(want.observation[0] - got["observation"]).max() <= 1e-9
            rewards = np.array([value[0] for value in want.rewards.values()])
            assert np.abs(rewards - got["rewards"]).max() <= 1e-9
            assert [bool(holds[0]) for holds in want.terminated.values()] == got["terminated"]
            assert bool(want.success[0]) == got["success"]


@pytest.mark.parametrize("game", ["soccer", "race", "walk"])
def test_draws_of_resets_are_bit_for_bit_the_same(game: str, cases: dict[str, Case], ask: Ask) -> None:
    case = cases[game]
    episodes = [0, 1, 2, 77, 2**33]
    (answer,) = ask([case.question(drawn=episodes)])
    rollout = case.rollout
    geoms = [*rollout.worlds[0].terrain_geoms, *rollout.worlds[0].obstacle_geoms]
    for episode, got in zip(episodes, answer["drawn"], strict=True):
        case.rollout.reset(episode)
        drawn = case.rollout.physics[0]
        for key in ("friction_scale", "mass_scale", "gear_scale", "push_interval", "motor_scale", "latency"):
            assert getattr(drawn, key) == got[key]
        # through exp and log, whose last bits are each library's own
        assert drawn.push == pytest.approx(got["push"], rel=1e-14)
        model = rollout.engine.model(0)
        bodies = [b for i in range(len(case.rollout.agents)) for b in _bodies(case, i)]
        assert model.body_mass[bodies].tolist() == got["mass"]
        assert (
            model.actuator_gainprm[[j for i in _layouts(case) for j in i.actuators], 0].tolist()
            == got["gain"]
        )
        assert model.geom_friction[geoms, 0].tolist() == got["friction"]
        assert drawn.observation_noise == got["observation_noise"]
        assert drawn.start_noise == got["start_noise"]
        assert drawn.motors == tuple(got["motors"])
        assert np.abs(np.array(case.data.qpos) - got["qpos"]).max() <= 1e-12
        case.data.time = drawn.push_interval
        rollout._physics.push(np.array([drawn.push_interval - 0.1]), np.array([True]))
        assert np.abs(np.array(case.data.qvel) - got["qvel"]).max() <= 1e-12


def _layouts(case: Case) -> list[Any]:
    return [case.rollout.context.layouts[agent][0] for agent in case.rollout.agents]


def _bodies(case: Case, agent: int) -> list[int]:
    model, at = case.model, _layouts(case)[agent]
    return np.flatnonzero(model.body_rootid == model.body_rootid[at.root]).tolist()


def test_a_network_acts_the_same(cases: dict[str, Case], ask: Ask, tmp_path: Path) -> None:
    case, rng = cases["walk"], np.random.default_rng(1)
    layout = case.rollout.observation_layout("ant_0")
    sizes = [sum(size for _, size in layout), 64, 64, case.rollout.action_size("ant_0")]
    shapes = list(pairwise(sizes))
    weights = [rng.normal(0, 1 / np.sqrt(n), (n, m)).astype(np.float32) for n, m in shapes]
    biases = [rng.normal(0, 0.1, m).astype(np.float32) for _, m in shapes]
    path = tmp_path / "net.onnx"
    path.write_bytes(mlp(weights, biases, meta=metadata("ant", "walk", layout)))
    interface = AgentInterface(
        "ant", "walk", tuple(layout), tuple(str(i) for i in range(8)), (-1.0,) * 8, (1.0,) * 8
    )
    observations = rng.normal(0, 2, (33, sizes[0]))
    policy = PolicyName.parse(str(path)).bind(interface)
    rows = np.zeros(len(observations))
    count = np.zeros(len(observations), dtype=np.int64)
    expected = policy(PolicyInput(observations, rows, count, count, count, count))
    (answer,) = ask([case.question(network={"file": str(path), "observations": observations.tolist()})])
    assert np.ptp(expected) > 0.5
    assert np.abs(expected - np.array(answer["network"])).max() <= 1e-5
