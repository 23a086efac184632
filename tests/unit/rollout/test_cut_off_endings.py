"""Episodes that are cut off by a term of the task, successes that are judged then, and rewards per second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import envgen
from envgen.rollout.rollout import Rollout
from envgen.tasks.base import TaskTerms, Term

CFG = {
    "name": "cut-off",
    "terrain": {"size": [8.0, 8.0], "cell": 0.2, "sub_terrains": [{"kind": "flat"}]},
    "robots": [{"model": "ant"}],
}
LATE = {"name": "late", "expr": ["gt", ["time"], 0.22]}
"""Holds in the fifth control step of an ant, which takes 50 ms."""


def changed(folder: Path, **task: Any) -> Rollout:
    """A rollout of two ants whose task's data is other than that of `walk`."""
    envgen.make({**CFG, "task": {"kind": "walk"}}, 2, out=folder / "p", jobs=1)
    path = folder / "p" / "pack.json"
    manifest = json.loads(path.read_text())
    manifest["task"] |= task
    path.write_text(json.dumps(manifest))
    return Rollout(list(envgen.Pack.open(folder / "p")))


def run(rollout: Rollout, most: int = 50) -> list[Any]:
    rollout.reset()
    steps = []
    while not rollout.done.all() and len(steps) < most:
        steps.append(rollout.step({"ant_0": np.zeros(8)})["ant_0"])
    return steps


def test_a_term_cuts_an_episode_off_which_is_no_failure(tmp_path):
    steps = run(changed(tmp_path, truncated=[LATE]))
    assert len(steps) == 5
    assert steps[-1].truncated.all()
    assert not steps[-1].terminated.any()
    assert steps[-1].ending == ("late", "late")
    assert not any(step.truncated.any() or step.success.any() for step in steps[:-1])


def test_a_failure_in_the_same_step_comes_first(tmp_path):
    failed = {"name": "failed", "expr": ["gt", ["time"], 0.22]}
    last = run(changed(tmp_path, truncated=[LATE], terminated=[failed]))[-1]
    assert last.terminated.all()
    assert not last.truncated.any()
    assert last.ending == ("failed", "failed")


@pytest.mark.parametrize("holds", [True, False])
def test_a_success_at_the_end_is_judged_as_the_episode_is_cut_off_and_ends_nothing(tmp_path, holds):
    success = {"name": "there", "expr": ["gt" if holds else "lt", ["time"], 0.06], "at": "end"}
    steps = run(changed(tmp_path, truncated=[LATE], success=success))
    assert len(steps) == 5
    assert not any(step.success.any() for step in steps[:-1])
    assert (steps[-1].success == holds).all()
    assert steps[-1].truncated.all()
    assert steps[-1].ending == ("late", "late")


def test_a_success_at_the_end_of_the_time_counts_too(tmp_path):
    success = {"name": "there", "expr": 1, "at": "end"}
    rollout = changed(tmp_path, success=success)
    rollout.limit[:] = 0.1
    last = run(rollout)[-1]
    assert last.success.all()
    assert last.ending == ("time", "time")


def test_there_is_no_success_at_the_end_of_a_failure(tmp_path):
    failed = {"name": "failed", "expr": ["gt", ["time"], 0.22]}
    success = {"name": "there", "expr": 1, "at": "end"}
    last = run(changed(tmp_path, terminated=[failed], success=success))[-1]
    assert last.terminated.all()
    assert not last.success.any()


def test_a_reward_per_second_counts_the_length_of_the_control_step(tmp_path):
    reward = [
        {"name": "a", "weight": 3, "expr": 1, "per": "second"},
        {"name": "b", "weight": 3, "expr": 1},
    ]
    (step, *_) = run(changed(tmp_path, reward=reward))
    np.testing.assert_allclose(step.rewards["a"], 3 * 0.05)
    np.testing.assert_allclose(step.rewards["b"], 3)


def test_terms_say_only_what_is_out_of_the_ordinary():
    plain = TaskTerms((Term("time", ["time"]),), (Term("alive", 1),), ()).to_json()
    assert set(plain) == {"observation", "reward", "terminated", "success"}
    assert plain["reward"] == [{"name": "alive", "weight": 1.0, "expr": 1}]
    assert plain["success"] == {"name": "success", "expr": 0}
    more = TaskTerms(
        (Term("time", ["time"]),),
        (Term("alive", 1, 2.0, "second"),),
        (),
        Term("there", 1),
        truncated=(Term("late", ["time"]),),
        success_at="end",
    ).to_json()
    assert more["reward"] == [{"name": "alive", "weight": 2.0, "expr": 1, "per": "second"}]
    assert more["success"] == {"name": "there", "expr": 1, "at": "end"}
    assert more["truncated"] == [{"name": "late", "expr": ["time"]}]
