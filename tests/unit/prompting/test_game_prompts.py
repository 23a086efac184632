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
    ("one ant chases another through a maze", "tag", None, ["chaser", "runner"]),
    ("ant sumo", "sumo", ["ant_0", "ant_1"], None),
    ("an ant plays soccer", "soccer", ["red", "blue"], None),
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
    assert teams is None or list(rollout.teams.by_agent) == teams
    assert roles is None or list(rollout.teams.roles) == roles
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


@pytest.mark.parametrize(
    ("prompt", "count"), [("ant sumo", 2), ("one ant in sumo", 2), ("1-3 ants in sumo", [2, 3])]
)
def test_robots_that_a_game_needs_and_nobody_asked_for_are_said(prompt, count):
    meaning = interpret(prompt)
    (robot,) = meaning.to_json()["cfg"]["robots"]
    assert robot["count"] == count
    notes = {note.path: note for note in meaning.assumed}
    assert notes["robots[0].count"].value == count
    assert "sumo takes 2 robots" in notes["robots[0].count"].why
    assert not any(found.path == "robots[0].count" for found in meaning.understood)


@pytest.mark.parametrize("prompt", ["an ant hops from stone to stone, then another", "another ant on hills"])
def test_another_is_no_second_robot_where_it_speaks_of_something_else(prompt):
    meaning = interpret(prompt)
    assert [(robot.model, robot.count) for robot in meaning.cfg.robots] == [("ant", 1)]
