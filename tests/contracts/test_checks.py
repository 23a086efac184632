"""Every check finds a world that breaks it, and passes one that does not."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, make_cfg, start

from envgen.packs.make import make
from envgen.packs.recipe import Recipe, task_params
from envgen.validate.base import CHECKS, Check, Subject, checks_in_order
from envgen.validate.examine import examine, redraw_after
from envgen.validate.report import Report
from envgen.validate.stages import ORDER, Stage, sort_key
from envgen.worlds.compiler import capture_warnings
from envgen.worlds.robots.robot_model import robot_model

TELLS_ONLY = {"agreement"}
"""Checks that say something and refuse nothing; each has a test of its own."""
NAMES = [name for name, kind in CHECKS if name not in TELLS_ONLY and kind.scope == "all"]
"""Checks of worlds that are drawn; those of other people's files are in test_lints.py."""


def subject(text: str | bytes, files: dict[str, bytes] | None = None, **more) -> Subject:
    """A Subject as the pipeline makes one: compiled, with what MuJoCo said."""
    raw = text.encode() if isinstance(text, str) else text
    model, problem = None, ""
    with capture_warnings() as caught:
        try:
            model = mujoco.MjModel.from_xml_string(raw.decode(), files or {})
        except ValueError as error:
            problem = str(error)
    return Subject(
        raw, files=files or {}, model=model, problem=problem, warnings=tuple(caught.messages), **more
    )


def world(terrain: str = "flat", **more) -> Subject:
    """A sound world of ours: two ants, a box, a ball, goals."""
    changes = {
        "size": 14,
        "difficulty": 0.3,
        "task": {"kind": "goal", "distance": 4},
        "robots": [{"model": "ant", "count": 2}],
        "obstacles": [{"kind": "box", "count": 2, "size": 0.6, "height": 0.4}, {"kind": "ball", "count": 1}],
        **more,
    }
    cfg = make_cfg(terrain, **changes)
    variant, _ = build_world(cfg)
    return subject(
        variant.rendered.text,
        variant.rendered.files,
        task=Recipe(cfg, 0).task,
        params=task_params(variant.values),
        cell=cfg.terrain.cell,
    )


def edited(sound: Subject, change: Callable[[str], str]) -> Subject:
    """The same world with its text changed; it must have changed."""
    text = sound.text.decode()
    new = change(text)
    assert new != text
    return subject(new, dict(sound.files), task=sound.task, params=sound.params, cell=sound.cell)


def with_qpos(sound: Subject, change: Callable[[np.ndarray], None]) -> Subject:
    """The same world with another start."""
    qpos = np.array(start(sound.model).qpos)
    change(qpos)
    values = " ".join(f"{v:.6g}" for v in qpos)
    return edited(sound, lambda text: re.sub(r'(<key name="home" qpos=")[^"]*', rf"\g<1>{values}", text))


def set_geom(sound: Subject, name: str, **attributes: str) -> Subject:
    def change(text: str) -> str:
        line = re.search(rf'<geom name="{name}"[^>]*>', text)
        assert line
        new = line[0]
        for key, value in attributes.items():
            new = re.sub(rf' {key}="[^"]*"', "", new).replace("/>", f' {key}="{value}"/>')
        return text.replace(line[0], new)

    return edited(sound, change)


def chain(length: int) -> str:
    opened = '<body pos="0 0 .1"><geom size=".01"/><joint/>' * length
    return f"<mujoco><worldbody>{opened}{'</body>' * length}</worldbody></mujoco>"


def thrown(speed: float) -> Subject:
    return subject(
        f"""<mujoco><option gravity="0 0 0"/><worldbody><body><freejoint/><geom size=".1"/></body></worldbody>
        <keyframe><key name="home" qvel="{speed} 0 0 0 0 0"/></keyframe></mujoco>"""
    )


def flung(force: float) -> Subject:
    """A mass of 1 kg on a slide that random control drives with up to that force (N)."""
    return subject(
        f"""<mujoco><option gravity="0 0 0"/><worldbody><body><joint name="x" type="slide" axis="1 0 0"/>
        <geom size=".1" mass="1"/></body></worldbody>
        <actuator><motor joint="x" gear="{force}" ctrlrange="0 1"/></actuator>
        <keyframe><key name="home" ctrl="0"/></keyframe></mujoco>"""
    )


