"""`envgen bench tasks`: whether tasks reward skill, beside gaits, random actions and none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from envgen.bench.base import Result, Row, significant
from envgen.bench.steered import DIRECTIONS, Steered
from envgen.core import cfgio
from envgen.core.errors import InputError
from envgen.learn.evaluate import play_scored
from envgen.packs.make import make
from envgen.rollout.policies import bind
from envgen.rollout.rollout import Actor, Rollout

DIFFICULTY = 0.3
ZERO_SHARE, ZERO_SUCCESS = 0.3, 0.1
"""Greatest share of the skill's return and greatest rate of success that doing nothing may have."""
SIMPLE = ("gait", "random", "zero")
GROUNDS = {"climb": "hills"}
"""Terrain of a task; else rough."""
ROBOTS = {
    "walk": ("ant", "hopper", "walker2d", "biped"),
    "goal": ("ant", "hopper", "walker2d", "biped"),
    "climb": ("ant", "walker2d", "quadruped"),
    "escape": ("hopper", "walker2d", "biped"),
    "race": ("ant", "hopper", "walker2d", "biped"),
    "stand": ("hopper", "walker2d", "biped"),
}
"""Robots that each task is judged with."""


@dataclass(frozen=True)
class Scores:
    """Mean return and rate of success of each policy in one task with one robot.

    Attributes:
        task: Kind of the task.
        robot: Kind of the robot.
        reward: Mean return by policy.
        success: Share of successful agents by policy.
    """

    task: str
    robot: str
    reward: dict[str, float]
    success: dict[str, float]

    @property
    def ordered(self) -> bool:
        """True if the skill earns more than the gait, and the gait more than random actions."""
        return self.reward["skill"] > self.reward["gait"] > self.reward["random"]

    @property
    def zero_share(self) -> float:
        """(return of zero - random) / (skill - random)."""
        span = self.reward["skill"] - self.reward["random"]
        return (self.reward["zero"] - self.reward["random"]) / span if span > 0 else float("inf")

    @property
    def sound(self) -> bool:
        """True if skill pays and neither random actions nor none succeed."""
        lucky = max(self.success["random"], self.success["zero"])
        return self.ordered and self.zero_share <= ZERO_SHARE and lucky <= ZERO_SUCCESS


def bench_tasks(
    count: int = 200,
    tasks: Iterable[str] = tuple(ROBOTS),
    robots: Iterable[str] = (),
    threads: int = 2,
    progress: Callable[[str], None] = lambda text: None,
) -> Result:
    """Play one episode of each policy on each variant.

    Args:
        count: Variants of each task and robot.
        tasks: Kinds of tasks, of `ROBOTS`.
        robots: Only these; by default all that the task is judged with.
        threads: Threads of physics.
        progress: Called with what is measured next.

    Raises:
        InputError: A task is not judged here.
    """
    result = Result(f"tasks: mean returns on {count} variants of difficulty {DIFFICULTY}")
    only = set(robots)
    for task in tasks:
        if task not in ROBOTS:
            raise InputError(
                f"a task must be one that is judged, got {task!r}", f"Known: {', '.join(ROBOTS)}."
            )
        for robot in ROBOTS[task]:
            if only and robot not in only:
                continue
            progress(f"{task}: {robot}")
            scores = measure(task, robot, count, threads)
            result.rows.append(_row(scores))
            result.extra.setdefault("scores", []).append(vars(scores))
    return result


def measure(task: str, robot: str, count: int, threads: int = 1) -> Scores:
    """Return the scores of skill, gait, random actions and none."""
    with tempfile.TemporaryDirectory() as folder:
        pack = make(cfgio.parse(config(task, robot)), count, out=Path(folder) / "pack")
        rollout = Rollout(list(pack), threads=threads)
        actors: dict[str, Actor] = {"skill": _skill(rollout, task, robot)}
        actors |= {name: bind(rollout, {"*": name}) for name in SIMPLE}
        reward, success = dict[str, float](), dict[str, float]()
        for name, actor in actors.items():
            episodes = play_scored(rollout, actor, name, 0)
            reward[name] = float(np.mean([episode.reward for episode in episodes]))
            success[name] = float(np.mean([episode.success for episode in episodes]))
    return Scores(task, robot, reward, success)


def config(task: str, robot: str) -> dict[str, Any]:
    """Return the parameters of the worlds that a task is judged in."""
    return {
        "terrain": {"sub_terrains": [{"kind": GROUNDS.get(task, "rough")}]},
        "robots": [{"model": robot, "count": 2 if task == "race" else 1}],
        "task": {"kind": task},
        "difficulty": DIFFICULTY,
    }


def _skill(rollout: Rollout, task: str, robot: str) -> Actor:
    if task in DIRECTIONS:
        return Steered(rollout, f"{robot}-walk")
    return bind(rollout, {"*": f"onnx:{robot}-{task}"})


def _row(scores: Scores) -> Row:
    returns = ", ".join(f"{name} {scores.reward[name]:.1f}" for name in ("skill", *SIMPLE))
    success = ", ".join(f"{name} {100 * scores.success[name]:.0f} %" for name in ("skill", *SIMPLE))
    verdict = "sound" if scores.sound else "NOT sound"
    return Row(
        f"{scores.task}: {scores.robot}",
        significant(scores.zero_share),
        "",
        f"≤ {ZERO_SHARE}, and skill > gait > random",
        f"{verdict}; {returns}; success: {success}",
    )
