"""Ground out of a user's file: what is accepted, how it lies, what is refused before anything is written."""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.worlds import IMAGE, build_world, make_cfg

from envgen.core import cfgio
from envgen.core.errors import InputError
from envgen.core.families import TERRAINS
from envgen.core.schema import json_schema
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.terrains.base import Patch

RAMP = np.outer(np.linspace(0, 1, 5), np.ones(9)) + np.linspace(0, 1, 9)  # highest in the last row and column


def surface(path: Path | str, size=(8.0, 4.0), cell=0.1, height=2.0, smooth=0.0) -> np.ndarray:
    kind = TERRAINS.get("heightmap")(file=str(path), height=height, smooth=smooth)
    return kind.ground(Patch.of(size, cell), np.random.default_rng(0)).surface


def write_npy(path: Path, array: np.ndarray, **how) -> Path:
    np.save(path, array, **how)
    return path


def write_png(path: Path, pixels: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), pixels)
    return path


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_the_first_row_lies_at_plus_y_and_columns_run_along_x(tmp_path):
    made = surface(write_npy(tmp_path / "a.npy", RAMP))
    assert made.shape == (41, 81)
    # row 0 of the ground is at -y: there the last row of the file
    assert made[0, -1] == pytest.approx(2.0)
    assert made[-1, 0] == 0
    assert made[-1, -1] == made[0, 0] == pytest.approx(1.0)
    np.testing.assert_allclose(made[20], np.linspace(0.5, 1.5, 81), atol=0.001)  # linear between


@pytest.mark.parametrize("kind", ["npy", "png8", "png16", "rgb", "rgba", "float32", "bool"])
def test_every_kind_of_file_gives_the_same_ground(kind, tmp_path):
    values = np.add.outer(np.arange(16)[::-1] * 10, np.arange(11) * 5)  # 0 to 200
    reference = surface(write_npy(tmp_path / "ref.npy", values))
    path = tmp_path / f"it.{'npy' if kind in ('npy', 'float32', 'bool') else 'png'}"
    if kind == "npy":
        write_npy(path, values.astype(np.int64) * 7 - 3)
    elif kind == "float32":
        write_npy(path, np.asfortranarray(values.astype(np.float32) / 1000))
    elif kind == "bool":
        reference = surface(write_npy(tmp_path / "ref.npy", (values > 100).astype(float)))
        write_npy(path, values > 100)
    elif kind == "png16":
        write_png(path, (values * 300).astype(np.uint16))
    elif kind == "png8":
        write_png(path, values.astype(np.uint8))
    else:
        layers = [values.astype(np.uint8)] * 3 + [np.full(values.shape, 9, np.uint8)] * (kind == "rgba")
        write_png(path, np.dstack(layers))
    np.testing.assert_allclose(surface(path), reference, atol=0.0011)


def test_16_bits_are_finer_than_8(tmp_path):
    slope = np.tile(np.linspace(0, 1, 601), (4, 1))
    for bits, kind, worst in ((8, np.uint8, 0.021), (16, np.uint16, 0.001)):
        pixels = np.rint(slope * (2**bits - 1)).astype(kind)
        made = surface(write_png(tmp_path / f"{bits}.png", pixels), size=(60.0, 4.0), height=10.0)
        off = np.abs(made[0] - np.linspace(0, 10, 601)).max()
        assert 0.2 * worst < off <= worst


def test_a_large_image_is_averaged_and_a_blur_smooths(tmp_path):
    noise = np.random.default_rng(0).uniform(0, 1, (2000, 1500))
    made = surface(write_npy(tmp_path / "noise.npy", noise), size=(6.0, 8.0))
    assert made.std() < 0.25 * 2 * noise.std()
    blurred = surface(tmp_path / "noise.npy", size=(6.0, 8.0), smooth=0.4)
    assert blurred.std() < 0.5 * made.std()


def test_a_file_that_changes_is_read_again(tmp_path):
    path = write_npy(tmp_path / "a.npy", RAMP)
    before = surface(path)
    write_npy(path, RAMP[::-1])
    os.utime(path, ns=(1, 1))
    np.testing.assert_allclose(surface(path), before[::-1], atol=0.0011)


