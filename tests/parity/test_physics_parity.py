"""The same physics in Python and in a browser's module, for every built-in robot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest
from support.parity import Ask, Case, free_run, ground, make_case

from envgen.core.families import ROBOTS
from envgen.policies.gait import gait_for

ROBOT_NAMES = ROBOTS.names()
SEED, STEPS = 11, 300
TIMES = [0.0, 0.05, 0.7, 3.21, 19.95, 777.7]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """A world of each robot, on rough ground."""

    def case(name: str) -> Case:
        cfg = {
            "terrain": ground("rough", 8.0),
            "robots": [{"model": name}],
            "difficulty": 0.3,
            "control": {"episode": 1000.0},
        }
        return make_case(cfg, tmp_path_factory.mktemp(name))

    return {name: case(name) for name in ROBOT_NAMES}


@pytest.fixture(scope="module")
def compared(cases: dict[str, Case], ask: Ask) -> dict[str, dict[str, Any]]:
    """By robot, what each side computes."""
    rng = np.random.default_rng(3)
    questions, expected = [], []
    for case in cases.values():
        low, high = case.model.actuator_ctrlrange.T
        controls = rng.uniform(low, high, (100, case.model.nu))
        free = free_run(case, controls)
        befores, afters, judged = [], [], []
        episode = 0
        while len(befores) < STEPS:
            for state, result in case.walk(SEED, episode, STEPS - len(befores)):
                befores.append(state)
                judged.append(result)
            episode += 1
        # the controls of a step are written by it: they are in the state that is stepped
        model, data = case.model, mujoco.MjData(case.model)
        for before in befores:
            _put(model, data, before)
            data.ctrl[:] = rng.uniform(low, high)
            before["ctrl"] = np.array(data.ctrl).tolist()
            mujoco.mj_step1(model, data)
            for half in range(case.rollout.frame_skip[0]):
                if half == 0 and model.opt.integrator != mujoco.mjtIntegrator.mjINT_RK4:
                    mujoco.mj_step2(model, data)
                else:
                    mujoco.mj_step(model, data)
            mujoco.mj_step1(model, data)
            afters.append(np.array(data.qpos))
        verdicts = [_judge(case, state) for state in befores[::10]]
        questions.append(
            case.question(free=controls.tolist(), reseeded=befores, judged=befores[::10], gait=TIMES)
        )
        expected.append({"free": free, "reseeded": np.array(afters), "judged": verdicts})
    answers = ask(questions)
    return {name: {"expected": want, "answer": got} for name, want, got in zip(cases, expected, answers)}


def _put(model: Any, data: Any, state: dict[str, Any]) -> None:
    mujoco.mj_resetDataKeyframe(model, data, 0)
    for name in ("qpos", "qvel", "act", "ctrl", "qacc_warmstart"):
        getattr(data, name)[:] = state[name]
    data.time = state["time"]


def _judge(case: Case, state: dict[str, Any]) -> list[dict[str, Any]]:
    """What the task says of a state."""
    rollout, data = case.rollout, mujoco.MjData(case.model)
    _put(case.model, data, state)
    mujoco.mj_forward(case.model, data)
    verdicts = [rollout.judge([data], agent, rollout.over, rollout.period) for agent in rollout.agents]
    return [
        {
            "observation": verdict.observation[0],
            "rewards": np.array([value[0] for value in verdict.rewards.values()]),
            "terminated": [bool(holds[0]) for holds in verdict.terminated.values()],
            "success": bool(verdict.success[0]),
        }
        for verdict in verdicts
    ]


@pytest.mark.parametrize("robot", ROBOT_NAMES)
def test_a_hundred_steps_end_at_the_same_place(robot: str, compared: dict[str, Any]) -> None:
    expected, answer = compared[robot]["expected"], compared[robot]["answer"]
    assert np.abs(expected["free"] - answer["free"]).max() <= 1e-9


@pytest.mark.parametrize("robot", ROBOT_NAMES)
def test_each_control_step_from_the_same_state_agrees(robot: str, compared: dict[str, Any]) -> None:
    expected, answer = compared[robot]["expected"], compared[robot]["answer"]
    assert expected["reseeded"].shape[0] == STEPS
    assert np.abs(expected["reseeded"] - np.array(answer["reseeded"])).max() <= 1e-9


@pytest.mark.parametrize("robot", ROBOT_NAMES)
def test_observations_and_rewards_of_a_state_agree(robot: str, compared: dict[str, Any]) -> None:
    expected, answer = compared[robot]["expected"], compared[robot]["answer"]
    for want_all, got_all in zip(expected["judged"], answer["judged"], strict=True):
        for want, got in zip(want_all, got_all, strict=True):
            assert np.abs(want["observation"] - got["observation"]).max() <= 1e-9
            assert np.abs(want["rewards"] - got["rewards"]).max() <= 1e-9
            assert want["terminated"] == got["terminated"]
            assert want["success"] == got["success"]


@pytest.mark.parametrize("robot", ROBOT_NAMES)
def test_gaits_are_the_same(robot: str, compared: dict[str, Any], cases: dict[str, Case]) -> None:
    at = cases[robot].rollout.context.layouts[f"{robot}_0"][0]
    names = [name.removeprefix(f"{robot}_0/") for name in cases[robot].rollout.worlds[0].names("actuator")]
    gait = gait_for(robot, names, at.low.tolist(), at.high.tolist())
    assert gait is not None
    assert np.abs(gait.action(np.array(TIMES)) - compared[robot]["answer"]["gait"]).max() <= 1e-12


def test_there_is_a_case_for_every_robot(cases: dict[str, Case]) -> None:
    assert len(cases) >= 12
    assert all(Path(case.frame).stat().st_size > 1000 for case in cases.values())
