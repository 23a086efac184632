"""What episodes draw, in words: each key of `randomize` by several wordings, wrong numbers, negation."""

from __future__ import annotations

import itertools
from typing import Any
from xml.etree import ElementTree

import pytest

from envgen.core.cfg import RandomizeCfg
from envgen.core.families import ROBOTS
from envgen.core.params import RobotSize
from envgen.prompting.base import Interpretation, interpret, refine
from envgen.prompting.languages import other_languages

KEYS = tuple(RandomizeCfg.model_fields)
USUAL: dict[str, Any] = RandomizeCfg().model_dump(mode="json")
PUSH = [0.3, 1.0]

SAID: dict[str, dict[str, Any]] = {
    "friction_scale": {
        "friction ±30%": [0.7, 1.3],
        "random friction": [0.5, 1.25],
        "friction scale 0.5 to 1.5": [0.5, 1.5],
    },
    "mass_scale": {
        "mass ±20%": [0.8, 1.2],
        "masses that vary by 20%": [0.8, 1.2],
        "heavier or lighter by 10%": [0.9, 1.1],
        "random masses": [0.8, 1.2],
        "payload between 90% and 110%": [0.9, 1.1],
    },
    "gear_scale": {
        "motor strength ±10%": [0.9, 1.1],
        "stronger or weaker motors ±20%": [0.8, 1.2],
        "motors up to 20% stronger or weaker": [0.8, 1.2],
        "motor strength 0.8 to 1.2": [0.8, 1.2],
    },
    "motor_scale": {
        "motor strengths that differ by 20%": [0.8, 1.2],
        "motors that differ by 20%": [0.8, 1.2],
        "motors that differ by up to 20%": [0.8, 1.2],
        "torque ±10% per motor": [0.9, 1.1],
        "each motor 80 to 120 %": [0.8, 1.2],
        "each motor 0.8 to 1.2": [0.8, 1.2],
        "the strength of each motor ±10%": [0.9, 1.1],
        "random motor strengths": [0.8, 1.2],
        "every actuator between 80% and 120%": [0.8, 1.2],
    },
    "push": {
        "random pushes": PUSH,
        "pushes of 0.6 m/s": 0.6,
        "a push of 0.2 to 0.4 m/s": [0.2, 0.4],
        "shoves of 1 m/s": 1.0,
        "pushed every 5 s with 0.5 m/s": 0.5,
        "pushes of 0.5 m/s every 5 s": 0.5,
        "pushes of up to 0.5 m/s": [0.0, 0.5],
    },
    "push_interval": {
        "pushed every 2 seconds": 2.0,
        "a push every 3 s": 3.0,
        "pushes every 2 to 5 seconds": [2.0, 5.0],
        "shoved once per second": 1.0,
        "kicked every second": 1.0,
        "random pushes 4 s apart": 4.0,
        "pushes at intervals of 3 s": 3.0,
        "3 s between pushes": 3.0,
        "pushed at 0.5 Hz": 2.0,
        "a push interval of 3 s": 3.0,
    },
    "latency": {
        "a latency of 3 steps": 3,
        "latency: 2": 2,
        "2 steps of latency": 2,
        "a 3-step delay": 3,
        "actions delayed by 2 steps": 2,
        "an action delay of 1 to 4 control steps": [1, 4],
        "a delay of a few steps": [1, 3],
        "delayed actions": [1, 3],
        "actions arrive 2 steps late": 2,
        "a latency of up to 3 steps": [0, 3],
        "up to 3 steps of latency": [0, 3],
        "a lag of two time steps": 2,
    },
    "start_noise": {
        "noisy starts": 0.05,
        "start noise 0.1": 0.1,
        "starts that are noisy": 0.05,
        "noise in the initial poses of 0.1": 0.1,
        "noisy initial poses": 0.05,
        "random initial poses": 0.05,
        "each episode starts noisy": 0.05,
    },
    "observation_noise": {
        "sensor noise": 0.05,
        "noisy sensors": 0.05,
        "whose sensors are noisy": 0.05,
        "sensors that are very noisy": 0.05,
        "0.02 observation noise": 0.02,
        "noise of 0.1 on all sensors": 0.1,
        "noisy observations": 0.05,
        "readings with noise": 0.05,
        "noise": 0.05,
    },
}
NOUNS = {
    "push": ["pushes", "random pushes", "shoves"],
    "push_interval": ["push interval"],
    "latency": ["latency", "delay", "action delay", "lag", "delayed actions"],
    "start_noise": ["start noise", "noisy starts", "random starts", "initial noise"],
    "observation_noise": ["sensor noise", "noise", "noisy sensors", "observation noise"],
}


