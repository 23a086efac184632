"""Gaits: files become the formula, and every built-in robot does what the docs say of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from envgen.core.errors import EnvgenError
from envgen.core.families import ROBOTS
from envgen.packs.make import make
from envgen.policies.gait import Gait, gait_for
from envgen.policies.gaitfile import read, resolve
from envgen.policies.policy_files import gait_files
from envgen.rollout.policies import bind, interface
from envgen.rollout.rollout import Rollout

HEAD = 'summary = "s"\nsource = "s"\n'


def gait(tmp_path, text, names, low=None, high=None):
    path = tmp_path / "robot.toml"
    path.write_text(HEAD + text)
    count = len(names)
    found = resolve(read(path), str(path), names, low or [-1.0] * count, high or [1.0] * count)
    return None if found is None else Gait(*found)


# --- files ----------------------------------------------------------------------------------------


def test_a_gait_is_the_formula():
    found = Gait(0.7, (0.1, -0.2), ((0.3, 0.0), (0.0, 0.9)), ((0.0, 0.4), (0.2, 0.0)))
    times = np.array([0.0, 0.013, 1.7, 123.4])
    for time, action in zip(times, found.action(times)):
        for j in range(2):
            value = found.offset[j]
            for k in (1, 2):
                angle = 2 * math.pi * k * 0.7 * time
                value += found.cos[k - 1][j] * math.cos(angle) + found.sin[k - 1][j] * math.sin(angle)
            assert action[j] == pytest.approx(min(max(value, -1.0), 1.0), abs=1e-12)


def test_waves_become_the_formula_of_the_docs(tmp_path):
    text = """
[[gait]]
frequency = 1.5
[[gait.wave]]
names = ["yaw_*", "tail"]
amplitude = 0.4
phase = 0.1
lag = 0.05
turns = -1.0
gains = [1.0, 2.0, -0.5]
lags = [0.0, 0.25, 0.5]
[[gait.wave]]
names = "yaw_*"
harmonic = 2
amplitude = 0.2
leg = "x"
[[gait.wave]]
names = "tail"
harmonic = 0
amplitude = -0.3
"""
    names = ["tail", "yaw_3", "yaw_7"]
    found = gait(tmp_path, text, names)
    t = 0.37
    members = {"yaw_3": (0, 3), "yaw_7": (1, 7), "tail": (2, 2)}  # as the list counts, and the number
    for j, name in enumerate(names):
        m, number = members[name]
        turns = 1.5 * t + 0.1 + 0.05 * number + [0, 0.25, 0.5][m] - m / 3
        value = 0.4 * [1, 2, -0.5][m] * math.cos(2 * math.pi * turns)
        if name != "tail":
            heading = 2 * math.pi * (m + 0.5) / 2
            value += 0.2 * math.cos(heading) * math.cos(2 * math.pi * 2 * 1.5 * t)
        else:
            value -= 0.3
        assert found.action(np.array([t]))[0, j] == pytest.approx(value, abs=1e-12)


def test_amplitudes_may_be_controls(tmp_path):
    """Of a servo whose range is not around 0, in its own unit."""
    text = """
