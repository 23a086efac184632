"""The commands that look at things: list, schema, doctor, preview, view, export."""

from __future__ import annotations

import json
import re
import struct
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import cv2
import mujoco
import numpy as np
import pytest
from support import ROOT
from support.command_line import names
from support.packs import tree

from envgen import catalog
from envgen.cli.commands.preview import _target

EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


# --- list ---------------------------------------------------------------------------------------


def test_list_has_every_family_with_parameters_units_and_ranges(run):
    data = run("list", "--json").json
    assert list(data) == ["terrains", "obstacles", "robots", "tasks", "checks", "policies"]
    for family, entries in data.items():
        assert [entry["name"] for entry in entries]
        assert all(entry["summary"] for entry in entries), family
    rough = next(entry for entry in data["terrains"] if entry["name"] == "rough")
    assert rough["params"]["amplitude"]["unit"] == "m"
    assert rough["params"]["amplitude"]["low"] < rough["params"]["amplitude"]["high"]


@pytest.mark.parametrize("family", ["terrains", "obstacles", "robots", "tasks", "checks", "policies"])
def test_list_of_one_family(run, family):
    data = run("list", family, "--json").json
    assert list(data) == [family]
    table = run("list", family).out
    assert table.startswith(family)
    first = [line.split(" ")[0] for line in table.splitlines()]
    assert {entry["name"] for entry in data[family]} <= set(first)


def test_list_of_policies_names_gaits_and_networks(run):
    shown = run("list", "policies").out
    assert "ant: " in shown
    assert "keyboard" in shown
    (gait,) = run("list", "policy", "gait", "--json").json["policies"]
    assert {"ant", "snake", "humanoid"} <= {own["robot"] for own in gait["gaits"]}
    assert "quadruped: " in run("list", "gait").out


def test_list_without_a_family_has_every_name(run):
    shown = run("list").out
    for family, entries in run("list", "--json").json.items():
        assert f"{len(entries)} {family}" in shown
        assert all(entry["name"] in shown for entry in entries), family


@pytest.mark.parametrize(
    ("family", "kind"), [("terrains", "stairs"), ("obstacles", "box"), ("robots", "ant")]
)
def test_list_of_one_kind_tells_all_of_it_and_how_to_ask_for_it(run, here, family, kind):
    table = run("list", family, kind).out
    assert run("list", family[:-1], kind).out == run("list", kind).out == table
    (entry,) = run("list", family, kind, "--json").json[family]
    for name, spec in entry["params"].items():
        assert name in table
        assert spec["doc"].split()[0] in table
    assert all(source.split()[0] in table for source in entry["sources"])
    (here / "asked.toml").write_text(table[table.index("[[") :])
    assert run("make", "asked.toml", "--count", 1, "--quiet").code == 0


def test_list_of_a_name_that_several_families_have_shows_each(run, monkeypatch):
    known = catalog.entries
    task = {"name": "gait", "summary": "Walk evenly.", "params": {}, "sources": []}
    monkeypatch.setattr(
        catalog, "entries", lambda family: [*known(family), task] if family == "tasks" else known(family)
    )
    shown = run("list", "gait").out
    assert run("list", "tasks", "gait").out in shown
    assert run("list", "policies", "gait").out in shown
    assert list(run("list", "gait", "--json").json) == ["tasks", "policies"]


@pytest.mark.parametrize("family", ["terrains", "obstacles", "robots", "tasks"])
def test_what_list_shows_of_each_kind_can_be_asked_for(run, family):
    from envgen.core import cfgio

    for entry in run("list", family, "--json").json[family]:
        if any(spec.get("suffixes") for spec in entry["params"].values()):
            continue  # it names a file that is the reader's
        table = run("list", family, entry["name"]).out
        data = tomllib.loads(table[table.index("\n[") :])
        if "task" in data:
            data["robots"] = [{"model": "ant", "count": 2}]
        cfgio.parse(data, entry["name"])


# --- schema -------------------------------------------------------------------------------------


