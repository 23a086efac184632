"""Rules of the offline interpreter: what is taken back, changes, teams, shares, contradictions."""

from __future__ import annotations

from typing import Any

import pytest

from envgen.core import cfgio
from envgen.prompting.base import interpret


def cfg(prompt: str) -> dict[str, Any]:
    return cfgio.dump(interpret(prompt).cfg)


def robots(prompt: str) -> list[tuple[str, Any, Any, Any]]:
    return [(r["model"], r["count"], r["team"], r["role"]) for r in cfg(prompt)["robots"]]


# --- what is taken back ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "like"),
    [
        ("two, no, three ants on hills", "three ants on hills"),
        ("two, no three ants on hills", "three ants on hills"),
        ("a humanoid on stairs, wait, make that a slope", "a humanoid on a slope"),
        ("a humanoid on stairs, or rather a slope", "a humanoid on a slope"),
        ("gravity 5, sorry, I meant 3, for a hopper", "gravity 3 for a hopper"),
        ("quadruped on hills... actually waves, with boxes", "quadruped on waves, with boxes"),
        ("two ants, no, three hexapods in a bowl", "three hexapods in a bowl"),
        ("a hopper on boulders; change the hopper to a walker2d", "a walker2d on boulders"),
        ("10 cm steps, oops, 15 cm, for a biped", "15 cm steps for a biped"),
        ("an ant on hills, no wait, on waves and with boxes", "an ant on waves and with boxes"),
    ],
)
def test_the_new_word_takes_the_place_of_the_old_one(prompt: str, like: str) -> None:
    found, wanted = cfg(prompt), cfg(like)
    for data in (found, wanted):
        data.pop("name"), data.pop("prompt")
    assert found == wanted
    assert interpret(prompt).unmapped == ()


def test_what_is_taken_back_is_in_the_trace() -> None:
    understood = {u.path: u.text for u in interpret("two, no, three ants").understood}
    assert understood["robots[0].count"] == "two, no, three"


@pytest.mark.parametrize(
    ("prompt", "like"),
    [
        ("hills, no boxes", "hills without boxes"),
        ("an ant. Actually, also a hexapod, on hills", "an ant, a hexapod, on hills"),
        ("sorry for the bother, ants on waves", "ants on waves"),
        ("I mean it: ants on waves", "ants on waves"),
        ("hills, wait", "hills"),
        ("replace nothing, ants on waves", "ants on waves"),
    ],
)
def test_a_marker_without_a_pair_takes_nothing_back(prompt: str, like: str) -> None:
    found, wanted = cfg(prompt), cfg(like)
    for data in (found, wanted):
        data.pop("name"), data.pop("prompt")
    assert found == wanted


# --- numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "gravity"),
    [
        ("ants, one sixth of Earth gravity", 1.635),
        ("ants, two thirds gravity", 6.54),
        ("ants, 30 % less gravity", 6.867),
        ("ants, gravity 20% above normal", 11.772),
        ("ants, gravity reduced by 40 %", 5.886),
        ("ants, gravity reduced to 40 %", 3.924),
        ("ants, 40 percent of Mars gravity", 1.484),
        ("ants, less gravity", [1.0, 4.0]),
        ("ants, normal gravity", 9.81),
        ("a moon buggy on hills", 1.62),
    ],
)
def test_gravity_in_parts_and_changes(prompt: str, gravity: Any) -> None:
    assert cfg(prompt)["physics"]["gravity"] == pytest.approx(gravity, rel=1e-6)


@pytest.mark.parametrize(
    ("prompt", "name", "value"),
    [
        ("corridor one and a half metres wide", "width", 1.5),
        ("hurdles a quarter of a metre high", "height", 0.25),
        ("slopes from 0 to 45 degrees", "slope", [0.0, 1.0]),
        ("45 degrees of slope", "slope", 1.0),
        ("tilted tiles, 45 degrees", "slope", 1.0),
        ("boulders with a diameter of 1 m", "radius", 0.5),
        ("stones 40 cm across", "size", 0.4),
        ("steps 0,15 m high", "step_height", 0.15),
    ],
)
def test_measures_set_parameters_of_the_terrain(prompt: str, name: str, value: Any) -> None:
    assert cfg(f"{prompt}, quadruped")["terrain"]["sub_terrains"][0][name] == pytest.approx(value)