def heap(solref: str, mass: float = 50.0) -> Subject:
    """A ball on a floor that yields."""
    return subject(
        f"""<mujoco><worldbody>
        <geom type="plane" size="5 5 1" solref="{solref}" solimp="0.1 0.2 0.5" priority="1"/>
        <body pos="0 0 .5"><freejoint/><geom size=".5" mass="{mass}"/></body></worldbody></mujoco>"""
    )


def fine_field(side: int) -> Subject:
    """A plate on a heightfield whose cells are much smaller."""
    rng = np.random.default_rng(0)
    raw = np.array([side, side], "<i4").tobytes() + rng.uniform(0, 1, side * side).astype("<f4").tobytes()
    return subject(
        """<mujoco><asset><hfield name="h" file="h.bin" size="2 2 .02 .5"/></asset><worldbody>
        <geom type="hfield" hfield="h"/>
        <body pos="0 0 .09"><freejoint/><geom type="box" size="1 1 .05"/></body>
        </worldbody></mujoco>""",
        {"h.bin": raw},
    )


def near(qpos: np.ndarray, away: float) -> None:
    """The second ant beside the first, `away` m between their circles."""
    radius = robot_model("ant", {"legs": 4, "leg_length": 0.85, "torso_radius": 0.25}).size.radius
    middle = math.copysign(1, -qpos[0]) * (2 * radius + away)
    qpos[15:18] = np.add(qpos[0:3], [middle, 0, 0])


def beside_the_ant(sound: Subject, gap: float) -> Subject:
    data = start(sound.model)
    radius = sound.size_of("ant_0").radius
    inwards = -math.copysign(1, data.qpos[0])
    x = data.qpos[0] + inwards * (radius + gap + 0.3)
    return set_geom(
        sound, "obstacle/box_0", pos=f"{x:.6g} {data.qpos[1]:.6g} 0.2", size="0.3 0.3 0.2", quat="1 0 0 0"
    )


def walled_in(sound: Subject, height: float) -> Subject:
    """Four walls around the first goal."""
    x, y, _ = sound.world.goals[0]
    walls = "".join(
        f'<geom name="obstacle/wall_{i}" class="obstacle" type="box" size="{hx} {hy} {height / 2}"'
        f' pos="{x + dx:.6g} {y + dy:.6g} {height / 2}"/>'
        for i, (dx, dy, hx, hy) in enumerate(
            [(1.5, 0, 0.1, 1.6), (-1.5, 0, 0.1, 1.6), (0, 1.5, 1.6, 0.1), (0, -1.5, 1.6, 0.1)]
        )
    )
    return edited(sound, lambda text: text.replace("<site name=", walls + "<site name=", 1))


def file_named(tmp_path: Path, name: str, *, there: bool = True) -> Subject:
    (tmp_path / "inner").mkdir()
    for folder in (tmp_path, tmp_path / "inner"):
        if there:
            (folder / "a.stl").write_bytes(b"x")
    text = f'<mujoco><asset><mesh name="m" file="{name}"/></asset><worldbody/></mujoco>'
    return Subject(text.encode(), folder=tmp_path / "inner", problem="not compiled")


def field_with(change: Callable[[mujoco.MjModel], None]) -> Subject:
    broken = world("rough", obstacles=[])
    change(broken.model)
    return broken


def spoil(model, value):
    model.hfield_data[7] = value


