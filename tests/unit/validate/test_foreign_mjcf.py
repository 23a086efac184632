"""MJCF of others: examined apart, refused when it is dangerous, never followed out of its folder."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.worlds import build_world, make_cfg

from envgen.core.errors import InputError
from envgen.robots.xml import UnsafeXml, check_xml, parse
from envgen.validate.foreign import examine_path

PENDULUM = """<mujoco><worldbody><geom type="plane" size="2 2 .1"/><body pos="0 0 1"><joint axis="0 1 0"/>
<geom type="capsule" size=".05" fromto="0 0 0 .4 0 0"/></body></worldbody></mujoco>"""


def examined(folder: Path, text: str | bytes, name: str = "world.xml"):
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return examine_path(path)


def nested(depth: int) -> str:
    opened = '<body><joint/><geom size=".1"/>' * depth
    return f"<mujoco><worldbody>{opened}{'</body>' * depth}</worldbody></mujoco>"


def test_a_sound_model_passes(tmp_path):
    report = examined(tmp_path, PENDULUM)
    assert report.ok, report.failed
    assert {"well_formed", "files", "compiles", "stable"} <= {f.check for f in report.findings}


def test_a_world_of_ours_passes_every_check(tmp_path):
    variant, _ = build_world(
        make_cfg("rough", obstacles=[{"kind": "box", "count": 2}], task={"kind": "goal"})
    )
    for name, content in variant.rendered.files.items():
        (tmp_path / name).write_bytes(content)
    report = examined(tmp_path, variant.rendered.text, "env.xml")
    assert report.ok, report.failed
    assert {"reachable", "clearance", "start_height"} <= {f.check for f in report.findings}


BOMB = (
    '<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    + "".join(f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in zip("bcdefgh", "cdefghi"))
    + ']><mujoco model="&i;"/>'
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB, "document type"),
        (BOMB.encode("utf-16"), ""),
        ("<mujoco/>".encode("utf-16"), "UTF-16"),
        ("<mujoco/>".encode("utf-16-be"), "UTF-16"),
        ('<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/hostname">]><mujoco model="&x;"/>', "document type"),
        ('<!DOCTYPE m SYSTEM "http://127.0.0.1:9/x.dtd"><mujoco/>', "document type"),
        (nested(500), "nest"),
        ("<mujoco>" + "<a>" * 100_000, "nested"),
        ("<mujoco", "well-formed"),
        ("", "well-formed"),
        (b"\x00\x01\x02", "well-formed"),
        (b"\xff" * 100, "well-formed"),
    ],
    ids=[
        "bomb",
        "bomb in utf-16",
        "utf-16",
        "utf-16 without a mark",
        "external entity",
        "external dtd",
        "500 bodies",
        "unclosed",
        "cut",
        "empty",
        "zeros",
        "bytes",
    ],
)
def test_what_is_dangerous_or_broken_is_refused_at_once(tmp_path, text, why):
    began = time.perf_counter()
    report = examined(tmp_path, text)
    assert time.perf_counter() - began < 5
    assert not report.ok
    assert report.failed.check in ("well_formed", "depth")
    assert why in report.failed.detail
    assert report.failed.remedy


BODY = '<body><freejoint/><geom size=".1"/></body>'
MANY = {
    "one replicate": f'<replicate count="1000000">{BODY}</replicate>',
    "nested replicates": f'<replicate count="200"><replicate count="1e2">{BODY}</replicate></replicate>',
    "endless": f'<replicate count="{"9" * 5000}">{BODY}</replicate>',
    "composite": '<composite type="cable" count="300 300 1"/>',
    "flexcomp": '<replicate count="30"><body><flexcomp name="f" type="grid"/></body></replicate>',
    "bodies": BODY * 20_000,
    "include": '<include file="a.xml"/>' * 2,
}


@pytest.mark.parametrize("way", MANY)
def test_a_bomb_of_bodies_is_refused_at_once(tmp_path, way):
    (tmp_path / "a.xml").write_text(
        f'<mujocoinclude><replicate count="1e4">{BODY}</replicate></mujocoinclude>'
    )
    began = time.perf_counter()
    report = examined(tmp_path, f"<mujoco><worldbody>{MANY[way]}</worldbody></mujoco>")
    assert time.perf_counter() - began < 5
    assert not report.ok
    assert "elements, copies included, over the bound of 20,000" in str(report.to_json())


def test_a_few_copies_are_none_of_a_bomb(tmp_path):
    copies = '<replicate count="20" offset=".5 0 0"><geom size=".1"/></replicate>'
    assert examined(tmp_path, PENDULUM.replace("<worldbody>", f"<worldbody>{copies}")).ok


def test_120_nested_bodies_are_told_as_such(tmp_path):
    spread = nested(110).replace("<body>", '<body pos="0 0 .3">')
    report = examined(tmp_path, spread)
    assert not report.ok
    assert "depth" in {f.check for f in report.findings if not f.ok}


def test_a_model_whose_contacts_overflow_the_arena_is_told_in_mujocos_words(tmp_path, capfd):
    """A hundred balls in one place: MuJoCo's fatal error is a finding and no traceback."""
    report = examined(tmp_path, nested(105))
    assert not report.ok
    assert "out of memory" in str(report.to_json())
    memory = next(f for f in report.findings if f.check == "memory")
    assert not memory.ok
    assert "<size memory>" in memory.remedy
    assert "Traceback" not in capfd.readouterr().err


