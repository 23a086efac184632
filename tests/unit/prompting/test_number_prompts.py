"""Sentences with numbers: parameters by their own names, ranges, spreads, numbers of robots and teams."""

from __future__ import annotations

from typing import Any

import pytest

from envgen.bench.expectations import at
from envgen.prompting.base import interpret

GROUND = "terrain.sub_terrains[0]."


@pytest.mark.parametrize(
    ("prompt", "path", "value"),
    [
        ("stairs, step_height=0.12, ant", GROUND + "step_height", 0.12),
        ("terrain=rough, amplitude=0.08, ant", GROUND + "amplitude", 0.08),
        ("slope: 0.3, rover", GROUND + "slope", 0.3),
        ("a winding corridor with 7 turns, rover", GROUND + "turns", 7),
        ("a staircase with 12 steps, biped", GROUND + "steps", 12),
        ("a 100-step staircase for a humanoid", GROUND + "steps", 100),
        ("snake with 10 links on waves", "robots[0].params.links", 10),
        ("stairs getting harder from 5 to 25 cm, ant", GROUND + "step_height", [0.05, 0.25]),
        ("step height anywhere from 8 to 16 cm, ant", GROUND + "step_height", [0.08, 0.16]),
        ("stones whose gaps vary 5-20 cm, ant on stepping stones", GROUND + "gap", [0.05, 0.2]),
        ("stepping stones 25 cm wide with 10 cm between them", GROUND + "gap", 0.1),
        ("stairs, 10 ± 2 cm high, biped", GROUND + "step_height", [0.08, 0.12]),
        ("a quadruped with legs of 0.5 m on hills", "robots[0].params.leg_length", 0.5),
        ("10 logs each 20 cm thick, ant", "obstacles[0].radius", 0.1),
        ("spinners at 2 rad/s, ant", "obstacles[0].speed", 2.0),
        ("ten hurdles for an ant", "obstacles[0].count", 10),
        ("gravity anywhere between the Moon's and Earth's, ant", "physics.gravity", [1.62, 9.81]),
        ("gravity 9.81 ± 10%, ant", "physics.gravity", [8.829, 10.791]),
        ("2x gravity, ant", "physics.gravity", 19.62),
        ("1.5x friction, ant", "physics.friction", 1.5),
        ("friction from ice to sandpaper, ant", "physics.friction", [0.05, 2.0]),
        ("friction somewhere from 0.2 to 0.9, ant", "physics.friction", [0.2, 0.9]),
        ("friction 0.4 ± 0.1, ant", "physics.friction", [0.3, 0.5]),
        ("mass varies by 20 percent, ant", "randomize.mass_scale", [0.8, 1.2]),
        ("motor strength +/-10%, ant", "randomize.gear_scale", [0.9, 1.1]),
        ("payload between 90% and 110%, ant", "randomize.mass_scale", [0.9, 1.1]),
        ("friction ±30%, ant", "randomize.friction_scale", [0.7, 1.3]),
        ("random pushes of 0.6 m/s, ant", "randomize.push", 0.6),
        ("an ant with sensor noise", "randomize.observation_noise", 0.05),
        ("an ant with sensor noise 0.02", "randomize.observation_noise", 0.02),
        ("an ant with random starts", "randomize.start_noise", 0.05),
        ("an ant with delayed actions", "randomize.latency", [1, 3]),
        ("an ant with a latency of 2 steps", "randomize.latency", 2),
        ("an ant with an action delay of 2 steps", "randomize.latency", 2),
        ("wind: 6 m/s, rover", "physics.wind", [-6.0, 0.0, 0.0]),
        ("size 30x20, hopper", "terrain.size", [30.0, 20.0]),
        ("four of those robot dogs on hills", "robots[0].count", 4),
        ("five of my rovers on dunes", "robots[0].count", 5),
        ("2x ants on hills", "robots[0].count", 2),
        ("four, make that five, rovers on hills", "robots[0].count", 5),
        ("episodes lasting a minute, ant", "control.episode", 60.0),
        ("3 anst on hills", "robots[0].count", 3),
        ("ant/hills/friction 0.3/x20", "physics.friction", 0.3),
        ("friction randomised between 0.3 and 1.1, ant", "physics.friction", [0.3, 1.1]),
        ("friction twice as high as normal, ant", "physics.friction", 2.0),
        ("ants (3) on hills", "robots[0].count", 3),
        ("ant: 3, dunes", "robots[0].count", 3),
        ("boxes (12), ant", "obstacles[0].count", 12),
        ("friction=0.2..0.5, ant", "physics.friction", [0.2, 0.5]),
        ("friction in [0.3, 0.9], ant", "physics.friction", [0.3, 0.9]),
    ],
)
def test_every_number_has_its_place(prompt: str, path: str, value: Any) -> None:
    found = interpret(prompt, "offline")
    assert at(found.to_json()["cfg"], path) == [value]
    assert found.unmapped == ()


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("steps of 20, ant", "20"),  # no twenty steps, and no unit says what else
        ("hills, slope=0.3, ant", "0.3"),  # hills have no slope
        ("stairs, step_height=99, ant", "99"),  # beyond the parameter's range
        ("snake with 400 links", "400 links"),
        ("episodes of 500 steps, ant", "500 steps"),  # no seconds, and no stairs
    ],
)
def test_a_number_without_a_place_is_reported(prompt: str, left: str) -> None:
    assert left in interpret(prompt, "offline").unmapped


