"""Packs whose robots have meshes: stored once, verified, found from folders and zips."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import mujoco
import numpy as np
import pytest
from support.worlds import make_cfg

from envgen.core.errors import InputError
from envgen.packs.formats.base import FORMATS
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.packs.recheck import recheck
from envgen.validate.foreign import examine_path

pytestmark = pytest.mark.slow

TETRAHEDRON = "v 0 0 0\nv .1 0 0\nv 0 .1 0\nv 0 0 .1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"
CART = """<mujoco model="cart">
  <compiler angle="radian" meshdir="parts"/>
  <asset>
    <mesh name="shell" file="shell.obj"/>
    <mesh name="wedge" file="wedge.obj"/>
    <texture name="paint" type="2d" file="paint.png"/>
    <material name="painted" texture="paint"/>
  </asset>
  <worldbody>
    <geom name="floor" type="plane" size="5 5 1"/>
    <body name="chassis" pos="0 0 .2">
      <freejoint/>
      <geom type="mesh" mesh="shell" contype="0" conaffinity="0" mass="0" material="painted"/>
      <geom type="box" size=".2 .1 .05" mass="3"/>
      <body name="arm" pos=".1 0 .06"><joint name="arm" axis="0 1 0" range="-1 1" limited="true"/>
        <geom type="mesh" mesh="wedge" mass=".5"/></body>
    </body>
  </worldbody>
  <actuator><position name="arm" joint="arm" kp="5" ctrlrange="-1 1"/></actuator>