def _fits(value: Any, schema: dict[str, Any], root: dict[str, Any], path: str = "") -> list[str]:
    """What of a value a JSON Schema refuses: the part of the standard that ours uses."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        tries = [_fits(value, one, root, path) for one in schema["anyOf"]]
        return [] if [] in tries else [f"{path}: fits none of {len(tries)} forms"]
    if "oneOf" in schema:
        fit = [one for one in schema["oneOf"] if not _fits(value, one, root, path)]
        return [] if len(fit) == 1 else [f"{path}: {value!r} fits {len(fit)} of the kinds"]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    kind = schema.get("type")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind in ("number", "integer"):
        right = number and (kind == "number" or float(value).is_integer())
    else:
        right = kind is None or isinstance(value, kinds[kind])
    if not right:
        return [f"{path}: {value!r} is no {kind}"]
    wrong = []
    if "enum" in schema and value not in schema["enum"]:
        wrong.append(f"{path}: {value!r} is not one of {schema['enum']}")
    if "const" in schema and value != schema["const"]:
        wrong.append(f"{path}: {value!r} is not {schema['const']!r}")
    if number and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        wrong.append(f"{path}: {value} is out of range")
    if isinstance(value, list):
        ends = schema.get("minItems", 0), schema.get("maxItems", len(value))
        wrong += [] if ends[0] <= len(value) <= ends[1] else [f"{path}: {len(value)} items"]
        items = schema.get("prefixItems") or [schema.get("items", {})] * len(value)
        for i, item in enumerate(value):
            wrong += _fits(item, items[i], root, f"{path}[{i}]")
    if isinstance(value, str) and "pattern" in schema:
        wrong += [] if re.search(schema["pattern"], value) else [f"{path}: {value!r}"]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        wrong += [f"{path}: lacks {key}" for key in schema.get("required", []) if key not in value]
        for key, item in value.items():
            if key in known:
                wrong += _fits(item, known[key], root, f"{path}.{key}")
            elif schema.get("additionalProperties") is False:
                wrong.append(f"{path}: unknown {key}")
    return wrong


@pytest.fixture
def schema(run) -> dict[str, Any]:
    return run("schema").json


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.stem)
def test_the_schema_takes_every_example(schema, file):
    assert _fits(tomllib.loads(file.read_text()), schema, schema) == []


def test_the_schema_takes_what_a_prompt_becomes(run, schema):
    cfg = run("interpret", "two humanoids racing up stairs with boxes", "--json").json["cfg"]
    assert _fits(cfg, schema, schema) == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"terain": {}}, "unknown terain"),
        ({"terrain": {"sise": [4, 4]}}, "unknown sise"),
        ({"terrain": {"layout": "round"}}, "'round'"),
        ({"terrain": {"size": [-4, 4]}}, "size"),
        ({"robots": []}, "0 items"),
        ({"physics": {"gravity": "earth"}}, "gravity"),
        ({"obstacles": [{"count": 3}]}, "fits 0 of the kinds"),
        ({"obstacles": [{"kind": "bxo", "count": 3}]}, "fits 0 of the kinds"),
        ({"obstacles": [{"kind": "box", "heigth": 1, "count": 3}]}, "fits 0 of the kinds"),
        ({"terrain": {"sub_terrains": [{"kind": "rough", "amplitude": -1}]}}, "fits 0 of the kinds"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_the_schema_refuses_what_make_refuses(schema, data, says, run, here):
    assert any(says in line for line in _fits(data, schema, schema)), _fits(data, schema, schema)
    (here / "x.json").write_text(json.dumps(data))
    assert run("make", "x.json").code == 2


def test_the_schema_names_every_kind(run, schema):
    text = str(schema)
    for family, entries in run("list", "--json").json.items():
        assert family in ("checks", "policies") or all(f"'{entry['name']}'" in text for entry in entries), (
            family
        )


# --- doctor -------------------------------------------------------------------------------------


def test_doctor_measures_and_says_what_to_do(shell, here):
    data = shell("doctor", "--json").json
    assert data["ok"] is True
    lines = {line["what"]: line for line in data["lines"]}
    assert lines["mujoco"]["found"] == "3.14.0"
    assert "made and checked in" in lines["one variant"]["found"]
    assert not lines["display (view)"]["ok"]
    assert all(line["ok"] or line["remedy"] for line in data["lines"])
    assert names(here) == []


def test_doctor_ends_with_one_if_something_that_is_needed_is_missing(run, monkeypatch):
    from envgen.cli import doctor

    bad = doctor.Line("mujoco", False, True, "missing", "Install mujoco.")
    monkeypatch.setattr(doctor, "examine_machine", lambda: [bad])
    result = run("doctor")
    assert result.code == 1
    assert "Install mujoco." in result.out
    assert result.out.endswith("something that is needed is missing\n")


# --- view ---------------------------------------------------------------------------------------


def test_view_without_a_display_points_to_preview(run, pack, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    remedy = f"Try `envgen preview {pack.path}`"
    run("view", pack.path).refused("there is no display to open a window on", remedy, code=1)
    run("view", f"{pack.path}/5").refused("there is no display", remedy, code=1)


def test_view_of_what_is_not_there(run, pack):
    run("view", f"{pack.path}/6").refused("has no variant 6", "It has 6, counted from 0.")
    run("view", f"{pack.path}/x").refused("there is no pack", "Give the folder or .zip of a pack.")


# --- export -------------------------------------------------------------------------------------


def test_zip_is_the_pack_and_the_same_bytes_again(run, pack, here):
    for name in ("a.zip", "b.zip"):
        assert run("export", pack.path, "--format", "zip", "--out", name) == (0, f"{name}\n", "")
    assert (here / "a.zip").read_bytes() == (here / "b.zip").read_bytes()
    with zipfile.ZipFile(here / "a.zip") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert inside == tree(pack.path)


def test_mjb_loads_in_mujoco(run, pack, here):
    assert run("export", pack.path, "--format", "mjb", "--out", "compiled", "-q") == (0, "", "")
    files = sorted((here / "compiled").glob("*.mjb"))
    assert [file.stem for file in files] == [f"{i:05d}" for i in range(6)]
    model = mujoco.MjModel.from_binary_path(str(files[3]))
    assert model.nq == pack[3].model().nq


def test_beside_the_pack_by_default_even_from_within(run, own_pack, monkeypatch):
    monkeypatch.chdir(own_pack)
    assert run("export", ".", "--format", "zip", "-q").code == 0
    assert run("export", f"{own_pack}/", "--format", "mjb", "-q").code == 0
    assert {"own", "own.zip", "own-mjb"} <= set(names(own_pack.parent))


@pytest.mark.parametrize(
    ("arguments", "cause", "remedy"),
    [
        (["--format", "zpi"], "unknown format 'zpi'", "Did you mean 'zip'? Known: mjb, site, zip."),
        (["--format", "zip", "--out", "there"], "there is there already", "Give another --out"),
        (["--format", "zip", "--out", "no/x.zip"], "there is no folder no", "Make it, or give another"),
        (["--format", "zip", "--out", "/proc/x.zip"], "/proc/x.zip can't be written", "another --out"),
    ],
    ids=lambda v: v[-1] if isinstance(v, list) else "",
)
def test_export_refuses(run, pack, here, arguments, cause, remedy):
    (here / "there").write_text("mine")
    run("export", pack.path, *arguments).refused(cause, remedy)
    assert tree(here) == {"there": b"mine"}


@pytest.mark.parametrize(
    "command", [["preview"], ["view"], ["export", "--format", "zip"]], ids=lambda c: c[0]
)
@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("nothing", "there is no pack nothing"),
        ("folder", "folder holds no finished pack"),
        ("x.zip", "is not a zip"),
    ],
)
def test_no_pack_is_wrong_input(run, here, command, name, cause):
    (here / "folder").mkdir()
    (here / "x.zip").write_text("x")
    run(*command, name).refused(cause)
    assert names(here) == ["folder", "x.zip"]


# --- preview ------------------------------------------------------------------------------------


def _size(png: Path) -> tuple[int, ...]:
    data = png.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", data[16:24])


def test_preview_draws_a_sheet_into_the_pack(run, own_pack):
    result = run("preview", own_pack, "--width", 800)
    assert result == (0, f"{own_pack}/preview.png\n", "")
    assert _size(own_pack / "preview.png")[0] == 800
    assert run("validate", own_pack).code == 0


def test_frames_do_not_take_the_place_of_the_sheet(tmp_path):
    assert _target(tmp_path, False) == tmp_path / "preview.png"
    assert _target(tmp_path, True) == tmp_path / "frames.png"
    assert _target(tmp_path / "p.zip", True) == tmp_path / "p-frames.png"


def test_preview_of_a_zip_and_to_a_place(run, pack, here):
    run("export", pack.path, "--format", "zip", "--out", "p.zip", "-q")
    assert run("preview", "p.zip", "-q", "--count", 2).code == 0
    assert run("preview", "p.zip", "-q", "--count", 1, "--out", "one.png").code == 0
    assert names(here) == ["one.png", "p.png", "p.zip"]
    assert _size(here / "p.png")[0] == 1600
    assert (here / "one.png").read_bytes() != (here / "p.png").read_bytes()


@pytest.mark.usefixtures("opengl")
def test_preview_films_a_variant(run, own_pack, here):
    result = run("preview", own_pack, "--video", "--seconds", 0.4, "--fps", 10, "--size", "96x64")
    assert result == (0, f"{own_pack}/00000.webm\n", "")
    for name, index, policy in (("a.mp4", 3, "random"), ("b.webp", 3, "gait"), ("c.webm", 4, "ant_0=zero")):
        more = ("--index", index, "--seconds", "0.4", "--fps", 10, "--size", "96x64", "-q", "-p", policy)
        assert run("preview", own_pack, "--video", name, *more) == (0, "", "")
    capture, frames = cv2.VideoCapture("a.mp4"), []
    while (frame := capture.read()[1]) is not None:
        frames.append(frame)
    assert len(frames) == 4
    assert frames[0].shape == (64, 96, 3)
    assert frames[0].std() > 15
    assert np.abs(frames[0].astype(int) - frames[-1]).max() > 40
    assert names(here) == ["a.mp4", "b.webp", "c.webm"]
    assert run("validate", own_pack).code == 0


@pytest.mark.usefixtures("opengl")
def test_interrupted_film_keeps_what_there_is(run, pack, here, monkeypatch):
    from envgen.preview import film

    def two(world, shot, motion):
        yield np.zeros((64, 96, 3), dtype=np.uint8)
        yield np.zeros((64, 96, 3), dtype=np.uint8)
        raise KeyboardInterrupt

    monkeypatch.setattr(film, "film", two)
    result = run("preview", pack.path, "--video", "x.webm", "--fps", 10, "--size", "96x64")
    assert result.code == 130
    assert "the first 0.2 s are in x.webm\n        Run it again" in result.err
    assert names(here) == ["x.webm"]


def test_film_without_opengl_says_what_to_install(shell, pack, here):
    result = shell("preview", pack.path, "--video", "x.webm", env={"MUJOCO_GL": "glfw"})
    result.refused("no OpenGL draws here with MUJOCO_GL=glfw", "apt-get install libosmesa6", code=1)
    assert names(here) == []


@pytest.mark.parametrize(
    ("arguments", "cause", "remedy"),
    [
        (["--video", "x.avi"], "x.avi is of no format", ".webm"),
        (["--video", "x.webm", "--size", "640"], "no size in pixels such as 640x480", ""),
        (["--video", "x.webm", "--size", "641x480"], "641 × 480 is not possible", "even numbers"),
        (["--video", "x.mp4", "--size", "0x10"], "0 × 10 is not possible", "even numbers"),
        (["--video", "x.mp4", "--size", "99999x99999"], "99999 × 99999 is not possible", "even numbers"),
        (["--video", "x.mp4", "--seconds", "3600", "--fps", "120"], "432,000 frames", "fewer --seconds"),
        (["--video", "x.webm", "--seconds", "nan"], "'nan' is not a finite number", ""),
        (["--video", "x.webm", "--fps", "nan"], "'nan' is not a finite number", ""),
        (["--out", "x.jpg"], "x.jpg is no .png", "x.png"),
        (["--out", "sheet"], "sheet is no .png", "sheet.png"),
        (["--video", "x.webm", "--index", "6"], "has no variant 6", "It has 6"),
        (["--video", "x.webm", "--count", "3"], "a video has no --count", "Leave out --count."),
        (["--video", "--out", "x.webm"], "a video has no --out", "--video PATH"),
        (["--video", "x.webm", "--policy", "lurch"], "lurch", "Known"),
        (["--video", "x.webm", "--policy", "ant_0=smooth"], "smooth is not a policy", "Give it alone"),
        (["--video", "x.webm", "-p", "gait", "-p", "zero"], "'zero' is empty or given twice", "ant_0=gait"),
        (["--index", "3"], "a contact sheet has no --index", "Add --video."),
        (["--video", "/proc/x.webm"], "/proc/x.webm can't be written", "another path"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
@pytest.mark.usefixtures("opengl")
def test_film_refuses(run, pack, here, arguments, cause, remedy):
    run("preview", pack.path, *arguments).refused(cause, remedy)
    assert names(here) == []


def test_preview_to_where_nothing_can_be(run, pack, here):
    result = run("preview", pack.path, "-q", "--count", 1, "--out", "/proc/x.png")
    result.refused("/proc/x.png can't be written", "another --out")
    assert names(here) == []