@pytest.mark.parametrize(
    ("prompt", "teams"),
    [
        ("Red team: 2 ants. Blue team: 2 hexapods. They play football.", ["red", "blue"]),
        ("team A: 3 ants, team B: 3 hexapods, sumo", ["a", "b"]),
    ],
)
def test_teams_before_a_colon(prompt: str, teams: list[str]) -> None:
    found = interpret(prompt, "offline")
    assert [robot.team for robot in found.cfg.robots] == teams
    assert found.unmapped == ()


def test_an_exception_from_nothing_is_wanted() -> None:
    found = interpret("no obstacles except a few logs, ant", "offline").cfg
    assert [obstacle.kind for obstacle in found.obstacles] == ["log"]
    assert interpret("no robots except two snakes", "offline").cfg.robots[0].model == "snake"


def test_a_kind_that_is_ruled_out_by_what_it_is_not() -> None:
    kinds = {t.kind for t in interpret("ant over anything that isn't stairs").cfg.terrain.sub_terrains}
    assert len(kinds) > 5
    assert "pyramid_stairs" not in kinds


def test_shares_of_grounds_that_have_a_slope_of_their_own() -> None:
    grounds = interpret("60% hills, 40% waves, ant").cfg.terrain.sub_terrains
    assert [(ground.kind, ground.weight) for ground in grounds] == [("hills", 0.6), ("waves", 0.4)]


def test_a_ground_is_corrected_to_a_thing_on_it() -> None:
    found = interpret("stairs, no wait, a ramp. biped").cfg
    assert [obstacle.kind for obstacle in found.obstacles] == ["ramp"]
    assert [ground.kind for ground in found.terrain.sub_terrains] == ["flat"]


def test_weather_catches_no_robot() -> None:
    found = interpret("quadrotor caught in a thunderstorm").cfg
    assert (found.robots[0].count, found.task.kind) == (1, "walk")


def test_grounds_stand_in_the_order_of_their_words() -> None:
    found = interpret("parkour for an ant: hurdles 30 cm, gaps 40 cm, then stairs").cfg.terrain
    assert found.layout == "track"
    assert [ground.kind for ground in found.sub_terrains] == ["hurdles", "gap", "stairs"]


def test_what_must_not_be_flat_is_not_flat() -> None:
    grounds = interpret("hexapod, but do not make it flat").cfg.terrain.sub_terrains
    assert len(grounds) > 5
    assert all(ground.kind != "flat" for ground in grounds)


def test_who_is_pushed_pushes_nothing() -> None:
    found = interpret("a humanoid just standing, pushed now and then").cfg
    assert (found.task.kind, found.randomize.push) != ("stand", 0.0)
    assert found.task.kind == "stand"
    assert interpret("a ball pushed by an ant").cfg.task.kind == "push"