BROKEN: dict[str, list[Callable[[Path], Subject]]] = {
    "well_formed": [
        lambda _: subject('<!DOCTYPE m [<!ENTITY a "aaaa">]><mujoco model="&a;"/>'),
        lambda _: subject("<mujoco><worldbody></mujoco>"),
        lambda _: subject(b""),
        lambda _: subject("<a>" * 149 + "<b/>" * 2 + "<a><b/></a>" + "</a>" * 149),
        lambda _: subject('<!DOCTYPE m SYSTEM "file:///etc/passwd"><mujoco/>'),
    ],
    "files": [
        lambda tmp: file_named(tmp, "../a.stl"),
        lambda tmp: file_named(tmp, str(tmp / "a.stl")),
        lambda tmp: file_named(tmp, "missing.stl", there=False),
        lambda tmp: file_named(tmp, "C:\\\\a.stl"),
        lambda tmp: file_named(tmp, "sub/../../a.stl"),
    ],
    "compiles": [
        lambda _: subject('<mujoco><worldbody><geom size="-1"/></worldbody></mujoco>'),
        lambda _: subject('<mujoco><worldbody><geom sice="1"/></worldbody></mujoco>'),
        lambda _: subject("<nothing/>"),
    ],
    "depth": [lambda _: subject(chain(101))],
    "bounds": [lambda _: edited(world(), lambda t: re.sub(r'memory="[^"]*"', 'memory="80M"', t))],
    "heightfield": [
        lambda _: field_with(lambda m: spoil(m, np.nan)),
        lambda _: field_with(lambda m: spoil(m, 1.5)),
        lambda _: field_with(lambda m: m.hfield_size.__setitem__((0, 2), 1e-4)),
        lambda _: field_with(lambda m: m.hfield_size.__setitem__((0, 3), 0.0)),
    ],
    "penetration": [
        lambda _: with_qpos(world(), lambda q: q.__setitem__(2, q[2] - 0.005)),
        lambda _: with_qpos(world(), lambda q: near(q, -1.2)),
    ],
    "start_height": [lambda _: with_qpos(world(), lambda q: q.__setitem__(2, q[2] + 0.4))],
    "apart": [lambda _: with_qpos(world(), lambda q: near(q, 0.05))],
    "clearance": [lambda _: beside_the_ant(world(), 0.02)],
    "resting": [lambda _: set_geom(world(), "obstacle/box_0", pos="0 0 0.33", size="0.3 0.3 0.3")],
    "buried": [
        lambda _: set_geom(world(), "obstacle/box_0", pos="0 0 -0.3", size="0.3 0.3 0.3"),
        lambda _: set_geom(world(), "obstacle/box_0", pos="0 0 -0.298", size="0.3 0.3 0.3"),
    ],
    "reachable": [lambda _: walled_in(world(), 1.0)],
    "task": [
        lambda _: edited(
            world(),
            lambda t: re.sub(r'(<site name="goal/0"[^>]*pos=")[^"]*', rf"\g<1>{_root_xy(world())} 0", t),
        ),
        lambda _: with_qpos(world(), lambda q: q.__setitem__(slice(3, 7), [0, 1, 0, 0])),
        lambda _: with_qpos(world(), lambda q: q.__setitem__(0, 9.0)),
    ],
    "stable": [
        lambda _: edited(world(), lambda t: t.replace("<keyframe>", _blow_up() + "<keyframe>")),
        lambda _: thrown(1e12),
    ],
    "speed": [lambda _: thrown(21), lambda _: flung(700), lambda _: replace(flung(250), built_in=True)],
    "energy": [lambda _: thrown(15)],
    "sinking": [lambda _: heap("0.5 1")],
    "tunnelling": [lambda _: heap("2 1")],
    "footing": [lambda _: with_qpos(world(), lambda q: q.__setitem__(2, q[2] + 0.26))],
    "memory": [lambda _: edited(world("rough"), lambda t: re.sub(r'memory="[^"]*"', 'memory="64K"', t))],
    "cell_size": [lambda _: fine_field(200)],
}


def _root_xy(sound: Subject) -> str:
    return " ".join(f"{v:.4g}" for v in start(sound.model).qpos[:2])


def _blow_up() -> str:
    """A motor that is far too strong."""
    return (
        '<actuator><general joint="ant_0/hip_0" gear="1e9" ctrlrange="-1 1" ctrllimited="true"/></actuator>'
    )


def case_ids():
    return [(name, i) for name in NAMES for i in range(max(1, len(BROKEN.get(name, []))))]


@pytest.mark.parametrize(("name", "number"), case_ids())
def test_a_world_that_breaks_it_is_found(name, number, tmp_path):
    assert name in BROKEN, f"the check {name!r} has no broken example: add one to BROKEN"
    broken = BROKEN[name][number](tmp_path)
    check = CHECKS.get(name)()
    assert check.applies(broken)
    finding = check.run(broken)
    assert not finding.ok
    assert finding.check == name
    assert finding.detail, "says what exactly is wrong"
    assert finding.remedy, "says what to do"
    assert finding.measured is not None
    assert finding.bound is not None


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_world_passes_it(name, tmp_path):
    check = CHECKS.get(name)()
    sound = world("rough") if name != "files" else file_named(tmp_path, "a.stl")
    assert check.applies(sound)
    finding = check.run(sound)
    assert finding.ok, finding
    assert not finding.detail