FIELD = '<asset><hfield name="h" file="FILE" size="1 1 1 1"/></asset><worldbody/>'
OUTSIDE = {
    "parent": FIELD.replace("FILE", "../secret.bin"),
    "absolute": FIELD.replace("FILE", "{outside}/secret.bin"),
    "meshdir": '<compiler meshdir=".."/>' + FIELD.replace("FILE", "secret.bin"),
    "second compiler": '<compiler/><compiler meshdir="{outside}"/>' + FIELD.replace("FILE", "secret.bin"),
    "assetdir": '<compiler assetdir="{outside}"/><asset><texture type="2d" file="secret.png"/></asset>',
    "include": '<include file="../secret.xml"/>',
    "model": '<asset><model name="m" file="../secret.xml"/></asset><worldbody/>',
    "include of an include": '<include file="inner.xml"/>',
}


@pytest.mark.parametrize("way", OUTSIDE)
def test_a_file_outside_the_folder_is_named_and_not_read(tmp_path, way):
    outside, folder = tmp_path, tmp_path / "mjcf"
    folder.mkdir()
    (outside / "secret.xml").write_text("<mujocoinclude><bogus/></mujocoinclude>")
    (outside / "secret.bin").write_bytes(b"s3cret")
    (outside / "secret.png").write_bytes(b"s3cret")
    (folder / "inner.xml").write_text('<mujocoinclude><include file="../secret.xml"/></mujocoinclude>')
    for name in ("secret.bin", "secret.png"):  # decoys of the same name inside
        (folder / name).write_bytes(b"decoy")
    report = examined(folder, f"<mujoco>{OUTSIDE[way].replace('{outside}', str(outside))}</mujoco>")
    failed = {f.check: f for f in report.findings if not f.ok}
    assert "files" in failed
    assert "outside" in failed["files"].detail
    assert "bogus" not in str(report.to_json())


def test_a_link_that_leads_outside_is_outside(tmp_path):
    folder = tmp_path / "mjcf"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(b"x")
    (folder / "h.bin").symlink_to(tmp_path / "secret.bin")
    text = '<mujoco><asset><hfield name="h" file="h.bin" size="1 1 1 1"/></asset><worldbody/></mujoco>'
    report = examined(folder, text)
    assert {f.check for f in report.findings if not f.ok} & {"files"}


def test_a_missing_file_is_named(tmp_path):
    text = '<mujoco><asset><mesh name="m" file="gone.stl"/></asset><worldbody/></mujoco>'
    report = examined(tmp_path, text)
    failed = {f.check: f for f in report.findings if not f.ok}
    assert "gone.stl" in failed["files"].detail


def test_files_beside_it_are_read(tmp_path):
    import numpy as np

    (tmp_path / "assets").mkdir()
    raw = np.array([3, 3], "<i4").tobytes() + np.arange(9, dtype="<f4").tobytes()
    (tmp_path / "assets" / "h.bin").write_bytes(raw)
    (tmp_path / "part.xml").write_text('<mujocoinclude><option timestep="0.005"/></mujocoinclude>')
    text = """<mujoco><compiler meshdir="assets"/><include file="part.xml"/><asset>
    <hfield name="h" file="h.bin" size="1 1 .1 .1"/></asset><worldbody><geom type="hfield" hfield="h"/>
    <body pos="0 0 .5"><freejoint/><geom size=".1"/></body></worldbody></mujoco>"""
    report = examined(tmp_path, text)
    assert report.ok, report.failed


@pytest.mark.parametrize(
    ("text", "check"),
    [
        (PENDULUM.replace('size=".05"', 'size="-1"'), "compiles"),
        (PENDULUM.replace("<geom type", "<gem type"), "compiles"),
        ("<urdf/>", "compiles"),
        (PENDULUM.replace("<worldbody>", '<size memory="1G"/><worldbody>'), "bounds"),
        (PENDULUM.replace("<joint", '<joint damping="-1e6"'), "stable"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, check):
    report = examined(tmp_path, text)
    assert check in {f.check for f in report.findings if not f.ok}, report.to_json()


def test_a_model_that_eats_memory_or_crashes_does_not_take_us_along(tmp_path):
    text = PENDULUM.replace("<worldbody>", '<size memory="900G"/><worldbody>')
    began = time.perf_counter()
    assert not examined(tmp_path, text).ok
    assert time.perf_counter() - began < 30


def test_a_missing_file_or_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "gone.xml", tmp_path):
        with pytest.raises(InputError) as caught:
            examine_path(path)
        assert str(path) in caught.value.cause


def test_nothing_is_left_in_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    examined(tmp_path, PENDULUM.replace("<joint", '<joint damping="-1e6"'))
    assert os.listdir(tmp_path) == ["world.xml"]


@given(st.binary(max_size=200) | st.text(alphabet='<>/ab="&;![]-? ', max_size=60).map(str.encode))
def test_any_bytes_are_parsed_or_refused(text):
    for read in (parse, check_xml):
        try:
            read(text)
        except UnsafeXml as error:
            assert str(error)  # noqa: PT017


def test_a_file_that_includes_without_end_is_told_soon(tmp_path):
    many = "".join(f'<include file="{i}.xml"/>' for i in range(2000))
    for i in range(2000):
        (tmp_path / f"{i}.xml").write_text("<mujocoinclude/>")
    began = time.perf_counter()
    report = examined(tmp_path, f"<mujoco>{many}</mujoco>")
    assert time.perf_counter() - began < 10
    assert any("includes more than" in f.detail for f in report.findings if f.check == "files")


def test_what_is_infinite_is_left_out_of_json(tmp_path):
    import json

    from envgen.validate.report import Finding

    finding = Finding("speed", False, float("inf"), 20.0, "m/s", "fast", "Slow down.")
    assert json.loads(json.dumps(finding.to_dict(), allow_nan=False))["measured"] is None
    assert Finding.from_dict(finding.to_dict()).detail == "fast"
