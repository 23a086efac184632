"""Skill pays in every task: more than an open-loop gait, which earns more than random actions.

`envgen bench tasks` measures the same on 200 variants each; docs/tasks.md holds its table.
"""

from __future__ import annotations

import pytest

from envgen.bench.tasks import ROBOTS, measure
from envgen.core.families import TASKS

pytestmark = [pytest.mark.slow, pytest.mark.long]
PAIRS = [(task, robot) for task, robots in ROBOTS.items() for robot in robots]
LEAST = {"race": 0.5, ("stand", "biped"): 0.3}
"""Success of the skill where it is below 0.8: one of two equals wins a race, and pushes throw a biped off."""
LATER = {"push", "sumo", "tag", "soccer"}
"""Tasks against others, or with a ball, which no player masters yet."""


@pytest.mark.parametrize(("task", "robot"), PAIRS)
def test_skill_pays_and_neither_luck_nor_idleness_does(task, robot):
    scores = measure(task, robot, 6)
    assert scores.reward["skill"] > scores.reward["gait"] > scores.reward["random"], scores
    assert scores.zero_share <= 0.3, scores
    assert scores.success["zero"] == scores.success["random"] == 0, scores
    assert scores.success["skill"] >= LEAST.get((task, robot), LEAST.get(task, 0.8)), scores


def test_every_task_is_judged_with_three_body_plans():
    assert {*ROBOTS} | LATER == {*TASKS.names()}
    assert all(len(set(robots)) >= 3 for robots in ROBOTS.values())