[[gait]]
frequency = 1.0
unit = "control"
[[gait.wave]]
names = "knee"
amplitude = 0.3
[[gait.wave]]
names = "knee"
harmonic = 0
amplitude = 0.9
"""
    low, high = [-0.2, -1.0], [1.4, 1.0]
    found = gait(tmp_path, text, ["knee", "neck"], low, high)
    for t in (0.0, 0.2, 0.6):
        action = found.action(np.array([t]))[0]
        control = low[0] + 0.5 * (action[0] + 1) * (high[0] - low[0])
        assert control == pytest.approx(0.9 + 0.3 * math.cos(2 * math.pi * t), abs=1e-12)
        assert action[1] == 0  # the middle of its range, as nothing moves it


def test_the_first_gait_that_fits_counts(tmp_path):
    text = "".join(
        f'\n[[gait]]\nfrequency = {hertz}\n{only}[[gait.wave]]\nnames = "{names}"\namplitude = 0.1\n'
        for hertz, only, names in ((1.0, "actuators = 3\n", "*"), (2.0, "", "knee"), (3.0, "", "*"))
    )
    assert gait(tmp_path, text, ["a", "b", "c"]).frequency == 1.0
    assert gait(tmp_path, text, ["a", "knee"]).frequency == 2.0
    assert gait(tmp_path, text, ["a", "b"]).frequency == 3.0
    assert gait(tmp_path, text.split("\n[[gait]]")[1].join(["\n[[gait]]", ""]), ["a"]) is None


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("[[gait]\n", "Expected"),
        ("", "gait: Field required"),
        ("gait = []\n", "gait: Tuple should have at least 1 item"),
        ("[[gait]]\nfrequency = 0\nwave = []\n", "gait.0.frequency: Input should be greater than 0"),
        ("[[gait]]\nfrequency = nan\nwave = []\n", "gait.0.frequency: Input should be a finite number"),
        ("[[gait]]\nfrequency = 1\nwave = []\nspeed = 3\n", "gait.0.speed: Extra inputs are not permitted"),
        (
            '[[gait]]\nfrequency = 1\n[[gait.wave]]\nnames = "*"\namplitude = 1\nharmonic = 99\n',
            "gait.0.wave.0.harmonic: Input should be less than or equal to 8",
        ),
        (
            '[[gait]]\nfrequency = 1\n[[gait.wave]]\nnames = "*"\namplitude = 1\ngains = [1, 2, 3]\n',
            "gains of * has 3 numbers for 2 actuators",
        ),
    ],
)
def test_a_malformed_file_is_told(tmp_path, text, cause):
    with pytest.raises(EnvgenError) as caught:
        gait(tmp_path, text, ["a", "b"])
    assert cause in caught.value.cause
    assert "robot.toml" in caught.value.cause
    assert caught.value.remedy


def test_a_folder_of_the_user_comes_first(tmp_path, monkeypatch):
    names, low, high = ["forwards", "left"], [-1.0] * 2, [1.0] * 2
    before = gait_for("point", names, low, high)
    mine = '[[gait]]\nfrequency = 9.0\n[[gait.wave]]\nnames = "left"\namplitude = 1.0\n'
    (tmp_path / "point.toml").write_text(HEAD + mine)
    monkeypatch.setenv("ENVGEN_POLICIES", str(tmp_path))
    assert gait_for("point", names, low, high).frequency == 9.0 != before.frequency
    assert gait_for("ant", names, low, high) is None  # a robot of that name with other actuators
    assert gait_for("nobody", names, low, high) is None


# --- every robot ------------------------------------------------------------------------------------


def drive(tmp_path, robot, params=None, seconds=8.0, count=1):
    """Forward speed (m/s) and time on its feet (s) of a robot's gait, by world."""
    cfg = {
        "name": "gait",
        "terrain": {"size": [40, 20], "cell": 0.2, "sub_terrains": [{"kind": "flat"}]},
        "robots": [{"model": robot, "params": params or {}}],
        "task": {"kind": "race", "distance": 15},
        "control": {"episode": seconds},
        "difficulty": 0.1,
    }
    rollout = Rollout(list(make(cfg, count, seed=77, out=tmp_path / f"{robot}{params}", jobs=1)))
    (agent,) = rollout.agents
    policies, result = bind(rollout, {"*": "gait"}), rollout.reset()
    layouts = rollout.context.layouts[agent]

    def where():
        return np.array([d.sensordata[at.sensors["root_pos"]] for d, at in zip(rollout.data, layouts)])

    first, lasted, speed = where(), np.full(count, np.nan), np.full(count, np.nan)
    while not rollout.done.all():
        result = rollout.step(policies(result))
        for i, ending in enumerate(result[agent].ending):
            if ending is not None:
                lasted[i] = seconds if ending in ("time", "finished") else rollout.data[i].time
                speed[i] = (where()[i, 0] - first[i, 0]) / rollout.data[i].time
    return speed, lasted


def test_every_robot_has_a_gait():
    lacking = sorted(set(ROBOTS.names()) - set(gait_files()))
    assert not lacking, f"add envgen/policies/gaits/{lacking[0]}.toml: docs/policies.md tells how"
    for name, path in gait_files().items():
        file = read(path)
        assert file.summary, name
        assert file.source, name


MOVES = {
    "ant": 1.2,
    "biped": 0.1,
    "half_cheetah": 2.5,
    "hexapod": 0.7,
    "hopper": 0.1,
    "humanoid": 0.08,
    "point": 1.2,
    "quadrotor": -0.05,
    "quadruped": 1.3,
    "rover": 0.8,
    "snake": 0.9,
    "walker2d": 0.15,
}
"""Least speed on flat ground (m/s): somewhat less than docs/policies.md says."""


@pytest.mark.parametrize("robot", MOVES)
def test_a_gait_does_what_the_docs_say(tmp_path, robot):
    speed, lasted = drive(tmp_path, robot)
    assert speed.mean() > MOVES[robot]
    assert lasted.mean() == 8.0


def test_every_built_in_robot_is_measured():
    assert set(MOVES) == set(ROBOTS.names()), "add to MOVES above what scripts/tune_gait --measure says"


@pytest.mark.parametrize("legs", range(3, 9))
def test_ants_of_any_number_of_legs_walk(tmp_path, legs):
    speed, lasted = drive(tmp_path, "ant", {"legs": legs})
    assert speed.mean() > 1.0
    assert lasted.min() == 8.0


@pytest.mark.parametrize("links", [5, 12])
def test_snakes_of_any_length_crawl(tmp_path, links):
    speed, _ = drive(tmp_path, "snake", {"links": links})
    assert speed.mean() > 0.5


def test_a_gait_is_exactly_what_the_rollout_plays(tmp_path):
    cfg = {"name": "g", "robots": [{"model": "ant"}], "task": {"kind": "walk"}, "terrain": {"size": [10, 10]}}
    rollout = Rollout(make(cfg, 1, out=tmp_path / "p", jobs=1)[0])
    own = interface(rollout, "ant_0")
    pattern = gait_for("ant", own.actuators, own.low, own.high)
    policies, result = bind(rollout, {"*": "gait"}), rollout.reset()
    for step in range(10):
        actions = policies(result)
        np.testing.assert_array_equal(actions["ant_0"], pattern.action(np.array([rollout.data[0].time])))
        assert rollout.data[0].time == pytest.approx(step * 0.05)
        result = rollout.step(actions)
