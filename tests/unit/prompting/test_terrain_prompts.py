"""Sentences about grounds: turned upside down, laid out on boards and tracks."""

from __future__ import annotations

import pytest

from envgen.prompting.base import interpret


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("inside-out pyramid staircase", "inverted_pyramid_stairs"),
        ("inverted pyramid staircase", "inverted_pyramid_stairs"),
        ("upside-down pyramid stairs", "inverted_pyramid_stairs"),
        ("inside-out pyramid", "inverted_pyramid_slope"),
        ("upside-down pyramid slope", "inverted_pyramid_slope"),
        ("staircase with gaps between treads", "open_stairs"),
        ("stairs with gaps between the steps", "open_stairs"),
    ],
)
def test_a_phrase_is_one_terrain(prompt, kind):
    meaning = interpret(prompt)
    assert [terrain.kind for terrain in meaning.cfg.terrain.sub_terrains] == [kind]
    assert meaning.unmapped == ()
    # "treads" is no walking
    assert not any(found.path == "task.kind" for found in meaning.understood)


def test_a_word_that_turns_nothing_is_said():
    assert interpret("an inside-out maze for ants").unmapped == ("inside-out",)
    assert interpret("upside-down hills").unmapped == ("upside-down",)


def test_treads_are_measured():
    (stairs,) = interpret("stairs with treads of 30 cm").cfg.terrain.sub_terrains
    assert stairs.params == {"step_depth": 0.3}


@pytest.mark.parametrize(
    ("prompt", "layout", "kinds"),
    [
        ("a parkour track of hurdles, gaps and beams", "track", ["hurdles", "gap", "beams"]),
        ("a course of stairs and beams", "track", ["stairs", "beams"]),
        ("a curriculum board of stairs, slopes and rails", "grid", ["stairs", "slope", "rails"]),
        ("a board of stairs and hills", "grid", ["stairs", "hills"]),
        ("first rubble, then a half pipe and finally a maze", "track", ["boulders", "half_pipe", "maze"]),
        ("hills, then rubble", "track", ["hills", "boulders"]),
    ],
)
def test_a_layout_of_what_is_listed(prompt, layout, kinds):
    meaning = interpret(prompt)
    terrain = meaning.cfg.terrain
    assert terrain.layout == layout
    assert [sub.kind for sub in terrain.sub_terrains] == kinds
    assert meaning.cfg.obstacles == ()
    assert meaning.unmapped == ()
    understood = {found.path: found.value for found in meaning.understood}
    assert understood["terrain.layout"] == layout
    assert [understood[f"terrain.sub_terrains[{i}].kind"] for i in range(len(kinds))] == kinds


@pytest.mark.parametrize(
    "prompt",
    [
        "a board with eight levels of stairs",
        "a curriculum of 8 levels of stairs",
        "a board of stairs with 8 levels",
        "a curriculum board of stairs and slopes, 8 levels",
    ],
)
def test_levels_of_a_board_are_no_variants(prompt):
    meaning = interpret(prompt)
    assert (meaning.cfg.terrain.layout, meaning.cfg.terrain.levels, meaning.count) == ("grid", 8, None)
    assert interpret("eight levels of stairs").count == 8


@pytest.mark.parametrize(
    ("prompt", "kinds"),
    [("hills with rubble, then a maze", ["hills", "maze"]), ("rubble for ants", ["flat"])],
)
def test_rubble_on_a_ground_is_things(prompt, kinds):
    cfg = interpret(prompt).cfg
    assert [entry.kind for entry in cfg.obstacles] == ["rubble"]
    assert [terrain.kind for terrain in cfg.terrain.sub_terrains] == kinds
