"""Reading packs in folders: verified, damaged, hostile."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import mujoco
import numpy as np
import pytest
from support.worlds import make_cfg

from envgen.core.errors import InputError, WorkError
from envgen.packs.formats.base import FORMATS
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.packs.recheck import recheck
from envgen.packs.wire.pack_world import PackWorldReader
from envgen.rollout.rollout import Rollout

pytestmark = pytest.mark.slow


def export(pack: Pack, kind: str, target: Path) -> list[int]:
    seen: list[int] = []
    FORMATS.get(kind)().write(pack, target, seen.append)
    return seen


# --- reading ------------------------------------------------------------------------------------


def test_a_pack_is_a_sequence_of_variants(pack):
    assert len(pack) == 6
    assert [v.index for v in pack] == list(range(6))
    assert [v.index for v in pack[1:3]] == [1, 2]
    assert pack[-1].index == 5
    with pytest.raises(IndexError):
        pack[6]
    assert pack.by_index(4).index == 4
    with pytest.raises(InputError, match="has no variant 99"):
        pack.by_index(99)
    assert "6 variants" in repr(pack)
    assert pack.seed == 7


def test_a_view_without_variants_keeps_its_columns(pack):
    nothing = pack.filter("difficulty > 5")
    assert len(nothing) == 0
    assert list(nothing.to_pandas().columns) == list(pack.to_pandas().columns)
    assert len(nothing.filter("difficulty < 1 and terrain_kind == 'rough'")) == 0
    with pytest.raises(InputError, match="unknown name 'difficult'"):
        nothing.filter("difficult < 1")
    with pytest.raises(IndexError, match="no variant at place 0 of 0"):
        nothing[0]


@pytest.mark.parametrize("places", [[99], [-7], ["a"], 1, None, [0.5]])
def test_places_that_are_none(pack, places):
    with pytest.raises(InputError, match="places must be integers below 6"):
        pack.select(places)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_packs_and_what_runs_them_are_copied_and_pickled(pack, tmp_path, kind):
    if kind == "zip":
        export(pack, "zip", tmp_path / "p.zip")
        pack = Pack.open(tmp_path / "p.zip")
    for copied in (pickle.loads(pickle.dumps(pack)), copy.deepcopy(pack)):
        assert [variant.xml for variant in copied] == [variant.xml for variant in pack]
    rollout = Rollout(list(pack)[:2])
    rollout.reset(3)
    again = pickle.loads(pickle.dumps(rollout))
    assert np.array_equal(again.state.qpos, rollout.state.qpos)


def test_a_broken_model_is_named(own_pack):
    manifest = json.loads((own_pack / "pack.json").read_text())
    file = own_pack / "variants/00002/env.xml"
    file.write_text(file.read_text().replace("</worldbody>", "<foo/></worldbody>", 1))
    manifest["variants"][2]["files"]["env.xml"] = hashlib.sha256(file.read_bytes()).hexdigest()
    (own_pack / "pack.json").write_text(json.dumps(manifest))
    with pytest.raises(WorkError, match="variant 2 is broken: MuJoCo can't compile it") as caught:
        Rollout(list(Pack.open(own_pack)))
    assert caught.value.remedy
    with pytest.raises(WorkError, match="variant 2 is broken"):
        PackWorldReader().read(Pack.open(own_pack)[2])


def test_a_variant_says_what_it_is(pack):
    variant = pack[2]
    assert variant.agents == ["ant_0"]
    assert variant.report.ok
    assert variant.drawn["terrain.kind"] == "rough"
    model = variant.model()
    assert isinstance(model, mujoco.MjModel)
    world = variant.world()
    assert world.agents == ["ant_0"]
    assert world.goals.shape == (1, 3)
    assert len(world.obstacles) == 5
    assert variant.xml.startswith("<mujoco")


def test_what_is_read_from_the_pack_is_what_is_loaded_from_its_path(pack):
    for variant in pack:
        ours = variant.model()
        stock = mujoco.MjModel.from_xml_path(str(pack.path / "variants" / f"{variant.index:05d}" / "env.xml"))
        for field in ("hfield_data", "geom_pos", "body_mass", "key_qpos", "geom_friction"):
            np.testing.assert_array_equal(getattr(ours, field), getattr(stock, field))


def test_checked_anew_a_variant_gets_the_report_of_its_making(pack):
    for variant in pack:
        assert recheck(pack, variant).to_json() == variant.entry["report"]


@pytest.mark.parametrize("name", ["env.xml", "terrain.bin"])
@pytest.mark.parametrize("change", ["flip", "cut", "delete"])
def test_a_changed_file_is_found(own_pack, name, change):
    path = own_pack / "variants" / "00003" / name
    content = bytearray(path.read_bytes())
    if change == "flip":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif change == "cut":
        path.write_bytes(content[:-1])
    else:
        path.unlink()
    pack = Pack.open(own_pack)
    assert pack[2].model()
    with pytest.raises(InputError, match=r"differs from what the pack was made with|can't be read") as caught:
        pack[3].model()
    assert "00003" in caught.value.cause
    with pytest.raises(InputError):
        pack.verify()
    shown = pack._repr_html_()
    assert shown.count("can't be shown") == 1
    assert "variant 3 can't be shown: " in shown
    assert "the first" in shown or f"{len(pack) - 1} variants of" in shown


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(schema=99), "is of schema 99"),
        (lambda m: m.pop("variants"), "must be an object with a list of variants"),
        (lambda m: m.update(variants={}), "must be an object with a list of variants"),
        (lambda m: m.pop("cfg"), "lacks 'cfg'"),
        (lambda m: m.pop("seed"), "lacks 'seed'"),
        (lambda m: m["variants"][0].pop("files"), "is malformed"),
        (lambda m: m["variants"].append(3), "is malformed"),
    ],
)
def test_a_damaged_manifest_is_told(own_pack, change, message):
    path = own_pack / "pack.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=message):
        Pack.open(own_pack)


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"null", b"\xff\xfe", b"[" * 200_000, b""],
    ids=["cut", "list", "null", "bytes", "deep", "empty"],
)
def test_a_manifest_that_is_none(own_pack, content):
    (own_pack / "pack.json").write_bytes(content)
    with pytest.raises(InputError):
        Pack.open(own_pack)


@pytest.mark.parametrize(
    "name", ["../../outside", "/etc/hostname", "..\\\\x", "C:x", "a/../../../outside", "", "\0"]
)
def test_a_manifest_that_names_files_elsewhere(own_pack, name):
    (own_pack.parent / "outside").write_text("secret")
    path = own_pack / "pack.json"
    manifest = json.loads(path.read_text())
    manifest["variants"][0]["files"][name] = "0" * 64
    path.write_text(json.dumps(manifest))
    with pytest.raises(InputError) as caught:
        _ = Pack.open(own_pack)[0].files
    assert "secret" not in str(caught.value)


def test_a_link_out_of_the_pack_is_not_followed(own_pack):
    secret = own_pack.parent / "secret"
    secret.write_text("x")
    target = own_pack / "variants" / "00000" / "terrain.bin"
    target.unlink()
    target.symlink_to(secret)
    with pytest.raises(InputError, match="leads out of the pack"):
        Pack.open(own_pack)[0].model()


def test_a_world_that_names_a_file_beside_the_manifest_is_refused(own_pack):
    """A pack made by an attacker, hashes and all: MuJoCo must not be led to open other files."""
    import hashlib

    path = own_pack / "variants" / "00000" / "env.xml"
    text = path.read_text().replace('file="terrain.bin"', 'file="/etc/hostname"')
    path.write_text(text)
    manifest = json.loads((own_pack / "pack.json").read_text())
    manifest["variants"][0]["files"]["env.xml"] = hashlib.sha256(text.encode()).hexdigest()
    (own_pack / "pack.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="/etc/hostname"):
        Pack.open(own_pack)[0].model()


@pytest.mark.parametrize("kind", ["missing", "empty", "file", "text.zip"])
def test_what_is_no_pack(tmp_path, kind):
    path = tmp_path / kind
    if kind == "empty":
        path.mkdir()
    elif kind != "missing":
        path.write_text("no pack")
    with pytest.raises(InputError) as caught:
        Pack.open(path)
    assert str(path) in caught.value.cause
    assert caught.value.remedy


# --- a pack that was made elsewhere -------------------------------------------------------------


def test_a_pack_can_be_moved_and_read_without_its_writer(pack, tmp_path):
    moved = Path(shutil.copytree(pack.path, tmp_path / "elsewhere" / "p"))
    code = (
        "import mujoco, sys, pathlib\n"
        "for p in sorted(pathlib.Path(sys.argv[1]).glob('variants/*/env.xml')):\n"
        "    m = mujoco.MjModel.from_xml_path(str(p)); d = mujoco.MjData(m)\n"
        "    mujoco.mj_resetDataKeyframe(m, d, 0); mujoco.mj_step(m, d); print(m.nq)\n"
        "assert 'envgen' not in sys.modules"
    )
    out = subprocess.run([sys.executable, "-c", code, str(moved)], capture_output=True, text=True, check=True)
    assert len(out.stdout.split()) == 6


def test_identical_grounds_are_written_once_or_small(tmp_path):
    """Flat worlds carry no heights at all."""
    flat = make(make_cfg("flat"), 3, out=tmp_path / "p", jobs=1)
    assert [sorted(v.files) for v in flat] == [["env.xml"]] * 3
