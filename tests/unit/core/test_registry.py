from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from envgen.core.errors import EnvgenError, InputError, PluginWarning
from envgen.core.families import OBSTACLES, POLICIES, ROBOTS, TASKS, TERRAINS
from envgen.core.registry import Registry


def test_the_built_in_kinds_of_the_vocabulary_are_there():
    terrains = "flat rough hills pyramid_stairs stepping_stones gap waves boulders"
    assert set(terrains.split()) <= set(TERRAINS.names())
    assert {"box", "cylinder", "log", "ball"} <= set(OBSTACLES.names())
    assert {"ant", "quadruped", "hopper", "humanoid"} <= set(ROBOTS.names())
    assert {"stand", "walk", "goal", "race"} <= set(TASKS.names())
    assert {"zero", "random", "gait", "keyboard", "onnx"} <= set(POLICIES.names())


@pytest.mark.parametrize("registry", [TERRAINS, OBSTACLES, ROBOTS, TASKS, POLICIES], ids=lambda r: r.family)
def test_names_are_sorted_and_what_they_name(registry):
    assert registry.names() == sorted(registry.names())
    for name, kind in registry:
        assert name in registry
        assert registry.get(name) is kind
        assert getattr(kind, "kind", None) == name or kind.name == name


def test_a_name_can_be_taken_once():
    registry: Registry[type] = Registry("terrain", "envgen.terrains")

    class Mud:
        kind = "mud"

    registry.register(Mud)
    with pytest.raises(EnvgenError) as caught:
        registry.register(Mud)
    assert caught.value.cause == "two terrain kinds are called 'mud'"
    assert "Rename one" in caught.value.remedy


@pytest.mark.parametrize(
    ("registry", "given", "meant"),
    [
        (TERRAINS, "ruogh", "rough"),
        (TERRAINS, "stepping_stone", "stepping_stones"),
        (TERRAINS, "Rough", "rough"),
        (OBSTACLES, "boxes", "box"),
        (ROBOTS, "humanoids", "humanoid"),
        (TASKS, "rase", "race"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(registry, given, meant):
    with pytest.raises(InputError) as caught:
        registry.get(given)
    assert caught.value.cause == f"unknown {registry.family} {given!r}"
    assert f"Did you mean {meant!r}?" in caught.value.remedy
    for name in registry.names():
        assert name in caught.value.remedy


def test_a_name_like_none_suggests_none():
    with pytest.raises(InputError) as caught:
        TERRAINS.get("xylophone")
    assert "Did you mean" not in caught.value.remedy
    assert "Known: " in caught.value.remedy
    assert all(name in caught.value.remedy for name in TERRAINS.names())


PLUGIN = """
from dataclasses import dataclass
import numpy as np
from envgen.core.params import param
from envgen.terrains.base import SubTerrain, of_heights, register

@register
@dataclass(frozen=True)
class Ramp(SubTerrain):
    kind = "third_party_ramp"
    slope: float = param("", 0.0, 1.0, "rise over run", easy=0.05, hard=0.2)

    def ground(self, patch, rng):
        return of_heights(np.broadcast_to(self.slope * patch.x, patch.shape))
"""

USE = """
import sys, pathlib
from envgen.packs.make import make
from envgen.core.cfgio import parse
cfg = parse({"terrain": {"size": [8, 8], "sub_terrains": [{"kind": "third_party_ramp", "slope": 0.125}]}})
if __name__ == "__main__":
    pack = make(cfg, 4, out=sys.argv[1], jobs=2)
    field = pack[3].world().ground.field
    print(len(pack), pack[3].drawn["terrain.slope"], round(float(field.heights.max()), 3))
"""


def installed(folder: Path, entry_point: str) -> Path:
    """A folder for sys.path that holds a plug-in as pip would install it."""
    (folder / "ramp_plugin.py").write_text(textwrap.dedent(PLUGIN))
    info = folder / "ramp_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ramp-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[envgen.terrains]\nramp = {entry_point}\n")
    return folder


@pytest.mark.parametrize("entry_point", ["ramp_plugin", "ramp_plugin:Ramp"])
def test_a_third_partys_terrain_is_found_by_its_entry_point(tmp_path, entry_point):
    site = installed(tmp_path, entry_point)
    out = subprocess.run(
        [sys.executable, "-c", USE, str(tmp_path / "out")],
        env={"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert out.returncode == 0, out.stderr
    assert out.stdout.split() == ["4", "0.125", "0.5"]


@pytest.fixture
def family(tmp_path, monkeypatch):
    """A registry of the empty package `shapes`, to which a test adds modules."""
    folder = tmp_path / "shapes"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Registry("shape", "shapes"), folder
    for name in [name for name in sys.modules if name.split(".")[0] == "shapes"]:
        monkeypatch.delitem(sys.modules, name)


def test_a_built_in_module_that_cannot_be_imported_is_an_error_at_every_use(family):
    registry, folder = family
    (folder / "circle.py").write_text("import a_missing_package")
    for use in (registry.names, lambda: registry.get("circle"), lambda: "circle" in registry):
        with pytest.raises(EnvgenError) as caught:
            use()
        assert caught.value.cause == (
            "the shape module shapes.circle can't be imported: ModuleNotFoundError: "
            "No module named 'a_missing_package'"
        )
        assert sys.executable in caught.value.remedy


def test_a_plug_in_that_fails_is_left_out_with_a_warning(tmp_path, monkeypatch):
    # a module that is missing: one that is there would register its terrain for all tests of this process
    site = installed(tmp_path, "missing_plugin")
    monkeypatch.syspath_prepend(str(site))
    registry: Registry[type] = Registry("terrain", "envgen.terrains")
    monkeypatch.setattr(registry, "_import_built_ins", lambda: None)
    with pytest.warns(
        PluginWarning, match="the terrain plug-in 'ramp' of ramp-plugin is left out: ModuleNotFound"
    ):
        assert registry.names() == []


def test_the_command_line_goes_on_without_a_plug_in_that_fails(tmp_path):
    site = installed(tmp_path, "ramp_plugin:missing")
    done = subprocess.run(
        [sys.executable, "-m", "envgen", "list", "terrains"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0
    assert "stairs" in done.stdout
    assert done.stderr.startswith("envgen: warning: the terrain plug-in 'ramp' of ramp-plugin is left out: ")
    assert done.stderr.count("\n") == 1
