"""Colours of teams."""

from __future__ import annotations

import itertools

import pytest

from envgen.worlds.team_colours import NAMED, colour_number, team_rgb


@pytest.mark.parametrize(("team", "strongest"), [("red", 0), ("green", 1), ("blue", 2), ("Red", 0)])
def test_a_team_called_after_a_colour_wears_it(team, strongest):
    rgb = team_rgb(colour_number(team, 3))
    assert max(rgb) == rgb[strongest] > 2 * sorted(rgb)[0]


def test_other_teams_differ_from_one_another():
    colours = [
        team_rgb(colour_number(name, number)) for number, name in enumerate(["a", "ant_1", "left", "right"])
    ]
    for one, other in itertools.combinations(colours, 2):
        assert sum(abs(x - y) for x, y in zip(one, other)) > 0.3


def test_named_colours_differ_in_lightness_too():
    light = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in NAMED.values())
    assert light[-1] - light[0] > 0.5
