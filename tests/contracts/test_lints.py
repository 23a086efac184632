"""Every lint finds what breaks it, on the line where it stands, and is quiet on what is just right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.lint_mjcf import WHOLE, arm, ball, driven, keyed, mjcf, write_files
from support.lints_broken import BROKEN
from support.lints_sound import SOUND
from support.worlds import make_cfg

from envgen.core.families import ROBOTS
from envgen.packs.make import make
from envgen.validate.base import CHECKS, Subject
from envgen.validate.examine import DEFECT, examine
from envgen.validate.foreign import load_subject
from envgen.validate.report import Report

NAMES = [name for name, kind in CHECKS if kind.scope == "foreign"]


def subject(folder: Path, text: str) -> Subject:
    """A file of others, compiled in this process."""
    write_files(folder)
    path = folder / "model.xml"
    path.write_text(text)
    return load_subject(path, text.encode())


def cases(examples: dict[str, list[str]]) -> list[tuple[str, int]]:
    return [(name, i) for name in NAMES for i in range(max(1, len(examples.get(name, []))))]


@pytest.mark.parametrize(("name", "number"), cases(BROKEN))
def test_what_breaks_it_is_found_with_its_line(name, number, tmp_path):
    assert name in BROKEN, f"the lint {name!r} has no broken example: add one to support/lints_broken.py"
    text = BROKEN[name][number]
    broken = subject(tmp_path, text.replace("§", ""))
    check = CHECKS.get(name)()
    assert check.applies(broken), broken.problem
    findings = check.examine(broken)
    assert not any(finding.ok for finding in findings)
    for finding in findings:
        assert finding.check == name
        assert finding.detail, "says what exactly is wrong"
        assert finding.remedy, "says what to do"
        assert finding.measured is not None
        assert finding.bound is not None
        assert finding.severity in ("error", "warning", "info")
    marked = [i for i, line in enumerate(text.splitlines(), 1) if "§" in line]
    if marked:  # § marks the elements that are wrong: these and no others are named
        assert sorted({finding.line for finding in findings}) == marked
        assert all(finding.element for finding in findings)


@pytest.mark.parametrize(("name", "number"), cases(SOUND))
def test_what_is_just_right_is_not_found(name, number, tmp_path):
    assert name in SOUND, f"the lint {name!r} has no sound example: add one to support/lints_sound.py"
    sound = subject(tmp_path, SOUND[name][number])
    check = CHECKS.get(name)()
    if name != "duplicate_name":  # which is for what MuJoCo refuses
        assert check.applies(sound), sound.problem
        (finding,) = check.examine(sound)
        assert finding.ok, finding
        assert not finding.detail
    else:
        assert not check.applies(sound)


@pytest.mark.parametrize("name", NAMES)
def test_describes_itself(name):
    check = CHECKS.get(name)
    assert check.kind == name
    assert re.fullmatch("[a-z][a-z_]*[a-z]", name)
    assert check.title
    assert check.__doc__
    assert check.why.endswith(".")
    assert check.remedy.endswith(".")


def test_nothing_is_said_of_a_sound_robot(tmp_path):
    report = examine(subject(tmp_path, WHOLE))
    assert [finding for finding in report.findings if not finding.ok] == []
    assert {finding.check for finding in report.findings} >= set(NAMES) - {"duplicate_name"}


def test_findings_of_a_file_survive_json_and_several_by_one_check_give_the_worst(tmp_path):
    report = examine(subject(tmp_path, BROKEN["penetration_of_links"][0]))
    data = json.loads(json.dumps(report.to_json()))
    found = [f for f in report.findings if f.check == "penetration"]
    assert len(found) == 2
    assert {f.severity for f in found} == {"error", "info"}
    assert data["penetration"]["measured"] == max(f.measured for f in found)
    assert "severity" not in data["penetration"]
    assert not Report.from_json(data).ok
    assert not report.ok


def test_an_overlap_is_as_bad_as_what_it_does(tmp_path):
    def severity(text: str) -> str:
        (finding,) = (f for f in examine(subject(tmp_path, text)).findings if f.check == "penetration")
        return finding.severity if not finding.ok else "none"

    floor = '<geom type="plane" size="1 1 1"/>'
    assert severity(mjcf(floor + ball(0.1))) == "none"
    assert severity(mjcf(floor + ball(0.097))) == "info"
    assert severity(mjcf(floor + ball(0.08))) == "warning"
    assert severity(mjcf(floor + ball(-0.2))) == "error"


def test_what_has_no_name_is_called_by_its_line(tmp_path):
    joints = '\n<joint axis="1 0 0" range="-1 1"/>\n<joint axis="1 0 0"/>'
    text = mjcf(
        f'<body name="b" pos="0 0 1">{joints}<geom size=".1"/></body>',
        tail='<keyframe><key qpos="9 0"/></keyframe>',
    )
    said = {f.check: f.detail for f in examine(subject(tmp_path, text)).findings if not f.ok}
    first, second = (
        f'joint of body "b" on line {i}' for i, line in enumerate(text.splitlines(), 1) if "<joint" in line
    )
    assert said["redundant_joints"] == f"of {first}, {second} not all are independent"
    assert said["keyframe"].startswith(f"{first} is at 9")


@pytest.mark.parametrize("step", ["0", "-0.01", "1e-9", "nan", "1e9"])
def test_what_cannot_be_simulated_is_told_by_one_finding(tmp_path, step):
    text = mjcf('<geom type="plane" size="1 1 1"/>' + ball(0.1), head=f'<option timestep="{step}"/>')
    report = examine(subject(tmp_path, text))
    assert [f.check for f in report.findings if f.failed] == ["timestep"]
    assert not any(f.detail.startswith(DEFECT) for f in report.findings)


def test_a_check_that_fails_itself_is_a_finding_and_the_others_go_on(tmp_path, monkeypatch):
    def broken(self, subject):
        raise KeyError("oh")

    monkeypatch.setattr(CHECKS.get("gravity"), "find_issues", broken)
    report = examine(subject(tmp_path, WHOLE))
    (finding,) = (f for f in report.findings if not f.ok)
    assert finding.check == "gravity"
    assert "itself failed: KeyError" in finding.detail
    assert "--ignore gravity" in finding.remedy
    assert report.findings[-1].check != "gravity"


@pytest.mark.parametrize("robot", [name for name, _ in ROBOTS])
def test_worlds_of_ours_are_clean(tmp_path, robot):
    made = make(make_cfg("rough", robot, size=8), 1, out=tmp_path / "p", jobs=1)
    path = made.path / "variants" / "00000" / "env.xml"
    report = examine(load_subject(path, path.read_bytes()))
    wrong = [f for f in report.findings if not f.ok and f.severity != "info"]
    assert wrong == []


def test_a_file_that_only_warns_passes(tmp_path):
    report = examine(subject(tmp_path, BROKEN["gravity"][0].replace("§", "")))
    assert report.ok
    assert report.count("warning") == 1
    assert report.failed is None


def test_lints_are_never_run_on_what_is_drawn(tmp_path):
    broken = subject(tmp_path, BROKEN["gravity"][0].replace("§", ""))
    broken.foreign = False
    assert not {finding.check for finding in examine(broken).findings} & set(NAMES)


def test_elements_of_included_files_are_named_with_file_and_line(tmp_path):
    (tmp_path / "parts").mkdir()
    inner = '<freejoint/>\n<geom size=".1"/>\n<geom size=".05" pos=".3 0 0" solref=".3 1"/>'
    part = f'<mujocoinclude>\n<body name="b" pos="0 0 .2">\n{inner}\n</body>\n</mujocoinclude>'
    (tmp_path / "parts" / "b.xml").write_text(part)
    text = mjcf('<geom type="plane" size="1 1 1"/>\n<include file="parts/b.xml"/>')
    (finding,) = (f for f in examine(subject(tmp_path, text)).findings if f.check == "soft_contact")
    assert (finding.file, finding.line, finding.element) == ("parts/b.xml", 5, 'geom of body "b"')


def test_what_mujoco_refuses_is_on_its_line(tmp_path):
    text = mjcf('\n<body name="b">\n<joint range="2 1" limited="true"/><geom size="1"/></body>')
    found = {f.check: f for f in examine(subject(tmp_path, text)).findings if not f.ok}
    assert found["compiles"].line == 5
    assert found["compiles"].element == 'joint of body "b"'
    (tmp_path / "broken.xml").write_text("<mujoco>\n<worldbody>\n</mujoco>")
    torn = subject(tmp_path, "<mujoco>\n<worldbody>\n</mujoco>")
    (finding,) = examine(torn).findings
    assert (finding.check, finding.line) == ("well_formed", 3)


def test_of_several_elements_on_a_line_the_one_that_is_meant_is_named(tmp_path):
    lines = driven(
        '<motor joint="elbow"/><motor joint="wrist"/>',
        more='<body><joint name="wrist" axis="1 0 0"/><geom size=".01" pos="0 .1 0"/></body>',
    )
    found = [f for f in examine(subject(tmp_path, lines)).findings if f.check == "ctrl_unlimited"]
    assert [f.element for f in found] == ['motor joint="elbow"', 'motor joint="wrist"']
    lost = mjcf(arm(), tail='<sensor><jointpos joint="elbow"/><gyro site="palm"/></sensor>')
    found = [f for f in examine(subject(tmp_path, lost)).findings if f.check == "compiles"]
    assert [f.element for f in found] == ['gyro site="palm"']


def test_a_number_that_is_none_is_found_where_it_stands(tmp_path):
    text = mjcf('\n<geom name="nan" type="plane" size="1 1 1"/>' + arm('range="nan 1"'))
    (finding,) = (f for f in examine(subject(tmp_path, text)).findings if f.check == "compiles")
    assert (finding.severity, finding.element, finding.line) == ("warning", 'joint "elbow"', 6)
    assert "NaN" in finding.detail


def test_a_file_that_includes_itself_is_one_finding(tmp_path):
    text = mjcf('<geom name="floor" type="plane" size="5 5 1"/>', head='<include file="model.xml"/>')
    report = examine(subject(tmp_path, text))
    assert [finding.check for finding in report.findings if finding.failed] == ["compiles"]


def test_a_keyframe_in_degrees_is_told_to_be_in_radians(tmp_path):
    for angle, told in [("45", True), ("1.7", False)]:
        report = examine(subject(tmp_path, keyed(f'<key qpos="{angle}"/>')))
        (found,) = (f for f in report.findings if f.check == "keyframe" and not f.ok)
        assert ("radians" in found.remedy) == told


def test_what_mujoco_refuses_in_an_included_file_is_on_its_line(tmp_path):
    body = '<body name="a">\n<geom size=".1"/>\n<geom name="g" size=".1" masss="1"/></body>'
    (tmp_path / "part.xml").write_text(f"<mujocoinclude>\n<worldbody>{body}</worldbody>\n</mujocoinclude>")
    found = examine(subject(tmp_path, '<mujoco>\n<include file="part.xml"/></mujoco>')).findings
    (finding,) = (f for f in found if f.check == "compiles")
    assert (finding.file, finding.line, finding.element) == ("part.xml", 4, 'geom "g"')
    assert "masss" in finding.detail


@pytest.mark.parametrize(
    ("free", "severity"),
    [
        ('<geom size=".1" contype="0" conaffinity="0"/>', "warning"),  # may be a marker
        ('<geom size=".1" contype="4" conaffinity="4"/>', "warning"),  # may be held by the other
        ('<geom size=".1" contype="8" conaffinity="8"/>', "error"),
    ],
)
def test_what_falls_through_the_floor_is_as_bad_as_it_is_sure(tmp_path, free, severity):
    floor = '<geom type="plane" size="1 1 1" contype="3" conaffinity="3"/>'
    other = '<body pos="2 0 1"><freejoint/><geom size=".1" contype="6" conaffinity="6"/></body>'
    text = mjcf(f'{floor}{other}\n<body name="b" pos="0 0 1"><freejoint/>{free}</body>')
    found = examine(subject(tmp_path, text)).findings
    (finding,) = (f for f in found if f.check == "no_contacts")
    assert (finding.severity, finding.element, finding.line) == (severity, 'body "b"', 4)


def test_what_is_attached_from_another_file_is_not_taken_for_what_stands_on_its_line(tmp_path):
    geom = '<geom size=".1" solref=".3 1"/>'
    part = f'<worldbody><body name="b" pos="0 0 1"><freejoint/>\n{geom}</body></worldbody>'
    (tmp_path / "part.xml").write_text(f"<mujoco>\n\n\n{part}</mujoco>")
    here = '<geom type="plane" size="1 1 1"/>\n<geom size=".1" pos="3 0 .1"/>'
    text = mjcf(
        f'{here}<frame><attach model="p" prefix="p_"/></frame>',
        head='<asset><model name="p" file="part.xml"/></asset>',
    )
    (finding,) = (f for f in examine(subject(tmp_path, text)).findings if f.check == "soft_contact")
    assert 'body "p_b"' in finding.element
    assert finding.line is None


def test_every_copy_of_a_replicated_element_is_found_on_its_line(tmp_path):
    inner = '\n<geom size=".1" pos="0 0 1" solref=".3 1"/>\n'
    text = mjcf(f'<replicate count="3" offset="1 0 0"><body name="b"><freejoint/>{inner}</body></replicate>')
    found = [f for f in examine(subject(tmp_path, text)).findings if f.check == "soft_contact"]
    assert [f.line for f in found] == [4, 4, 4]
