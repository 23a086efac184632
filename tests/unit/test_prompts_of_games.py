"""Sentences about games become worlds that can be made and played."""

from __future__ import annotations

import pytest

from envgen.core.families import OBSTACLES
from envgen.packs.make import make
from envgen.prompting.base import interpret
from envgen.rollout.rollout import Rollout

GAMES = [
    ("two ants in sumo", "sumo", ["ant_0", "ant_1"], None),
    ("three ants against three ants at soccer", "soccer", ["red"] * 3 + ["blue"] * 3, None),
    ("six ants playing soccer", "soccer", ["red"] * 3 + ["blue"] * 3, None),
    ("one quadruped chasing two ants", "tag", None, ["chaser", "runner", "runner"]),
    ("two ants chased by a humanoid", "tag", None, ["runner", "runner", "chaser"]),
    ("five hoppers racing", "race", [f"hopper_{i}" for i in range(5)], None),
    ("ants pushing a ball", "push", ["ant_0"], None),
    ("escape from a crater", "escape", ["ant_0"], None),
    ("an ant climbs a pyramid", "climb", ["ant_0"], None),
]


@pytest.mark.parametrize(("prompt", "task", "teams", "roles"), GAMES, ids=[game[0] for game in GAMES])
def test_a_sentence_becomes_a_game(prompt, task, teams, roles, tmp_path):
    meaning = interpret(prompt)
    assert meaning.unmapped == ()
    assert meaning.cfg.task.kind == task
    pack = make(prompt, 2, out=tmp_path / "p", jobs=1)
    rollout = Rollout(list(pack))
    assert teams is None or list(rollout.cast.teams) == teams
    assert roles is None or list(rollout.cast.roles) == roles
    rollout.reset()
    for _ in range(3):
        for result in rollout.step({}).values():
            assert result.ending == (None, None)


@pytest.mark.parametrize(
    ("prompt", "moved", "others"),
    [
        ("ants pushing a ball", "ball", []),
        ("a quadruped dribbles a ball among boxes", "ball", ["box"]),
        ("an ant pushes a crate to the goal", "crate", []),
        ("an ant pushes a box between cylinders", "crate", ["cylinder"]),
        ("six ants play soccer with a ball among boxes", "ball", ["box"]),
    ],
)
def test_what_is_pushed_is_the_tasks_and_the_rest_are_obstacles(prompt, moved, others):
    meaning = interpret(prompt)
    assert meaning.unmapped == ()
    # a ball is what a task adds by itself; another thing has to be among the obstacles
    own = [moved] if moved != "ball" and moved in OBSTACLES else []
    assert [entry.kind for entry in meaning.cfg.obstacles] == own + others
