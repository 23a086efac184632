"""`envgen validate` on good and bad files, folders and packs."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from support.command_line import names

BODY = (
    '<worldbody><geom type="plane" size="1 1 1"/>'
    '<body pos="0 0 .1"><freejoint/><geom size=".1"/></body></worldbody>'
)
GOOD = f"<mujoco>{BODY}</mujoco>"
OBJ = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 4\nf 1 3 4\nf 2 3 4\n"
BACK = "a\\..\\..\\secret.obj"
MESH = '<asset><mesh name="m" file="{}"/></asset>'


def _entities() -> str:
    inner = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    return f'<!DOCTYPE x [<!ENTITY a "ha">{inner}]><mujoco model="&j;"/>'


def _nested(depth: int) -> str:
    return f"<mujoco><worldbody>{'<body>' * depth}<geom size='.1'/>{'</body>' * depth}</worldbody></mujoco>"


BAD = {
    # name: (text, check, what it says)
    "bomb": (_entities(), "well_formed", "document type or entities"),
    "external": (
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><mujoco model="&e;"/>',
        "well_formed",
        "document type or entities",
    ),
    "five_hundred": (_nested(500), "well_formed", "nested more than 150 deep"),
    "hundred_and_twenty": (_nested(120), "depth", "120 bodies are nested"),
    "broken": ("<mujoco><worldbody>", "well_formed", "not well-formed"),
    "empty": ("", "well_formed", "not well-formed"),
    "text": ("hello", "well_formed", "not well-formed"),
    "urdf": ('<robot name="r"><link name="a"/></robot>', "well_formed", "URDF"),
    "html": ("<html><body/></html>", "compiles", "html"),
    "typo": ('<mujoco><worldbody><geom typo="1"/></worldbody></mujoco>', "compiles", "typo"),
    "not_a_number": (f'<mujoco><option gravity="nan 0 0"/>{BODY}</mujoco>', "compiles", "NaN"),
    "absolute": (f"<mujoco>{MESH.format('/etc/passwd')}{BODY}</mujoco>", "files", "outside the folder"),
    "upwards": (f"<mujoco>{MESH.format('../secret.obj')}{BODY}</mujoco>", "files", "outside the folder"),
    "backslash": (f"<mujoco>{MESH.format(BACK)}{BODY}</mujoco>", "files", "outside the folder"),
    "folder_of_meshes": (
        f'<mujoco><compiler meshdir=".."/>{MESH.format("secret.obj")}{BODY}</mujoco>',
        "files",
        "outside the folder",
    ),
    "second_compiler": (
        f'<mujoco><compiler meshdir="."/><compiler meshdir=".."/>{MESH.format("secret.obj")}{BODY}</mujoco>',
        "files",
        "outside the folder",
    ),
    "compiler_in_an_include": (
        f'<mujoco><include file="compiler.inc"/>{MESH.format("secret.obj")}{BODY}</mujoco>',
        "files",
        "outside the folder",
    ),
    "chain": ('<mujoco><include file="sub/first.inc"/></mujoco>', "files", "../secret.obj"),
    "link": ('<mujoco><include file="link.inc"/></mujoco>', "files", "outside the folder"),
    "link_to_a_folder": ('<mujoco><include file="up/secret.inc"/></mujoco>', "files", "outside the folder"),
    "missing": (f"<mujoco>{MESH.format('nowhere.obj')}{BODY}</mujoco>", "files", "is missing"),
    "itself": ('<mujoco><include file="itself.xml"/></mujoco>', "compiles", "already included"),
    "overlap": (
        '<mujoco><worldbody><geom size=".5"/><body><freejoint/><geom size=".5"/></body></worldbody></mujoco>',
        "penetration",
        "by 1000.0 mm",
    ),
    "greedy": (
        '<mujoco><asset><hfield name="h" nrow="100000" ncol="100000" size="1 1 1 1"/></asset></mujoco>',
        "compiles",
        "4 GB of memory",
    ),
}


@pytest.fixture
def folder(here: Path) -> Path:
    """A folder with a secret beside it, and ways to it."""
    folder = here / "models"
    (folder / "sub").mkdir(parents=True)
    (here / "secret.obj").write_text(OBJ)
    (here / "secret.inc").write_text(GOOD)
    (folder / "compiler.inc").write_text('<mujoco><compiler meshdir=".."/></mujoco>')
    (folder / "sub" / "first.inc").write_text('<mujoco><include file="second.inc"/></mujoco>')
    (folder / "sub" / "second.inc").write_text(f"<mujoco>{MESH.format('../../secret.obj')}{BODY}</mujoco>")
    (folder / "link.inc").symlink_to(here / "secret.inc")
    (folder / "up").symlink_to(here)
    (folder / "good.xml").write_text(GOOD)
    return folder


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_fails_the_check_that_is_for_it(run, folder, name, monkeypatch):
    text, check, says = BAD[name]
    monkeypatch.chdir(folder)
    (folder / f"{name}.xml").write_text(text)
    before = names(folder)
    result = run("validate", f"{name}.xml", "--json")
    assert result.code == 1
    assert result.err == ""
    report = json.loads(result.out)[f"{name}.xml"]
    assert report["ok"] is False
    assert report["checks"][check]["ok"] is False
    assert says in report["checks"][check]["detail"]
    assert report["checks"][check]["remedy"]
    assert names(folder) == before
    if check == "files" and says != "is missing":
        assert "compiles" not in report["checks"], "what follows is not told twice"


def test_a_good_file_passes_with_a_line_per_check(run, folder):
    result = run("validate", "models/good.xml")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0].strip() == "models/good.xml"
    assert lines[1].split() == ["check", "measured", "bound"]
    assert lines[-2:] == ["1 of 1 passed every check", "infos: contact_default 1 (--all shows them)"]
    checks = [line.split()[1] for line in lines[2:-2]]
    assert checks[:3] == ["well_formed", "files", "compiles"]
    assert "stable" in checks
    assert all(line.startswith("✓") for line in lines[2:-2])


def test_includes_and_folders_of_assets_are_followed(run, here):
    (here / "parts" / "meshes").mkdir(parents=True)
    (here / "parts" / "meshes" / "m.obj").write_text(OBJ)
    (here / "parts" / "ball.xml").write_text(f"<mujoco>{MESH.format('m.obj')}</mujoco>")
    (here / "scene.xml").write_text(
        f'<mujoco><compiler meshdir="meshes"/><include file="parts/ball.xml"/>{BODY}</mujoco>'
    )
    (here / "meshes").symlink_to("parts/meshes")
    report = run("validate", "scene.xml", "--json")
    assert json.loads(report.out)["scene.xml"]["checks"]["files"]["ok"] is True


def test_a_bad_file_is_shown_with_the_remedy(run, folder):
    (folder / "typo.xml").write_text(BAD["typo"][0])
    result = run("validate", "models/typo.xml")
    assert result.code == 1
    assert re.search(r"✗\s+compiles\s+1\s+0", result.out)
    assert "Correct the fault" in result.out
    assert result.out.endswith("0 of 1 passed\nfailed: compiles 1\n")


def test_a_folder_is_walked_and_only_what_fails_is_shown(run, folder):
    (folder / "sub" / "typo.xml").write_text(BAD["typo"][0])
    (folder / "up").unlink()
    result = run("validate", "models")
    assert result.code == 1
    assert "good.xml" not in result.out
    assert "models/sub/typo.xml" in result.out
    assert "1 of 2 passed\n" in result.out
    assert "good.xml" in run("validate", "models", "--all").out


def test_a_file_in_a_folder_that_cannot_be_read_is_a_finding(run, here):
    (here / "models").mkdir()
    (here / "models" / "good.xml").write_text(GOOD)
    (here / "models" / "loop.xml").symlink_to("loop.xml")
    result = run("validate", "models", "--json")
    assert result.code == 1
    reports = json.loads(result.out)
    assert reports["models/good.xml"]["ok"] is True
    assert "can't be read" in reports["models/loop.xml"]["checks"]["files"]["detail"]


def test_a_name_with_brackets_is_shown_as_it_is(run, here):
    (here / "ant[red].xml").write_text(GOOD)
    assert run("validate", "ant[red].xml").out.startswith("ant[red].xml")


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("missing.xml", "there is no file missing.xml"),
        ("/dev/zero", "must be a regular file, got /dev/zero"),
        ("", "the path is empty"),
        ("nothing", "no MJCF file or pack was found"),
        ("broken.zip", "must be a folder or a .zip, got broken.zip"),
        ("missing.zip", "there is no pack missing.zip"),
    ],
)
def test_nothing_to_check_is_wrong_input(run, here, path, cause):
    (here / "nothing").mkdir()
    (here / "broken.zip").write_text("x")
    run("validate", path).refused(cause)


def test_a_pipe_is_not_waited_for(run, here):
    os.mkfifo(here / "pipe.xml")
    run("validate", "pipe.xml").refused("must be a regular file, got pipe.xml", "Give MJCF files")


# --- packs --------------------------------------------------------------------------------------


def test_a_pack_is_checked_variant_by_variant(run, pack):
    result = run("validate", pack.path)
    assert result.code == 0
    assert result.out == f"{len(pack)} of {len(pack)} passed every check\n"
    report = run("validate", pack.path, "--json").json
    assert list(report) == [f"{pack.path}/{index}" for index in range(len(pack))]
    first = report[f"{pack.path}/0"]["checks"]
    assert {"well_formed", "compiles", "reachable", "stable", "task"} <= first.keys()
    assert all(check["ok"] for check in first.values())


def test_a_pack_that_was_moved_or_zipped_is_the_same(run, own_pack, here):
    moved = here / "elsewhere"
    own_pack.rename(moved)
    assert run("export", moved, "--format", "zip", "-q").code == 0
    of_folder = run("validate", "elsewhere", "--json").json
    of_zip = run("validate", "elsewhere.zip", "--json").json
    assert list(of_folder.values()) == list(of_zip.values())


def test_a_damaged_variant_is_a_finding_and_the_others_are_checked(run, own_pack):
    (own_pack / "variants/00001/env.xml").write_text(GOOD)
    (own_pack / "variants/00003/env.xml").unlink()
    result = run("validate", own_pack, "--json")
    assert result.code == 1
    reports = json.loads(result.out)
    assert [report["ok"] for report in reports.values()] == [True, False, True, False, True, True]
    changed, gone = (reports[f"{own_pack}/{i}"]["checks"]["files"] for i in (1, 3))
    assert "differs from what the pack was made with" in changed["detail"]
    assert "--resume" in changed["remedy"]
    assert "variants/00003/env.xml" in gone["detail"]


def test_a_folder_of_packs_and_models(run, own_pack, here):
    own_pack.rename(here / "pack")
    (here / "good.xml").write_text(GOOD)
    report = run("validate", ".", "--json").json
    assert list(report) == ["good.xml", *(f"pack/{i}" for i in range(6))]


ENTRY = {"index": 0, "difficulty": 0.5, "files": {"env.xml": "0"}, "agents": [], "drawn": {}, "report": {}}


def _manifest(**changes: object) -> str:
    head = {"schema": 1, "name": "a", "prompt": None, "seed": 0, "versions": {}, "complete": True, "task": {}}
    data = {**head, "cfg": {"terrain": {"cell": 0.1}}, "variants": [ENTRY], **changes}
    return json.dumps({key: value for key, value in data.items() if value != "absent"})


MANIFESTS = {
    "nothing": ("", "pack.json is not valid JSON"),
    "deep": ("[" * 100_000, "pack.json is not valid JSON"),
    "list": ("[]", "pack.json must be an object with a list of variants"),
    "empty": ("{}", "pack.json must be an object with a list of variants"),
    "schema": (_manifest(schema=99), "is of schema 99, this envgen reads schema 1"),
    "no seed": (_manifest(seed="absent"), "pack.json lacks 'seed'"),
    "seed": (_manifest(seed="x"), "'seed' in pack.json is of the wrong type"),
    "task": (_manifest(task=[]), "'task' in pack.json is of the wrong type"),
    "sweep": (_manifest(sweep=[{"values": []}]), "the sweep in pack.json is malformed"),
    "entry": (_manifest(variants=[1]), "an entry of pack.json is malformed"),
    "files": (_manifest(variants=[{**ENTRY, "files": []}]), "an entry of pack.json is malformed"),
    "index": (_manifest(variants=[{**ENTRY, "index": "0"}]), "an entry of pack.json is malformed"),
    "cell": (_manifest(cfg={}), "an entry of pack.json is malformed"),
}


@pytest.mark.parametrize("name", MANIFESTS)
@pytest.mark.parametrize(
    "command", [["validate"], ["view"], ["export", "--format", "mjb"]], ids=lambda c: c[0]
)
def test_a_hostile_manifest_is_told(run, here, command, name):
    text, cause = MANIFESTS[name]
    (here / "p").mkdir()
    (here / "p" / "pack.json").write_text(text)
    run(*command, "p").refused(cause)
    assert names(here) == ["p"]


def test_a_manifest_that_leads_out_of_the_pack(run, here):
    (here / "p").mkdir()
    (here / "secret").write_text("x")
    files = {"../../../secret": "0", "env.xml": "0"}
    (here / "p" / "pack.json").write_text(_manifest(variants=[{**ENTRY, "files": files}]))
    run("export", "p", "--format", "zip", "-q").refused("leads out of the pack", "it may be an attack")
    assert names(here) == ["p", "secret"]
