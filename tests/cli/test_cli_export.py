"""The commands that open a pack: export and view."""

from __future__ import annotations

import zipfile

import mujoco
import pytest
from support.command_line import names
from support.packs import tree


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
        (["--format", "zip", "--out", "there"], "there exists already", "Give another --out"),
        (["--format", "zip", "--out", "no/x.zip"], "there is no folder no", "Create it, or give another"),
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
        ("x.zip", "must be a folder or a .zip"),
    ],
)
def test_no_pack_is_wrong_input(run, here, command, name, cause):
    (here / "folder").mkdir()
    (here / "x.zip").write_text("x")
    run(*command, name).refused(cause)
    assert names(here) == ["folder", "x.zip"]


def test_view_without_a_display_points_to_preview(run, pack, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    remedy = f"Use `envgen preview {pack.path}`"
    run("view", pack.path).refused("no display was found for the viewer's window", remedy, code=1)
    run("view", f"{pack.path}/5").refused("no display was found", remedy, code=1)


def test_view_of_what_is_not_there(run, pack):
    run("view", f"{pack.path}/6").refused("has no variant 6", "It has 6, counted from 0.")
    run("view", f"{pack.path}/x").refused("there is no pack", "Give the folder or .zip of a pack.")
