"""Choosing findings of `envgen validate`, and the forms in which it prints them."""

from __future__ import annotations

import json
import re

import pytest

BODY = (
    '<worldbody>\n<geom name="floor" type="plane" size="1 1 1"/>\n'
    '<body name="b" pos="0 0 .1">\n<freejoint/>\n<geom name="ball" size=".1"/>\n</body>\n</worldbody>'
)
GOOD = f"<mujoco>\n{BODY}\n</mujoco>"
WARNS = GOOD.replace("<mujoco>", '<mujoco>\n<option gravity="0 0 9.81"/>')
FAILS = GOOD.replace('pos="0 0 .1"', 'pos="0 0 -.2"').replace("<mujoco>", '<mujoco>\n<size njmax="9"/>')
ODD = "50%, really: no.xml"


@pytest.fixture
def models(here):
    """A sound file, one with a warning, one with an error and an info."""
    folder = here / "models"
    folder.mkdir()
    for name, text in (("good", GOOD), ("warns", WARNS), ("fails", FAILS)):
        (folder / f"{name}.xml").write_text(text)
    return folder


def codes(result) -> dict[str, set[str]]:
    """Codes of what did not pass, by file."""
    return {name: {f["code"] for f in data["findings"]} for name, data in json.loads(result.out).items()}


def test_only_errors_fail_a_file(run, models):
    assert run("validate", "models/good.xml").code == 0
    assert run("validate", "models/warns.xml").code == 0
    assert run("validate", "models/fails.xml").code == 1
    assert run("validate", "models").code == 1


def test_strict_lets_warnings_fail_and_infos_pass(run, models):
    assert run("validate", "models/good.xml", "--strict").code == 0
    result = run("validate", "models/warns.xml", "--strict", "--json")
    assert result.code == 1
    assert json.loads(result.out)["models/warns.xml"]["ok"] is False


def test_json_has_every_field_of_a_finding(run, models):
    result = run("validate", "models/fails.xml", "--format", "json")
    assert result.out == run("validate", "models/fails.xml", "--json").out
    report = json.loads(result.out)["models/fails.xml"]
    assert (report["ok"], report["errors"], report["warnings"]) == (False, 1, 0)
    assert report["infos"] == len(report["findings"]) - 1
    finding = next(f for f in report["findings"] if f["severity"] == "error")
    assert finding == {
        "code": "penetration",
        "severity": "error",
        "ok": False,
        "measured": 0.3,
        "bound": 0.001,
        "unit": "m",
        "element": 'geom "ball"',
        "file": "",
        "line": 7,
        "detail": 'it overlaps geom "floor" by 300.0 mm at the start',
        "remedy": finding["remedy"],
    }
    assert finding["remedy"].endswith(".")
    assert report["checks"]["penetration"]["measured"] == 0.3


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["--select", "penetration"], {"penetration"}),
        (["--select", "pen"], {"penetration"}),
        (["--select", "dep*"], {"deprecated"}),
        (["--select", "deprecated,penetration"], {"deprecated", "penetration"}),
        (["--select", "gravity"], set()),
        (["--ignore", "contact_*,no_"], {"deprecated", "penetration"}),
        (["--select", "d,p", "--ignore", "penetration"], {"deprecated"}),
    ],
)
def test_codes_are_chosen_by_name_beginning_or_glob(run, models, options, kept):
    result = run("validate", "models/fails.xml", "--json", *options)
    assert codes(result) == {"models/fails.xml": kept}
    assert result.code == ("penetration" in kept)


def test_what_could_not_be_read_is_never_left_out_by_a_choice(run, models):
    (models / "torn.xml").write_text("<mujoco>")
    result = run("validate", "models/torn.xml", "--select", "gravity", "--json")
    assert result.code == 1
    assert codes(result) == {"models/torn.xml": {"well_formed"}}
    assert run("validate", "models/torn.xml", "--ignore", "well_formed").code == 0


def test_a_glob_does_not_hide_that_nothing_could_be_read(run, models):
    (models / "torn.xml").write_text("<mujoco>")
    (models / "typo.xml").write_text(GOOD.replace("<geom", "<geom typo='1'", 1))
    for name, check in (("torn", "well_formed"), ("typo", "compiles")):
        assert codes(run("validate", f"models/{name}.xml", "--ignore", "*", "--json")) == {
            f"models/{name}.xml": {check}
        }
    run("validate", "models/typo.xml", "--ignore", "comp*").refused(
        "--ignore: 'comp*' matches only compiles, which needs its full name", "Write --ignore compiles."
    )
    assert run("validate", "models/typo.xml", "--ignore", "compiles").code == 0