@pytest.mark.parametrize(
    ("prompt", "path", "value"),
    [
        ("ants, friction 20% lower", "physics.friction", 0.8),
        ("ants, double the friction", "physics.friction", 2.0),
        ("mu = 0.7, ants", "physics.friction", 0.7),
        ("ants, steps of 1 ms", "physics.timestep", 0.001),
        ("ants, simulated at 500 Hz", "physics.timestep", 0.002),
        ("ants, wind of 5 m/s from behind", "physics.wind", [5.0, 0.0, 0.0]),
        ("ants, 4 m/s gusts from the left", "physics.wind", [0.0, -4.0, 0.0]),
        ("ant at 2 m/s", "task.speed", 2.0),
        ("two ants, 100 m sprint", "task.distance", 100.0),
        ("a track 40 m long and 10 m wide, ants", "terrain.size", [40.0, 10.0]),
        ("trees 2 m apart, drone", "obstacles", [{"kind": "cylinder", "density": 0.25}]),
        ("walls, five of them, ant", "obstacles", [{"kind": "wall", "count": 5}]),
    ],
)
def test_values_at_paths(prompt: str, path: str, value: Any) -> None:
    data: Any = cfg(prompt)
    for step in path.split("."):
        data = data[step]
    assert data == value


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("batch of 256: ants", 256),
        ("ants on waves x 40", 40),
        ("ants, count: 40", 40),
        ("ants in 20 different arenas", 20),
        ("one thousand two hundred and fifty maps of hills", 1250),
        ("three ants, two of them chase the third", None),
        ("boxes, five of them, ant", None),
        ("ants, no boxes, 200 of them", 200),
    ],
)
def test_numbers_of_variants(prompt: str, count: int | None) -> None:
    assert interpret(prompt).count == count


def test_shares_of_grounds() -> None:
    terrains = cfg("70% rough, 30% stairs, biped")["terrain"]["sub_terrains"]
    assert {t["kind"]: t["weight"] for t in terrains} == {"rough": 0.7, "stairs": 0.3}
    assert cfg("30% slope, rover")["terrain"]["sub_terrains"][0]["slope"] == 0.3


# --- who ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("ants versus hexapods, three each", [("ant", 3, "red", None), ("hexapod", 3, "blue", None)]),
        ("four ants: two red, two blue", [("ant", 2, "red", None), ("ant", 2, "blue", None)]),
        ("3 green ants against 2 white rovers", [("ant", 3, "green", None), ("rover", 2, "white", None)]),
        ("nine ants, three teams", [("ant", 3, t, None) for t in ("red", "blue", "green")]),
        ("humanoid soccer, five per side", [("humanoid", 5, t, None) for t in ("red", "blue")]),
        ("two ants flee from a rover", [("ant", 2, None, "runner"), ("rover", 1, None, "chaser")]),
        ("the cheetah is the cat, an ant is the mouse",
         [("half_cheetah", 1, None, "chaser"), ("ant", 1, None, "runner")]),
        ("three snakes, twice as many ants", [("snake", 3, None, None), ("ant", 6, None, None)]),
        ("hexapod x3, ant x2", [("hexapod", 3, None, None), ("ant", 2, None, None)]),
        ("a frog-like four-legged robot", [("quadruped", 1, None, None)]),
        ("a robotic horse", [("quadruped", 1, None, None)]),
        ("a snake-like robot", [("snake", 1, None, None)]),
    ],
)  # fmt: skip
def test_robots_teams_and_roles(prompt: str, expected: list[tuple[Any, ...]]) -> None:
    assert robots(f"{prompt}, flat") == expected


def test_an_animal_is_no_robot_by_itself() -> None:
    result = interpret("an ant on hills beside a horse")
    assert [r.model for r in result.cfg.robots] == ["ant"]
    assert result.unmapped == ("horse",)


def test_sizes_of_robots() -> None:
    (small,), (large,) = (cfg(f"a {size} rover on hills")["robots"] for size in ("tiny", "big"))
    assert small["params"]["wheel_radius"][1] < 0.098 < large["params"]["wheel_radius"][0]


# --- where -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "layout", "kinds"),
    [
        ("rough terrain leading into stairs", "track", ["rough", "stairs"]),
        ("a parkour: hurdles, boulders, beams", "track", ["hurdles", "boulders", "beams"]),
        ("start on flat ground, continue on a slope, end in a maze", "track", ["flat", "slope", "maze"]),
        ("checkerboard of terrains: stairs, waves, boulders", "grid", ["stairs", "waves", "boulders"]),
        ("a smooth mixture of waves and craters", "blend", ["waves", "craters"]),
        ("hills or stairs", "single", ["hills", "stairs"]),
    ],
)
def test_words_set_the_layout_of_the_ground(prompt: str, layout: str, kinds: list[str]) -> None:
    terrain = cfg(f"{prompt}, quadruped")["terrain"]
    assert (terrain["layout"], [t["kind"] for t in terrain["sub_terrains"]]) == (layout, kinds)


@pytest.mark.parametrize(
    ("prompt", "out"),
    [
        ("all terrains but stairs and gaps", {"stairs", "pyramid_stairs", "gap"}),
        ("please avoid gaps; rough terrain and stairs", {"gap"}),
        ("boulder-free hills", {"boulders"}),
        ("a world without stairs: hills and a gap", {"stairs"}),
    ],
)
def test_what_is_excluded(prompt: str, out: set[str]) -> None:
    kinds = {t["kind"] for t in cfg(f"{prompt}, quadruped")["terrain"]["sub_terrains"]}
    assert kinds
    assert not kinds & out


def test_less_as_an_ending() -> None:
    result = interpret("a windless day on the dunes")
    assert result.cfg.physics.wind == (0, 0, 0)
    assert ("windless", "physics.wind") in [(u.text, u.path) for u in result.understood]