</mujoco>
"""


@pytest.fixture
def cart(tmp_path: Path) -> Path:
    """A robot of meshes and a texture, beside its files."""
    import cv2

    (tmp_path / "cart" / "parts").mkdir(parents=True)
    for name in ("shell", "wedge"):
        (tmp_path / "cart" / "parts" / f"{name}.obj").write_text(TETRAHEDRON)
    cv2.imwrite(str(tmp_path / "cart" / "paint.png"), np.full((8, 8, 3), 200, np.uint8))
    path = tmp_path / "cart" / "cart.xml"
    path.write_text(CART)
    return path


def kept_in(pack: Pack) -> Path:
    """The folder of the only robot among the assets: its name and a digest of its files."""
    (folder,) = (pack.path / "assets").iterdir()
    assert folder.name.startswith("cart-")
    return folder


def packed(cart: Path, out: Path, count: int = 3, **options) -> Pack:
    cfg = make_cfg("rough", str(cart), size=6, difficulty=0.1, task={"kind": "stand"})
    return make(cfg, count, out=out, jobs=1, **options)


def test_files_are_stored_once_and_named_by_every_variant(cart, tmp_path):
    pack = packed(cart, tmp_path / "p")
    folder = kept_in(pack)
    assert sorted(p.name for p in folder.iterdir()) == ["paint.png", "shell.obj", "wedge.obj"]
    assert set(pack.manifest["assets"]) == {f"{folder.name}/{p.name}" for p in folder.iterdir()}
    for variant in pack:
        assert f'file="../../assets/{folder.name}/shell.obj"' in variant.xml
        assert str(tmp_path) not in variant.xml, "a pack can be moved"
        stock = mujoco.MjModel.from_xml_path(str(pack.path / f"variants/{variant.index:05d}/env.xml"))
        assert stock.nmesh == variant.model().nmesh == 2
        assert recheck(pack, variant).ok


def test_it_goes_on_where_the_robot_is_no_longer(cart, tmp_path):
    pack = packed(cart, tmp_path / "p")
    shutil.rmtree(cart.parent)
    shutil.move(pack.path, tmp_path / "elsewhere")
    assert Pack.open(tmp_path / "elsewhere")[1].model().nmesh == 2


def test_a_zip_holds_them_too(cart, tmp_path):
    pack = packed(cart, tmp_path / "p")
    FORMATS.get("zip")().write(pack, tmp_path / "p.zip", lambda _: None)
    zipped = Pack.open(tmp_path / "p.zip")
    zipped.verify()
    np.testing.assert_array_equal(zipped[2].model().mesh_vert, pack[2].model().mesh_vert)


def test_what_was_changed_is_refused(cart, tmp_path):
    pack = packed(cart, tmp_path / "p")
    (kept_in(pack) / "shell.obj").write_text(TETRAHEDRON.replace(".1", ".2"))
    with pytest.raises(InputError, match="differs from what the pack was made with"):
        Pack.open(pack.path)[0].model()
    (kept_in(pack) / "shell.obj").unlink()
    with pytest.raises(InputError, match="can't be read"):
        Pack.open(pack.path).verify()


def test_an_env_xml_names_only_what_the_manifest_lists(cart, tmp_path):
    pack = packed(cart, tmp_path / "p")
    manifest = json.loads((pack.path / "pack.json").read_text())
    del manifest["assets"][f"{kept_in(pack).name}/wedge.obj"]
    (pack.path / "pack.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=r"wedge\.obj.*not in the manifest"):
        Pack.open(pack.path)[0].model()


def test_resume_brings_back_what_is_missing(cart, tmp_path):
    pack = packed(cart, tmp_path / "p")
    before = (pack.path / "pack.json").read_bytes()
    (kept_in(pack) / "wedge.obj").unlink()
    packed(cart, tmp_path / "p", resume=True)
    assert (pack.path / "pack.json").read_bytes() == before


def test_resume_refuses_another_state_of_the_robot(cart, tmp_path):
    packed(cart, tmp_path / "p")
    cart.write_text(CART.replace('mass="3"', 'mass="4"'))
    with pytest.raises(InputError, match="another recipe"):
        packed(cart, tmp_path / "p", count=4, resume=True)


def test_one_variant_is_validated_where_it_lies(cart, tmp_path):
    pack = packed(cart, tmp_path / "p")
    report = examine_path(pack.path / "variants" / "00001" / "env.xml")
    assert report.ok, report.failed


def test_the_same_bytes_with_any_number_of_processes(cart, tmp_path):
    one = packed(cart, tmp_path / "one", count=6)
    cfg = make_cfg("rough", str(cart), size=6, difficulty=0.1, task={"kind": "stand"})
    two = make(cfg, 6, out=tmp_path / "two", jobs=2)
    for a, b in zip(one, two):
        assert a.files == b.files


def test_a_relative_path_means_beside_the_parameter_file(cart, tmp_path):
    file = tmp_path / "own.toml"
    file.write_text('robots = [{ model = "cart/cart.xml" }]\ntask = { kind = "stand" }\n')
    command = [
        sys.executable,
        "-m",
        "envgen",
        "make",
        str(file),
        "--count",
        "1",
        "--out",
        str(tmp_path / "p"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr
    assert Pack.open(tmp_path / "p")[0].agents == ["cart_0"]


def test_two_robots_of_one_name_keep_their_own_files(cart, tmp_path):
    other = tmp_path / "other" / "cart"
    shutil.copytree(cart.parent, other)
    (other / "parts" / "wedge.obj").write_text(TETRAHEDRON.replace(".1", ".2"))
    robots = [{"model": str(cart)}, {"model": str(other / "cart.xml")}]
    pack = make(make_cfg("flat", robots=robots, task={"kind": "stand"}), 1, out=tmp_path / "p", jobs=1)
    model = pack[0].model()
    verts = [model.mesh_vertadr[model.mesh(f"cart_{m}/wedge").id] for m in (0, 1)]
    spans = [float(np.ptp(model.mesh_vert[at : at + 4])) for at in verts]
    assert spans[1] == pytest.approx(2 * spans[0], rel=1e-3)


@pytest.mark.usefixtures("opengl")
def test_it_is_rendered_and_filmed_with_its_meshes(cart, tmp_path):
    pack = packed(cart, tmp_path / "p", count=1)
    for more in (["--render", "--count", "1"], ["--video", "--seconds", "0.2"]):
        command = [sys.executable, "-m", "envgen", "preview", str(pack.path), *more, "-q"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert (pack.path / "frames.png").stat().st_size > 5_000