@pytest.mark.parametrize(
    "options",
    [["--select", "gravity", "--ignore", "gravity"], ["--select", ""], ["--select", ","]],
    ids=" ".join,
)
def test_a_choice_that_leaves_nothing_is_wrong_input(run, models, options):
    run("validate", "models/good.xml", *options).refused("nothing to check", "--list-checks")


def test_formats_that_contradict_are_wrong_input(run, models):
    for form in ("github", "text"):
        run("validate", "models/good.xml", "--json", "--format", form).refused(
            f"--json contradicts --format {form}", "Give one of the two."
        )
    assert run("validate", "models/good.xml", "--json", "--format", "json").code == 0


def test_a_file_that_is_given_twice_is_checked_once(run, models):
    result = run("validate", "models/warns.xml", "./models/warns.xml", "models", "models/good.xml")
    assert result.out.count("gravity 0 0 9.81") == 1
    assert "2 of 3 passed" in result.out


def test_what_follows_from_a_missing_file_counts_once(run, models):
    mesh = '<asset><mesh name="m" file="nowhere.obj"/></asset>'
    (models / "lost.xml").write_text(GOOD.replace("<worldbody>", f"{mesh}<worldbody>", 1))
    result = run("validate", "models/lost.xml")
    assert "failed: files 1\n" in result.out
    assert "compiles" not in result.out
    only = run("validate", "models/lost.xml", "--ignore", "files", "--json")
    assert only.code == 1
    assert codes(only)["models/lost.xml"] >= {"compiles"}


def test_each_remedy_is_for_what_is_wrong(run, models):
    (models / "torn.xml").write_text("<mujoco>")
    (models / "urdf.xml").write_text('<robot name="r"/>')
    (models / "bomb.xml").write_text("<!DOCTYPE m []><mujoco/>")
    (models / "deep.xml").write_text("<mujoco>" + "<a>" * 200 + "</a>" * 200 + "</mujoco>")
    words = {
        "torn": "Correct the XML at the given line",
        "urdf": "Convert it to MJCF",
        "bomb": "Remove the document type",
        "deep": "Reduce the nesting of bodies",
    }
    for name, word in words.items():
        out = run("validate", f"models/{name}.xml").out
        assert [other for other in words.values() if other in out] == [word]
    out = run("validate", *(f"models/{name}.xml" for name in words)).out
    assert all(out.count(word) == 1 for word in words.values())


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_code_is_wrong_input_with_the_nearest(run, models, option):
    result = run("validate", "models/good.xml", option, "penetraton")
    result.refused(f"{option}: there is no check 'penetraton'", "Did you mean 'penetration'?")


def test_annotations_for_github(run, models):
    result = run("validate", "models", "--format", "github", "--all", "--ignore", "contact_default")
    assert result.code == 1
    lines = result.out.splitlines()
    form = r"::(error|warning|notice) file=models/\w+\.xml,line=\d+,title=envgen [a-z_]+::.+"
    assert lines
    assert all(re.fullmatch(form, line) for line in lines)
    assert any(
        line.startswith("::error file=models/fails.xml,line=7,title=envgen penetration::") for line in lines
    )
    assert any(
        line.startswith("::notice file=models/fails.xml,line=2,title=envgen deprecated") for line in lines
    )
    assert any(
        line.startswith("::warning file=models/warns.xml,line=2,title=envgen gravity::") for line in lines
    )


def test_infos_are_annotated_only_if_everything_is_shown(run, models):
    result = run("validate", "models", "--format", "github")
    assert "::error" in result.out
    assert "::warning" in result.out
    assert "::notice" not in result.out