def drawn(found: Interpretation) -> dict[str, Any]:
    """Return the values of `randomize` that are not the usual ones."""
    values: dict[str, Any] = found.to_json()["cfg"]["randomize"]
    return {key: value for key, value in values.items() if value != USUAL[key]}


def nothing_else(found: Interpretation) -> bool:
    """Return whether an ant walks on flat ground: the words have become no terrain and no task."""
    cfg = found.cfg
    grounds = [ground.kind for ground in cfg.terrain.sub_terrains]
    return (grounds, cfg.obstacles, cfg.task.kind, cfg.robots[0].model) == (["flat"], (), "walk", "ant")


def test_every_key_has_wordings() -> None:
    assert SAID.keys() == {*KEYS}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("form", ["an ant with {}", "{}, ant", "ants, {}, on flat ground"])
def test_every_key_is_understood_in_several_wordings(key: str, form: str) -> None:
    for words, value in SAID[key].items():
        found = interpret(form.format(words), "offline")
        expected = {key: value} if key != "push_interval" else {key: value, "push": PUSH}
        assert drawn(found) == expected, words
        assert not found.unmapped, words
        assert nothing_else(found), words


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("form", ["ant, {}={}", "ant, {} {}", "ant, {}: {}", "an ant with a {} of {}"])
def test_every_key_is_understood_by_its_name(key: str, form: str) -> None:
    value = 3 if key in ("latency", "push_interval") else 0.7
    for name in {key, key.replace("_", " ")}:
        found = interpret(form.format(name, value), "offline")
        if (key, name) != ("push", "push") or "=" in form:
            assert drawn(found)[key] == value, (name, form)
        assert not found.unmapped


# --- numbers that can't be ------------------------------------------------------------------------

STEPS = ("steps", "control steps", "time steps")


@pytest.mark.parametrize("noun", NOUNS["latency"])
def test_steps_beside_a_latency_are_no_stairs(noun: str) -> None:
    for number, steps in itertools.product(("3", "two", "2 to 4", "2.5", "-1", "50", "1000", "0.5"), STEPS):
        for form in (
            "ant, {0} of {1} {2}",
            "ant, {1} {2} of {0}",
            "{0} by {1} {2}, ant",
            "ant, no {0} of {1} {2}",
        ):
            words = form.format(noun, number, steps)
            found = interpret(words, "offline")
            assert nothing_else(found), words
            possible = number in ("3", "two", "2 to 4")
            if "no " in words:
                assert drawn(found) == {}, words
            elif possible:
                assert drawn(found)["latency"] in (3, 2, [2, 4]), words
                assert not found.unmapped, words
            else:
                assert any(number in left for left in found.unmapped), words
                said = [note.why for note in found.assumed if note.path == "randomize.latency"]
                assert number in said[0], words


@pytest.mark.parametrize("key", NOUNS)
def test_a_number_out_of_range_is_said(key: str) -> None:
    for noun, number in itertools.product(NOUNS[key], ("5000", "-3")):
        unit = {"push": " m/s", "push_interval": " s"}.get(key, "")
        found = interpret(f"ant, {noun} of {number}{unit}", "offline")
        assert nothing_else(found), noun
        assert number in found.unmapped[0], noun
        assert any(n.path == f"randomize.{key}" and number in n.why for n in found.assumed), noun