# --- contradictions are resolved and said --------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "path", "value", "words"),
    [
        ("wind in a vacuum, ant", "physics.wind", [0, 0, 0], "no wind without air"),
        ("zero gravity on the moon, ant", "physics.gravity", 0.0, "'moon' contradicts 'zero gravity'"),
        ("easy but brutal stairs, ant", "difficulty", [0.85, 1.0], "'easy' contradicts 'brutal'"),
        (
            "ice with high friction, ant",
            "physics.friction",
            [0.05, 0.15],
            "'high friction' contradicts 'ice'",
        ),
        ("flat stairs, ant", "terrain.sub_terrains[0].kind", "stairs", "'flat' contradicts 'stairs'"),
    ],
)
def test_a_contradiction_is_said(prompt: str, path: str, value: Any, words: str) -> None:
    found = [a for a in interpret(prompt).assumed if words in a.why]
    assert [(a.path, a.value) for a in found] == [(path, value)]


@pytest.mark.parametrize("prompt", ["wet grass, ant", "an ant on hills on Mars", "icy snow, ant"])
def test_what_goes_together_is_no_contradiction(prompt: str) -> None:
    assert not any("contradicts" in a.why for a in interpret(prompt).assumed)


@pytest.mark.parametrize(
    ("prompt", "difficulty"),
    [
        ("start out easy and become extremely difficult", [0.0, 1.0]),
        ("progressively harder", [0.0, 1.0]),
        ("nothing too difficult", [0.0, 0.3]),
        ("a piece of cake", [0.0, 0.1]),
        ("not too easy, not too hard", [0.2, 0.5]),
    ],
)
def test_degrees_of_difficulty_set_the_range(prompt: str, difficulty: list[float]) -> None:
    assert cfg(f"{prompt}: an ant on hills")["difficulty"] == difficulty


@pytest.mark.parametrize(
    ("prompt", "count", "axles"),
    [
        ("six-wheeled rover on craters", 1, 3),
        ("a six-wheeled vehicle on rocks", 1, 3),
        ("two rovers with six wheels", 2, 3),
        ("a rover with 6 wheels", 1, 3),
        ("ten six-wheeled rovers", 10, 3),
        ("a four wheeled rover in a maze", 1, 2),
        ("a 4-wheeled rover", 1, 2),
    ],
)
def test_wheels_are_the_rover_s_axles_and_no_number_of_rovers(prompt: str, count: int, axles: int) -> None:
    read = interpret(prompt)
    (rover,) = cfgio.dump(read.cfg)["robots"]
    assert (rover["model"], rover["count"], rover["params"]) == ("rover", count, {"axles": axles})
    assert read.unmapped == ()


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("ants with a height scan on rough terrain", {"height_scan": 11}),
        ("an ant with height_scan=9 and imu=1 on stairs", {"height_scan": 9, "imu": 1}),
        ("an ant with a 7 x 7 height scan", {"height_scan": 7}),
        ("ant, height scan of 5, rough", {"height_scan": 5}),
        ("quadruped with an IMU and foot contact sensors, hills", {"imu": 1, "foot_touch": 1}),
        ("quadruped without imu, with touch sensors, on stairs", {"imu": 0, "foot_touch": 1}),
        ("rovers with lidar in a maze", {"height_scan": 11}),
    ],
)
def test_sensors_set_parameters_of_the_robot(prompt: str, expected: dict[str, int]) -> None:
    result = interpret(prompt, "offline")
    assert dict(result.cfg.robots[0].params) == expected
    assert result.unmapped == ()


def test_sensors_go_to_every_robot_and_take_no_number_of_other_things() -> None:
    result = interpret("two ants and a rover, all with an imu, two boxes", "offline")
    assert [(r.model, r.count, dict(r.params)) for r in result.cfg.robots] == [
        ("ant", 2, {"imu": 1}),
        ("rover", 1, {"imu": 1}),
    ]
    assert result.cfg.obstacles[0].count == 2


@pytest.mark.parametrize(
    ("prompt", "difficulty"),
    [
        ("very rough ground for ants", [0.6, 1.0]),
        ("gently rough ground for ants", [0.0, 0.4]),
        ("ants on slightly hilly ground", [0.0, 0.4]),
        ("very rough, easy ground for ants", [0.0, 0.3]),  # what is said of difficulty itself counts
        ("ants on rough ground, very windy", [0.0, 1.0]),
        ("ants on very large boulders", [0.0, 1.0]),  # their size is meant
    ],
)
def test_a_word_of_degree_before_a_ground_is_its_difficulty(prompt: str, difficulty: list[float]) -> None:
    assert cfg(prompt)["difficulty"] == difficulty
    assert interpret(prompt).unmapped == ()


def test_a_word_of_degree_before_an_adjective_takes_it_further() -> None:
    def height(prompt: str) -> list[float]:
        return cfg(prompt)["terrain"]["sub_terrains"][0]["step_height"]

    plain, strong, weak = (height(f"ants on {word}steep stairs") for word in ("", "very ", "slightly "))
    assert weak[0] == plain[0] < weak[1] == strong[0] < plain[1] == strong[1]