@pytest.mark.parametrize(
    ("name", "nearly"),
    [
        ("depth", lambda: subject(chain(100))),
        ("start_height", lambda: with_qpos(world(), lambda q: q.__setitem__(2, q[2] + 0.2))),
        ("footing", lambda: with_qpos(world(), lambda q: q.__setitem__(2, q[2] + 0.15))),
        ("apart", lambda: with_qpos(world(), lambda q: near(q, 0.15))),
        ("clearance", lambda: beside_the_ant(world(), 0.08)),
        ("resting", lambda: set_geom(world(), "obstacle/box_0", pos="0 0 0.31", size="0.3 0.3 0.3")),
        ("buried", lambda: set_geom(world(), "obstacle/box_0", pos="0 0 -0.29", size="0.3 0.3 0.3")),
        ("reachable", lambda: walled_in(world(), 0.1)),
        ("speed", lambda: thrown(19)),
        ("speed", lambda: flung(600)),
        ("speed", lambda: replace(flung(200), built_in=True)),
        ("energy", lambda: thrown(10)),
        ("penetration", lambda: with_qpos(world(), lambda q: q.__setitem__(2, q[2] - 0.002))),
    ],
)
def test_a_world_just_within_the_bound_passes(name, nearly):
    assert CHECKS.get(name)().run(nearly()).ok


@pytest.mark.parametrize("name", NAMES)
def test_describes_itself(name):
    check = CHECKS.get(name)
    assert check.kind == name
    assert check.title
    assert check.__doc__
    assert check.remedy.endswith(".")
    assert check.redraw in ("obstacles", "terrain")


def test_robots_that_disagree_on_the_solver_are_told_of_and_not_refused(tmp_path):
    robots = [{"model": "ant"}, {"model": "humanoid"}]
    cfg = make_cfg("flat", size=16, robots=robots, task={"kind": "stand"})
    finding = make(cfg, 1, out=tmp_path / "p", jobs=1)[0].report.to_json()["agreement"]
    assert finding["ok"]
    assert finding["measured"] == 2
    assert "timestep" in finding["detail"]
    assert "integrator" in finding["detail"]
    alone = make(make_cfg("flat"), 1, out=tmp_path / "q", jobs=1)[0].report.to_json()
    assert "agreement" not in alone


def test_the_order_names_checks_that_exist_once_each_in_the_stage_that_they_declare():
    listed = [(kind, stage) for stage, kinds in ORDER.items() for kind in kinds]
    assert len({kind for kind, _ in listed}) == len(listed)
    assert list(ORDER) == sorted(Stage)
    for kind, stage in listed:
        assert CHECKS.get(kind).stage == stage


def test_a_check_that_is_not_listed_runs_at_the_end_of_its_stage():
    assert sort_key("buried", Stage.START) < sort_key("novel", Stage.START) < sort_key("task", Stage.TASK)
    assert sort_key("a_new_one", Stage.START) < sort_key("novel", Stage.START)


@pytest.mark.parametrize(
    ("order", "stage"), [(3, Stage.FILE), (26, Stage.MODEL), (68, Stage.TASK), (71, Stage.SIMULATION)]
)
def test_the_order_of_a_check_of_before_becomes_a_stage_with_a_warning(order, stage):
    with pytest.warns(DeprecationWarning, match="Old.order is deprecated; state a stage"):
        kind = type("Old", (Check,), {"kind": "old", "title": "old", "order": order})
    assert kind.stage == stage


def test_a_report_holds_every_check_that_applies_in_order_and_survives_json():
    report = examine(world("rough"))
    assert report.ok, report.failed
    kinds = [f.check for f in report.findings]
    assert kinds == [c.kind for c in checks_in_order() if c.kind in kinds]
    assert set(kinds) == set(NAMES) - {"files"}
    import json

    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_examination_can_stop_at_the_first_failure():
    broken = with_qpos(world(), lambda q: q.__setitem__(2, q[2] - 0.01))
    short, whole = examine(broken, stop_at_failure=True), examine(broken)
    assert short.failed.check == "penetration"
    assert len(short.findings) < len(whole.findings)
    assert redraw_after(short) == "obstacles"


def test_unsafe_text_ends_the_examination():
    report = examine(BROKEN["well_formed"][0](Path()))
    assert [f.check for f in report.findings] == ["well_formed"]
    assert redraw_after(report) == "terrain"


def test_a_world_that_explodes_leaves_no_log_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = examine(thrown(1e12))
    assert not report.ok
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_not_ours_is_checked_as_far_as_checks_apply():
    report = examine(subject(chain(3)))
    kinds = {f.check for f in report.findings}
    assert {"well_formed", "compiles", "depth", "stable"} <= kinds
    assert not kinds & {"apart", "clearance", "reachable", "task", "start_height", "resting", "buried"}


def test_the_same_seed_of_the_random_control_gives_the_same_report():
    one, two = (examine(world("rough")).to_json() for _ in range(2))
    assert one == two