def test_an_interval_in_steps_is_said() -> None:
    found = interpret("ants pushed every 100 steps", "offline")
    assert (drawn(found), found.unmapped, nothing_else(found)) == ({"push": PUSH}, ("100 steps",), True)


@pytest.mark.parametrize(
    ("prompt", "ground"),
    [
        ("ants with latency on steps", "stairs"),
        ("3 steps of latency, ants on stairs", "stairs"),
        ("ants on stairs with steps of 20 cm and a latency of 2 steps", "stairs"),
        ("ants on noisy terrain, sensor noise", "rough"),
        ("ants with noisy sensors on noisy ground", "rough"),
        ("ants with sensors, on noisy terrain", "rough"),
    ],
)
def test_steps_and_noise_of_the_ground_stay_ground(prompt: str, ground: str) -> None:
    assert [t.kind for t in interpret(prompt, "offline").cfg.terrain.sub_terrains] == [ground]


def test_noise_of_actions_has_no_key() -> None:
    found = interpret("ants with noisy actions", "offline")
    assert (drawn(found), nothing_else(found)) == ({}, True)
    assert "noisy" in found.unmapped


def test_what_is_pushed_by_an_ant_sets_no_pushes() -> None:
    for words in ("an ant pushes a box every 5 s", "an ant pushes 2 boxes", "an ant pushing a ball"):
        found = interpret(words, "offline")
        assert (drawn(found), found.cfg.task.kind) == ({}, "push"), words


@pytest.mark.parametrize("key", ["push", "latency", "start_noise", "observation_noise"])
def test_a_comparative_without_a_number_is_no_usual_value(key: str) -> None:
    for noun, word in itertools.product(NOUNS[key], ("less", "more", "reduced", "higher", "twice the")):
        found = interpret(f"ant, {word} {noun}", "offline")
        assert (drawn(found), found.unmapped) == ({}, (f"{word} {noun}",))


# --- negation -------------------------------------------------------------------------------------

NEGATED = [noun for key, nouns in NOUNS.items() if key != "push_interval" for noun in nouns]


@pytest.mark.parametrize("noun", NEGATED)
@pytest.mark.parametrize(
    "form",
    ["ants, no {}", "ants without {}", "ants without any {}", "ants, neither {} nor boxes", "ants, zero {}"],
)
def test_what_is_negated_is_understood_and_draws_nothing(noun: str, form: str) -> None:
    found = interpret(form.format(noun), "offline")
    assert (drawn(found), found.unmapped, nothing_else(found)) == ({}, (), True)
    assert any(noun in said.text and said.path.startswith("randomize.") for said in found.understood)


def test_several_negations() -> None:
    for words in (
        "ants without noise, no latency, no pushes",
        "ants, no noise, latency or pushes",
        "ants, sensors are not noisy, no delay, no pushes",
        "noise-free ants, no latency and no pushes",
    ):
        found = interpret(words, "offline")
        assert (drawn(found), found.unmapped, nothing_else(found)) == ({}, (), True), words
        paths = {said.path.removeprefix("randomize.") for said in found.understood}
        assert {"observation_noise", "latency", "push"} <= paths, words


# --- latency in time ------------------------------------------------------------------------------


@pytest.mark.parametrize("robot", [name for name in ROBOTS.names() if ":" not in name])
def test_a_latency_in_time_becomes_control_steps_of_the_robot(robot: str) -> None:
    kind = ROBOTS.get(robot)
    values = {name: spec.at(0.5, RobotSize()) for name, spec in kind.params.items()}
    option = ElementTree.fromstring(kind.mjcf(values)).find("option")
    assert option is not None
    period = 5 * float(option.get("timestep", "0.002"))
    found = interpret(f"a {robot.replace('_', ' ')} with a latency of {3000 * period:g} ms", "offline")
    assert found.cfg.robots[0].model == robot
    assert drawn(found) == {"latency": 3}
    assert [n.path for n in found.assumed if "control steps of" in n.why] == ["randomize.latency"]