def test_a_world_of_a_file_holds_its_heights_and_difficulty_raises_them():
    heights = []
    for difficulty in (0.1, 0.9):
        variant, world = build_world(make_cfg("heightmap", size=12, difficulty=difficulty))
        field = world.ground.field.heights
        assert np.abs(field - variant.arena.ground.surface).max() <= 0.0015
        heights.append(float(np.ptp(field)))
        # the higher hill of the picture is in its upper left: at -x, +y
        row, col = np.unravel_index(int(np.argmax(field)), field.shape)
        assert row > 0.55 * field.shape[0]
        assert col < 0.5 * field.shape[1]
    assert heights[1] > 2 * heights[0]


def header_of(width: int, height: int) -> bytes:
    """The first and last chunk of a grey PNG."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) + chunk(b"IEND", b"")


BAD = {
    "missing.png": (None, "can't be read"),
    "text.png": (b"hello", "must be a PNG"),
    "cut.png": (Path(IMAGE).read_bytes()[:700], "damaged PNG"),
    "zero.png": (b"\x89PNG\r\n\x1a\n" + header_of(0, 0), "damaged PNG"),
    "empty.png": (b"", "must be a PNG"),
    "text.npy": (b"hello", "must hold an array in NumPy's .npy format"),
    "one.npy": (np.ones((1, 1)), "only 1 x 1"),
    "line.npy": (np.ones((1, 50)), "only 1 x 50"),
    "nan.npy": (np.array([[0, 1], [np.nan, 2]]), "NaN or infinite"),
    "inf.npy": (np.array([[0, 1], [np.inf, 2]]), "NaN or infinite"),
    "wide.npy": (np.array([[-1.7e308, 1], [1.7e308, 2]]), "Scale them down"),
    "cube.npy": (np.zeros((4, 4, 4)), "3 dimensions"),
    "flat.npy": (np.zeros(16), "1 dimensions"),
    "object.npy": (np.array([[{}, 1], [2, 3]], dtype=object), "holds object"),
    "complex.npy": (np.ones((4, 4), complex), "holds complex128"),
    "words.npy": (np.array([["a", "b"], ["c", "d"]]), "not numbers"),
}


def bad_file(folder: Path, name: str) -> Path:
    path, content = folder / name, BAD[name][0]
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        np.save(path, content, allow_pickle=True)
    return path


@pytest.mark.parametrize("name", BAD)
def test_an_unfit_file_is_refused_before_anything_is_written(name, tmp_path, capfd):
    path = bad_file(tmp_path, name)
    cfg = make_cfg("heightmap", sub={"file": str(path)})
    with pytest.raises(InputError) as caught:
        make(cfg, 2, out=tmp_path / "out", jobs=1)
    assert BAD[name][1] in f"{caught.value.cause} {caught.value.remedy}"
    assert name in caught.value.cause
    assert caught.value.remedy
    assert capfd.readouterr().err == "", "decoders print nothing of their own"
    assert not (tmp_path / "out").exists()


def test_a_file_that_only_a_rare_variant_would_use_is_checked_too(tmp_path):
    subs = [{"kind": "flat", "weight": 1e6}, {"kind": "heightmap", "file": str(tmp_path / "no.png")}]
    with pytest.raises(InputError, match=r"no\.png"):
        make({"terrain": {"sub_terrains": subs}}, 1, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_images_that_claim_to_be_huge_are_refused_unread(tmp_path):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0))
    (tmp_path / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IEND", b""))
    claim = io.BytesIO()
    header_data = {"descr": "<f8", "fortran_order": False, "shape": (60_000, 60_000)}
    np.lib.format.write_array_header_1_0(claim, header_data)
    (tmp_path / "huge.npy").write_bytes(claim.getvalue())
    short = io.BytesIO()
    np.lib.format.write_array_header_1_0(short, {**header_data, "shape": (9000, 9000)})
    (tmp_path / "short.npy").write_bytes(short.getvalue() + b"0" * 64)
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    for name, told in (
        ("huge.png", "more than"),
        ("huge.npy", "more than"),
        ("short.npy", "truncated"),
        ("folder.png", "folder"),
        ("pipe.png", "must be a regular file"),
    ):
        with pytest.raises(InputError, match=told):
            surface(tmp_path / name)


@pytest.mark.parametrize("given", [5, None, "", "a.jpg", ["a.png"], {"choice": ["a.png"]}, "a\0.png", True])
def test_what_is_no_path_is_refused_by_the_schema_with_its_place(given):
    data = {"terrain": {"sub_terrains": [{"kind": "heightmap", "file": given}]}}
    with pytest.raises(InputError, match=r"terrain\.sub_terrains\[0\]\.file"):
        cfgio.parse(data)


def test_a_heightmap_without_a_file_is_refused():
    with pytest.raises(InputError, match="needs a file") as caught:
        cfgio.parse({"terrain": {"sub_terrains": [{"kind": "heightmap"}]}})
    assert "Give file" in caught.value.remedy


def test_the_json_schema_wants_the_file():
    kinds = json_schema()["$defs"]["SubTerrainCfg"]["oneOf"]
    schema = next(kind for kind in kinds if kind["title"] == "heightmap")
    assert schema["required"] == ["kind", "file"]
    assert schema["properties"]["file"]["type"] == "string"


@pytest.mark.parametrize("suffix", [".toml", ".yaml", ".json"])
def test_a_path_is_relative_to_its_parameter_file_and_survives_a_round_trip(suffix, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    write_npy(tmp_path / "deep" / "a.npy", RAMP)
    data = {"terrain": {"sub_terrains": [{"kind": "heightmap", "file": "../a.npy"}]}}
    (folder / "own.json").write_text(json.dumps(data))
    cfg = cfgio.load(folder / "own.json")
    assert cfg.terrain.sub_terrains[0].params["file"] == "deep/a.npy"
    written = tmp_path / f"copy{suffix}"
    written.write_text(cfgio.dumps(cfg, suffix))
    assert cfgio.load(written) == cfg
    # outside the current folder, the path becomes absolute
    monkeypatch.chdir(folder)
    assert cfgio.load(folder / "own.json").terrain.sub_terrains[0].params["file"] == str(
        tmp_path / "deep" / "a.npy"
    )


def test_files_of_a_robot_are_made_relative_too_and_malformed_data_is_left_to_the_schema(tmp_path):
    data = {"robots": [{"model": "bots/a.XML"}, {"model": "ant"}, {"model": 3}, 7], "terrain": 4}
    cfgio.rebase(data, tmp_path)
    assert data["robots"][:2] == [{"model": (tmp_path / "bots/a.XML").as_posix()}, {"model": "ant"}]
    for odd in (None, [], {"terrain": {"sub_terrains": {"kind": "heightmap"}}}, {"robots": "x"}):
        cfgio.rebase(odd, tmp_path)
    assert list(cfgio.references({"terrain": {"sub_terrains": [{"kind": "heightmap", "file": 3}]}})) == []


def test_a_pack_says_which_file_it_is_of_and_does_not_go_on_with_another(tmp_path):
    path = write_npy(tmp_path / "a.npy", RAMP)
    cfg = make_cfg("heightmap", sub={"file": str(path)}, size=12)
    pack = make(cfg, 2, out=tmp_path / "pack", jobs=1)
    manifest = json.loads((tmp_path / "pack" / "pack.json").read_text())
    assert list(manifest["inputs"]) == [str(path)]
    assert len(manifest["inputs"][str(path)]) == 64
    assert pack[0].drawn["terrain.file"] == str(path)
    make(cfg, 3, out=tmp_path / "pack", jobs=1, resume=True)
    write_npy(path, RAMP[::-1])
    with pytest.raises(InputError, match="inputs"):
        make(cfg, 4, out=tmp_path / "pack", jobs=1, resume=True)
    path.unlink()  # a pack needs its file no more
    assert Pack.open(tmp_path / "pack")[2].model().nhfield == 1


def test_other_packs_have_no_inputs(tmp_path):
    make(make_cfg("rough"), 1, out=tmp_path / "pack", jobs=1)
    assert "inputs" not in json.loads((tmp_path / "pack" / "pack.json").read_text())
