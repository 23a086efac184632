"""Refinement: what words change in an EnvCfg that is there, and what they leave alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError
from envgen.core.families import TERRAINS
from envgen.core.params import specs
from envgen.prompting.base import interpret, refine
from envgen.prompting.diff import diff
from envgen.prompting.lexicon import lexicon

BASE = interpret("two ants racing on a slope of 20 degrees with 5 walls and a few boxes, easy").cfg
WORDS = sorted(lexicon(refining=True).known | {"3", "20 %", ",", ".", "5 m"})


def changes(text: str, base: EnvCfg = BASE) -> dict[str, tuple[Any, Any]]:
    return {c.path: (c.before, c.after) for c in diff(base, refine(base, text).cfg)}


def after(text: str, base: EnvCfg = BASE) -> dict[str, Any]:
    return {path: new for path, (_, new) in changes(text, base).items()}


LOGS = {"kind": "log", "density": [0.02, 0.06]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("steeper", {"terrain.sub_terrains[0].slope": 0.546}),
        ("twice as steep", {"terrain.sub_terrains[0].slope": 0.7279}),
        ("20 % steeper", {"terrain.sub_terrains[0].slope": 0.4368}),
        ("steeper by 50 %", {"terrain.sub_terrains[0].slope": 0.546}),
        ("a bit steeper", {"terrain.sub_terrains[0].slope": 0.4368}),
        ("half as steep", {"terrain.sub_terrains[0].slope": 0.182}),
        ("less steep please", {"terrain.sub_terrains[0].slope": 0.2426}),
        ("make the slope 45 degrees", {"terrain.sub_terrains[0].slope": 1.0}),
        ("steeper, and add a few logs", {"terrain.sub_terrains[0].slope": 0.546, "obstacles[2]": LOGS}),
        ("twice as long", {"terrain.size": [32.0, 16.0]}),
        ("wider arena", {"terrain.size": [16.0, 24.0]}),
        ("make the arena bigger", {"terrain.size": [24.0, 24.0]}),
        ("one more ant", {"robots[0].count": 3}),
        ("another ant", {"robots[0].count": 3}),
        ("three more ants", {"robots[0].count": 5}),
        ("double the number of ants", {"robots[0].count": 4}),
        ("only one ant", {"robots[0].count": 1}),
        ("four ants", {"robots[0].count": 4}),
        ("ants with 6 legs", {"robots[0].params.legs": 6}),
        ("remove the walls", {"obstacles[0]": None}),
        ("no obstacles", {"obstacles[0]": None, "obstacles[1]": None}),
        ("twice as many walls", {"obstacles[0].count": 10}),
        ("two fewer walls", {"obstacles[0].count": 3}),
        ("fewer boxes", {"obstacles[1].density": [0.01333, 0.04]}),
        ("halve the boxes", {"obstacles[1].density": [0.01, 0.03]}),
        ("20 more boxes", {"obstacles[1].density": None, "obstacles[1].count": 30}),
        ("30 boxes", {"obstacles[1].density": None, "obstacles[1].count": 30}),
        ("the walls should be 1 m high", {"obstacles[0].height": 1.0}),
        ("same but on ice", {"physics.friction": [0.05, 0.15]}),
        ("less slippery", {"physics.friction": 1.5}),
        ("on the moon", {"physics.gravity": 1.62}),
        ("half gravity", {"physics.gravity": 4.905}),
        ("more wind", {"physics.wind": [[-6.0, -2.0], 0.0, 0.0]}),
        ("a bit harder", {"difficulty": [0.16, 0.46]}),
        ("hard", {"difficulty": [0.65, 1.0]}),
        ("longer episodes", {"control.episode": 30.0}),
        ("30 s episodes", {"control.episode": 30.0}),
        ("make it a sumo match", {"task.kind": "sumo"}),
        ("add hills", {"terrain.sub_terrains[1]": {"kind": "hills", "weight": 1.0}}),
        ("hills too", {"terrain.sub_terrains[1]": {"kind": "hills", "weight": 1.0}}),
        ("mehr Wind und drei Ameisen", {"physics.wind": [[-6.0, -2.0], 0.0, 0.0], "robots[0].count": 3}),
    ],
)
def test_only_what_is_spoken_of_changes(text: str, expected: dict[str, Any]) -> None:
    assert after(text) == expected
    assert refine(BASE, text).unmapped == ()


def _kinds(text: str, base: EnvCfg = BASE) -> tuple[list[str], list[str], list[tuple[str, Any, Any]]]:
    cfg = refine(base, text).cfg
    return (
        [t.kind for t in cfg.terrain.sub_terrains],
        [o.kind for o in cfg.obstacles],
        [(r.model, r.count, r.team) for r in cfg.robots],
    )


@pytest.mark.parametrize(
    ("text", "terrains", "obstacles", "robots"),
    [
        ("on stairs instead", ["stairs"], ["wall", "box"], [("ant", 2, None)]),
        ("change the slope to dunes", ["dunes"], ["wall", "box"], [("ant", 2, None)]),
        ("rough instead of a slope", ["rough"], ["wall", "box"], [("ant", 2, None)]),
        ("and a maze", ["slope", "maze"], ["wall", "box"], [("ant", 2, None)]),
        ("slope, then stairs", ["slope", "stairs"], ["wall", "box"], [("ant", 2, None)]),
        ("use a hexapod instead of the ants", ["slope"], ["wall", "box"], [("hexapod", 2, None)]),
        ("replace the ants with rovers", ["slope"], ["wall", "box"], [("rover", 2, None)]),
        ("three hexapods", ["slope"], ["wall", "box"], [("hexapod", 3, None)]),
        ("add a humanoid", ["slope"], ["wall", "box"], [("ant", 2, None), ("humanoid", 1, None)]),
        ("two more rovers", ["slope"], ["wall", "box"], [("ant", 2, None), ("rover", 2, None)]),
        ("two against two", ["slope"], ["wall", "box"], [("ant", 2, "red"), ("ant", 2, "blue")]),
        ("pendulums but no boxes", ["slope"], ["wall", "pendulum"], [("ant", 2, None)]),
        ("gravity 3, only boxes", ["slope"], ["box"], [("ant", 2, None)]),
    ],
)
def test_what_is_there_afterwards(text: str, terrains: list[str], obstacles: list[str], robots: Any) -> None:
    assert _kinds(text) == (terrains, obstacles, robots)


def test_a_conversation_goes_on_from_turn_to_turn_and_back() -> None:
    turns = ["steeper", "add 3 logs", "one more log", "remove the walls and the boxes", "same but on ice"]
    states = [BASE]
    for turn in turns:
        states.append(refine(states[-1], turn).cfg)
    cfg = states[-1]
    assert [(o.kind, o.count) for o in cfg.obstacles] == [("log", 4)]
    assert cfg.physics.friction == (0.05, 0.15)
    assert cfg.difficulty == BASE.difficulty
    assert cfg.name == BASE.name
    assert cfg.prompt == f"{BASE.prompt}; {'; '.join(turns)}"
    assert diff(states[0], states[0]) == ()
    # undo is going back to a state: each is whole
    assert cfgio.parse(cfgio.dump(states[2])) == states[2]


def test_the_trace_has_words_and_final_paths() -> None:
    found = {
        (u.path, u.text): u.value
        for u in refine(BASE, "remove the walls, 30 boxes, twice as steep").understood
    }
    assert found["obstacles[0].count", "30"] == 30
    assert found["terrain.sub_terrains[0].slope", "twice as steep"] == pytest.approx(0.7279)
    assert found["obstacles", "remove the walls"] == ["box"]


def test_a_parameter_that_is_open_starts_from_its_difficulty() -> None:
    base = interpret("quadruped on hills, difficulty 0.5").cfg
    ((path, (before, now)),) = changes("higher", base).items()
    assert (path, before) == ("terrain.sub_terrains[0].amplitude", None)
    ((_, (_, twice)),) = changes("twice as high", base).items()
    assert twice == pytest.approx(now / 1.5 * 2, rel=1e-3)


def test_a_value_stays_within_its_range() -> None:
    (slope,) = refine(BASE, "ten times as steep").cfg.terrain.sub_terrains
    assert slope.params["slope"] == specs(TERRAINS.get("slope"))["slope"].high
    assert refine(BASE, "60 more ants, twice as many ants").cfg.robots[0].count == 64


def test_the_last_robot_stays_and_an_empty_ground_is_flat() -> None:
    result = refine(BASE, "remove the ants and the slope")
    assert [r.model for r in result.cfg.robots] == ["ant"]
    assert [t.kind for t in result.cfg.terrain.sub_terrains] == ["flat"]
    assert {"a world has a robot: it stays", "no other ground is left"} <= {a.why for a in result.assumed}


def test_a_task_gets_the_robots_that_it_takes() -> None:
    base = interpret("an ant on flat ground").cfg
    result = refine(base, "make it a sumo match")
    assert (result.cfg.task.kind, result.cfg.robots[0].count) == ("sumo", 2)
    assert any("sumo takes 2 robots" in a.why for a in result.assumed)


def test_number_of_variants() -> None:
    assert refine(BASE, "200 variants").count == 200
    with pytest.raises(InputError, match="1,000,000"):
        refine(BASE, "2 million variants")


def test_unknown_words_are_reported() -> None:
    assert refine(BASE, "steeper, with unicorns").unmapped == ("unicorns",)


@pytest.mark.parametrize("text", ["bring me a sandwich", "", "???", "12 elephants snore"])
def test_what_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError) as error:
        refine(BASE, text)
    assert error.value.remedy


def test_the_diff_in_words() -> None:
    lines = [str(change) for change in diff(BASE, refine(BASE, "steeper, 7 walls, no boxes, add a gate").cfg)]
    assert lines == [
        "terrain.sub_terrains[0].slope: 0.36397 → 0.546",
        "obstacles[0].count: 5 → 7",
        "obstacles[1] removed: box, density [0.02, 0.06]",
        "obstacles[1] added: gate, count 1",
    ]


@settings(max_examples=150)
@given(st.text(max_size=200))
def test_no_text_raises_anything_but_input_error(text: str) -> None:
    _refines_or_refuses(text)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join))
def test_no_string_of_known_words_does_either(text: str) -> None:
    _refines_or_refuses(text)


def _refines_or_refuses(text: str) -> None:
    try:
        result = refine(BASE, text)
    except InputError:
        return
    assert cfgio.parse(cfgio.dump(result.cfg)) == result.cfg
    for change in diff(BASE, result.cfg):
        assert str(change)


def test_refine_and_diff_are_at_the_front_door() -> None:
    import envgen

    assert {"refine", "diff"} <= set(envgen.__all__)
    after = envgen.refine(BASE, "one more ant", backend="offline").cfg
    assert [str(change) for change in envgen.diff(BASE, after)] == ["robots[0].count: 2 → 3"]


def test_what_nothing_there_can_become_is_said() -> None:
    base = interpret("an ant on flat ground", "offline").cfg
    with pytest.raises(InputError, match="nothing that is there gets steeper") as told:
        refine(base, "steeper", "offline")
    assert "hills" in told.value.remedy