@pytest.mark.parametrize(
    ("words", "latency", "left"),
    [
        ("frame skip 4, timestep 5 ms, 20 ms latency", 1, ()),
        ("frame skip 1, timestep 10 ms, latency of 20 to 60 ms", [2, 6], ()),
        ("100 ms latency", 2, ()),
        ("20 ms latency", 1, ("20 ms",)),  # less than half a step
        ("30 s latency", [1, 3], ("30 s",)),
        ("frame skip 2 to 4, 20 ms latency", [1, 3], ("20 ms",)),
    ],
)
def test_a_latency_in_time(words: str, latency: Any, left: tuple[str, ...]) -> None:
    found = interpret(f"ant, {words}", "offline")
    assert (found.to_json()["cfg"]["randomize"]["latency"], found.unmapped) == (latency, left)
    assert any(note.path == "randomize.latency" for note in found.assumed)


def test_a_refinement_has_the_control_steps_and_pushes_of_its_base() -> None:
    base = interpret("ant, frame skip 2, timestep 5 ms, pushes of 0.6 m/s", "offline").cfg
    assert refine(base, "20 ms latency", "offline").cfg.randomize.latency == 2
    pushed = refine(base, "pushed every 2 seconds", "offline").cfg.randomize
    assert (pushed.push, pushed.push_interval) == (0.6, 2.0)
    assert refine(base, "no pushes", "offline").cfg.randomize.push == 0
    late = refine(base, "a latency of 4 steps", "offline").cfg
    assert refine(late, "a latency of 50 steps, on hills", "offline").cfg.randomize.latency == 4
    assert refine(late, "twice the latency, on hills", "offline").cfg.randomize.latency == 4


# --- other languages ------------------------------------------------------------------------------

ABROAD: dict[str, dict[str, dict[str, Any]]] = {
    "de": {
        "zwei Ameisen mit Sensorrauschen und Verzögerung": {"observation_noise": 0.05, "latency": [1, 3]},
        "eine Ameise mit verrauschten Sensoren": {"observation_noise": 0.05},
        "eine Ameise mit einer Verzögerung von 3 Schritten": {"latency": 3},
        "eine Ameise wird alle 2 Sekunden geschubst": {"push": PUSH, "push_interval": 2.0},
        "eine Ameise mit zufälligen Starts": {"start_noise": 0.05},
        "eine Ameise ohne Rauschen, ohne Verzögerung und ohne Stöße": {},
    },
    "es": {
        "dos hormigas con ruido de sensores y latencia": {"observation_noise": 0.05, "latency": [1, 3]},
        "dos hormigas con un retardo de 3 pasos": {"latency": 3},
        "una hormiga empujada cada 2 segundos": {"push": PUSH, "push_interval": 2.0},
        "una hormiga con inicios aleatorios": {"start_noise": 0.05},
        "dos hormigas sin ruido, sin latencia": {},
    },
    "fr": {
        "deux fourmis avec bruit de capteur et latence": {"observation_noise": 0.05, "latency": [1, 3]},
        "une fourmi avec une latence de 3 pas de commande": {"latency": 3},
        "une fourmi bousculée toutes les 2 secondes": {"push": PUSH, "push_interval": 2.0},
        "une fourmi avec des départs aléatoires": {"start_noise": 0.05},
        "deux fourmis sans bruit ni latence": {},
    },
    "zh": {
        "两只蚂蚁，有传感器噪声和延迟": {"observation_noise": 0.05, "latency": [1, 3]},
        "一只蚂蚁，延迟3步": {"latency": 3},
        "一只蚂蚁，每2秒推一次": {"push": PUSH, "push_interval": 2.0},
        "一只蚂蚁，随机初始姿态": {"start_noise": 0.05},
        "两只蚂蚁，没有噪声，没有延迟": {},
    },
}


def test_every_language_is_tried() -> None:
    assert ABROAD.keys() == other_languages().keys()


@pytest.mark.parametrize("code", ABROAD)
def test_what_is_drawn_in_other_languages(code: str) -> None:
    for words, values in ABROAD[code].items():
        found = interpret(words, "offline")
        assert (drawn(found), found.unmapped, nothing_else(found)) == (values, (), True), words