def test_annotations_name_the_included_file_and_escape_what_github_reads(run, here):
    folder = here / "50%, a:b"
    folder.mkdir()
    (folder / "part.xml").write_text('<mujocoinclude>\n\n<option gravity="0 0 9.81"/>\n</mujocoinclude>')
    (folder / "scene.xml").write_text(GOOD.replace("<mujoco>", '<mujoco>\n<include file="part.xml"/>'))
    result = run("validate", "50%, a:b/scene.xml", "--format", "github", "--select", "gravity")
    assert result.out.startswith(
        "::warning file=50%25%2C a%3Ab/part.xml,line=3,title=envgen gravity::option: "
    )
    assert "gravity 0 0 9.81 does not point down" in result.out
    assert result.out.count("\n") == 1


def test_text_names_the_line_and_says_each_remedy_once(run, models):
    (models / "also.xml").write_text(WARNS)
    result = run("validate", "models")
    assert result.out.count("Set <option gravity=") == 1
    assert result.out.count("line 2 option: gravity 0 0 9.81") == 2
    assert "line 7 geom" in result.out
    assert (
        "3 of 4 passed, 2 of them with warnings\nfailed: penetration 1\nwarnings: gravity 2\ninfos: "
        in result.out
    )
    assert "njmax" not in result.out
    assert "1 of 4 passed\n" in run("validate", "models", "--strict").out
    assert "njmax" in run("validate", "models", "--all").out


def test_many_findings_of_a_check_are_cut_in_text_and_whole_in_json(run, here):
    many = "".join(f'<geom size=".1" pos="{i} 0 3" solref="1 1"/>\n' for i in range(9))
    (here / "many.xml").write_text(GOOD.replace("<worldbody>", f"<worldbody>{many}"))
    assert "… and 4 more (--all shows them)" in run("validate", "many.xml").out
    assert "… and" not in run("validate", "many.xml", "--all").out
    findings = json.loads(run("validate", "many.xml", "--json").out)["many.xml"]["findings"]
    assert sum(f["code"] == "soft_contact" for f in findings) == 9


def test_a_folder_leaves_out_what_is_no_mjcf_and_says_so(run, models):
    (models / "part.xml").write_text("<mujocoinclude/>")
    (models / "robot.xml").write_text('<?xml version="1.0"?><!-- <mujoco> --><robot name="r"/>')
    (models / "layout.xml").write_text("<ui><mujoco/></ui>")
    (models / "torn.xml").write_text("<mujoco>")
    result = run("validate", "models", "--json")
    assert set(json.loads(result.out)) == {f"models/{n}.xml" for n in ("good", "warns", "fails", "torn")}
    assert "skipped: 3 XML files that are not MJCF models" in run("validate", "models").out
    assert run("validate", "models/robot.xml").code == 1


def test_every_check_is_listed_with_severity_and_reason(run, here):
    listed = run("validate", "--list-checks", "--json").json
    assert listed == run("list", "checks", "--json").json["checks"]
    assert len(listed) > 60
    for entry in listed:
        assert entry["severity"] in ("error", "warning", "info")
        assert entry["scope"] in ("all", "foreign")
        assert entry["why"].endswith(".")
        assert entry["measures"]
        assert entry["summary"]
    assert "inertia_scale" in run("validate", "--list-checks").out


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("no_motors", GOOD.replace("<freejoint/>", "<joint/>"), "no actuators"),
        ("dae", GOOD.replace("<worldbody>", '<asset>\n<mesh file="leg.dae"/></asset><worldbody>', 1), ".dae"),
        ("glb", GOOD.replace("<worldbody>", '<asset>\n<mesh file="leg.GLB"/></asset><worldbody>', 1), ".glb"),
        ("away", GOOD.replace("<mujoco>", '<mujoco>\n<include file="../x.xml"/>'), "outside the folder"),
        (
            "deep",
            f"<mujoco><worldbody>{'<body>' * 500}{'</body>' * 500}</worldbody></mujoco>",
            "nested more than",
        ),
        (
            "twice",
            GOOD.replace("</worldbody>", '\n<geom name="floor" size="1"/></worldbody>'),
            "in line 3 already",
        ),
    ],
)
def test_robot_files_that_cannot_be_used_are_told_in_plain_words(run, here, name, text, says):
    (here / f"{name}.xml").write_text(text)
    result = run("validate", f"{name}.xml", "--json")
    details = [f["detail"] for f in json.loads(result.out)[f"{name}.xml"]["findings"]]
    assert any(says in detail for detail in details), details
    assert result.err == ""
    assert "Traceback" not in result.out
