"""Other forms of packs: zips, whoever made them, and MJB."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import mujoco
import numpy as np
import pytest
from support.worlds import start

from envgen.core.errors import InputError
from envgen.packs import store
from envgen.packs.formats.base import FORMATS
from envgen.packs.pack import Pack

pytestmark = pytest.mark.slow


def export(pack: Pack, kind: str, target: Path) -> list[int]:
    seen: list[int] = []
    FORMATS.get(kind)().write(pack, target, seen.append)
    return seen


# --- formats ------------------------------------------------------------------------------------


def test_the_formats_of_the_vocabulary_are_there():
    assert {"zip", "mjb"} <= set(FORMATS.names())


@pytest.mark.parametrize("kind", FORMATS.names())
def test_a_format_is_written_whole_or_not_at_all(kind, own_pack, tmp_path):
    target = tmp_path / "out"
    (own_pack / "variants" / "00004" / "env.xml").write_text("damaged")
    with pytest.raises(InputError):
        export(Pack.open(own_pack), kind, target)
    assert not target.exists()
    assert not list(tmp_path.glob(".out*"))


def test_a_zip_is_the_pack(pack, tmp_path):
    target = tmp_path / "p.zip"
    assert export(pack, "zip", target) == [1, 2, 3, 4, 5, 6]
    zipped = Pack.open(target)
    zipped.verify()
    assert zipped.manifest == pack.manifest
    for a, b in zip(pack, zipped):
        assert a.files == b.files
    np.testing.assert_array_equal(zipped[1].model().hfield_data, pack[1].model().hfield_data)


def test_a_zip_unpacks_to_the_pack_and_is_the_same_every_time(pack, tmp_path):
    export(pack, "zip", tmp_path / "a.zip")
    os.utime(pack.path / "pack.json")
    export(pack, "zip", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "a")
    Pack.open(tmp_path / "a").verify()
    mujoco.MjModel.from_xml_path(str(tmp_path / "a" / "variants" / "00000" / "env.xml"))


def test_a_zip_of_a_zip(pack, tmp_path):
    export(pack, "zip", tmp_path / "a.zip")
    export(Pack.open(tmp_path / "a.zip"), "zip", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_mjb_loads_and_is_the_model(pack, tmp_path):
    target = tmp_path / "models"
    assert export(pack, "mjb", target) == [1, 2, 3, 4, 5, 6]
    for variant in pack:
        binary = mujoco.MjModel.from_binary_path(str(target / f"{variant.index:05d}.mjb"))
        ours = variant.model()
        a, b = start(binary), start(ours)
        for _ in range(50):
            mujoco.mj_step(binary, a)
            mujoco.mj_step(ours, b)
        np.testing.assert_array_equal(a.qpos, b.qpos)


def test_mjb_over_an_earlier_export_does_not_mix(pack, tmp_path):
    target = tmp_path / "models"
    target.mkdir()
    (target / "old.mjb").write_text("old")
    try:
        export(pack, "mjb", target)
    except OSError:
        assert [p.name for p in target.iterdir()] == ["old.mjb"]
    else:
        assert not (target / "old.mjb").exists()


# --- hostile zips -------------------------------------------------------------------------------


def rezipped(pack: Pack, target: Path, change) -> Path:
    """The pack as a zip, with `change(archive)` called before it is closed."""
    export(pack, "zip", target)
    with zipfile.ZipFile(target, "a") as archive:
        change(archive)
    return target


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/evil.txt", "variants/../../evil.txt", "C:\\evil.txt", "a\\..\\evil.txt", "a:b"]
)
def test_a_zip_with_a_name_that_leads_out_is_refused(pack, tmp_path, name):
    target = rezipped(pack, tmp_path / "evil.zip", lambda a: a.writestr(name, "x"))
    with pytest.raises(InputError, match="leads out of the pack") as caught:
        Pack.open(target)
    assert "attack" in caught.value.remedy
    assert not (tmp_path / "evil.txt").exists()
    assert not (tmp_path.parent / "evil.txt").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_name_twice_is_refused(pack, tmp_path):
    target = rezipped(pack, tmp_path / "twice.zip", lambda a: a.writestr("pack.json", "{}"))
    with pytest.raises(InputError, match="holds a name twice"):
        Pack.open(target)


def test_a_zip_bomb_is_cut_off(pack, tmp_path, monkeypatch):
    target = rezipped(pack, tmp_path / "bomb.zip", lambda a: None)
    monkeypatch.setattr(store, "MAX_FILE", 1000)
    with pytest.raises(InputError, match="is over"):
        Pack.open(target)


def test_a_bomb_of_a_gigabyte_takes_no_gigabyte_of_memory(tmp_path):
    """A pack.json of 1 GB of blanks, a few MB in the zip: refused within the memory of a laptop."""
    target = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("pack.json", "w", force_zip64=True) as file,
    ):
        for _ in range(64):
            file.write(b" " * 2**24)
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_DATA, (1_500_000_000, 1_500_000_000))\n"
        "from envgen.packs.pack import Pack\n"
        "from envgen.core.errors import InputError\n"
        "try:\n    Pack.open(sys.argv[1])\nexcept InputError as error:\n    print(error.cause)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(target)], capture_output=True, text=True, check=True, timeout=60
    )
    assert "is over" in out.stdout


@pytest.mark.parametrize("damage", ["cut", "flip", "empty"])
def test_a_damaged_zip(pack, tmp_path, damage):
    target = tmp_path / "p.zip"
    export(pack, "zip", target)
    content = bytearray(target.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "flip":
        at = content.index(b"variants/00001/terrain.bin") + 200
        content[at] ^= 0xFF
    else:
        content = bytearray()
    target.write_bytes(content)
    with pytest.raises(InputError):
        Pack.open(target).verify()


def test_an_encrypted_zip_is_told(pack, tmp_path):
    target = tmp_path / "p.zip"
    export(pack, "zip", target)
    content = bytearray(target.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    target.write_bytes(content)
    with pytest.raises(InputError, match="can't be read"):
        Pack.open(target)
