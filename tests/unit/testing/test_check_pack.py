"""The kit for packs: sound ones pass, and each broken promise is named with its place."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from support.worlds import make_cfg, robot_mjcf

from envgen.core.errors import InputError
from envgen.core.overrides import Sweep
from envgen.packs.formats.base import FORMATS
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.testing import check_pack
from envgen.testing.base import PROMISES

pytestmark = pytest.mark.slow

EVERYTHING = {"opens", *PROMISES.names()}


@pytest.fixture(scope="module")
def packs(tmp_path_factory) -> dict[str, Pack]:
    """Packs of several kinds."""
    folder = tmp_path_factory.mktemp("packs")
    cfgs = {
        "stairs": make_cfg("stairs", "quadruped", difficulty=[0, 0.5]),
        "sumo": make_cfg("rough", robots=[{"model": "ant", "count": 2}], task={"kind": "sumo"}),
        "obstacles": make_cfg(
            "waves",
            obstacles=[{"kind": "pendulum", "count": 1}, {"kind": "crate", "count": 2}],
            difficulty=0.2,
        ),
    }
    made = {name: make(cfg, 3, out=folder / name, jobs=1) for name, cfg in cfgs.items()}
    made["swept"] = make(
        make_cfg("flat"), 4, out=folder / "swept", jobs=1, sweep=[Sweep("physics.friction", (0.3, 1.0))]
    )
    return made


@pytest.mark.parametrize("name", ["stairs", "sumo", "obstacles", "swept"])
def test_a_sound_pack_keeps_its_promises(packs, name):
    summary = check_pack(packs[name].path)
    assert set(summary.checked) == EVERYTHING
    assert not summary.skipped
    assert summary.checked["motion"] == summary.variants == len(packs[name])
    assert "keep what packs promise" in str(summary)


def test_a_zip_and_a_view_keep_them_too(pack, tmp_path):
    FORMATS.get("zip")().write(pack, tmp_path / "p.zip", lambda done: None)
    assert set(check_pack(tmp_path / "p.zip", sample=1).checked) == EVERYTHING
    view = pack.filter("index in [1, 4]")
    summary = check_pack(view, sample=1)
    assert summary.variants == 2
    assert summary.checked["loads"] == 2
    assert summary.checked["motion"] == 1
    assert "a view has no table" in summary.skipped["table"]
    FORMATS.get("zip")().write(view, tmp_path / "v.zip", lambda done: None)
    assert set(check_pack(tmp_path / "v.zip", sample=2).checked) == EVERYTHING


def test_what_can_not_be_checked_here_is_told(tmp_path, own_pack):
    file = tmp_path / "robot.xml"
    file.write_text(robot_mjcf())
    cfg = make_cfg("flat", str(file), task={"kind": "stand"})
    foreign = make(cfg, 1, out=tmp_path / "foreign", jobs=1)
    assert check_pack(foreign).skipped == {"remake": "a robot is somebody's file"}
    edit(own_pack, lambda m: m["versions"].update(mujoco="3.0.0"))
    summary = check_pack(own_pack, sample=1)
    assert summary.skipped == {"remake": "made with mujoco 3.0.0"}
    assert "not checked: remake" in str(summary)


# --- mutations ----------------------------------------------------------------------------------


def edit(folder: Path, change) -> None:
    path = folder / "pack.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def edit_env(folder: Path, which: int, old: str, new: str) -> None:
    """Change an env.xml and its hash."""
    path = folder / "variants" / f"{which:05d}" / "env.xml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    edit(folder, lambda m: m["variants"][which]["files"].update({"env.xml": digest}))
    retable(folder)


def retable(folder: Path) -> None:
    """Write the table anew, so that it agrees with a changed manifest."""
    with open(folder / "variants.parquet", "wb") as file:
        pq.write_table(Pack.open(folder).to_table(), file)


def flip_terrain(folder, which, rng):
    path = folder / "variants" / f"{which:05d}" / "terrain.bin"
    content = bytearray(path.read_bytes())
    content[int(rng.integers(16, len(content)))] ^= 1 << int(rng.integers(8))
    path.write_bytes(content)


def raise_terrain(folder, which, rng):
    """Hills where the start was: the hash fits, validation does not."""
    path = folder / "variants" / f"{which:05d}" / "terrain.bin"
    content = bytearray(path.read_bytes())
    heights = np.frombuffer(content, dtype=np.float32, offset=8).copy()
    heights[:] = rng.permutation(heights)
    path.write_bytes(bytes(content[:8]) + heights.tobytes())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    edit(folder, lambda m: m["variants"][which]["files"].update({"terrain.bin": digest}))


def cut_table(folder, which, rng):
    table = pq.read_table(folder / "variants.parquet")
    keep = [i for i in range(table.num_rows) if i != which]
    with open(folder / "variants.parquet", "wb") as file:
        pq.write_table(table.take(keep), file)


def swap_drawn(folder, which, rng):
    def change(manifest):
        drawn = manifest["variants"][which]["drawn"]
        drawn["terrain.amplitude"] = round(drawn["terrain.amplitude"] + float(rng.uniform(0.1, 0.2)), 6)

    edit(folder, change)


def swap_drawn_everywhere(folder, which, rng):
    swap_drawn(folder, which, rng)
    retable(folder)


def difficulty(folder, which, rng):
    value = 1 + float(rng.uniform(0.1, 1))
    edit(folder, lambda m: m["variants"][which].update(difficulty=value))


def fail_report(folder, which, rng):
    def change(manifest):
        report = manifest["variants"][which]["report"]
        report[sorted(report)[int(rng.integers(len(report)))]]["ok"] = False

    edit(folder, change)


MUTATIONS = {
    "flipped bit": (flip_terrain, "files", "terrain.bin differs from what the pack was made with"),
    "no env.xml": (lambda f, w, r: (f / f"variants/{w:05d}/env.xml").unlink(), "files", "can't be read"),
    "no manifest": (lambda f, w, r: (f / "pack.json").unlink(), "opens", "no finished pack"),
    "index twice": (
        lambda f, w, r: edit(f, lambda m: m["variants"].insert(w, dict(m["variants"][w]))),
        "indices",
        "is there twice",
    ),
    "variant lost": (lambda f, w, r: edit(f, lambda m: m["variants"].pop(w)), "indices", "5 variants of 6"),
    "difficulty": (difficulty, "difficulty", "within 0 to 1"),
    "failed report": (fail_report, "report", "failed"),
    "row lost": (cut_table, "table", "has 5 rows"),
    "drawn value": (swap_drawn, "table", "drawn.terrain.amplitude"),
    "drawn value, table too": (swap_drawn_everywhere, "remake", "terrain.amplitude"),
    "home renamed": (lambda f, w, r: edit_env(f, w, 'name="home"', 'name="start"'), "loads", "'home'"),
    "no XML": (lambda f, w, r: edit_env(f, w, "</mujoco>", ""), "loads", "does not load"),
    "agent renamed": (lambda f, w, r: edit_env(f, w, "ant_0/", "bee_0/"), "names", "bee_0"),
    "geom renamed": (
        lambda f, w, r: edit_env(f, w, "obstacle/ball_0", "thing/ball_0"),
        "names",
        "thing/ball_0",
    ),
    "other gear": (lambda f, w, r: edit_env(f, w, 'gear="', 'gear="9'), "remake", "env.xml is another"),
    "other colour": (lambda f, w, r: edit_env(f, w, 'rgba="0', 'rgba="1'), "remake", "env.xml is another"),
    "other ground": (raise_terrain, "validation", "fails now"),
    "infinite reward": (
        lambda f, w, r: edit(f, lambda m: m["task"]["reward"][0].update(weight=1e999)),
        "task",
        "is not finite",
    ),
}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_promise_is_named(own_pack, name, seed):
    mutate, promise, message = MUTATIONS[name]
    rng = np.random.default_rng([seed, *name.encode()])
    mutate(own_pack, int(rng.integers(6)), rng)
    with pytest.raises(AssertionError) as caught:
        check_pack(own_pack, sample=None)
    assert f"broken promise {promise!r}" in str(caught.value)
    assert message in str(caught.value)
    assert str(own_pack) in str(caught.value)


def test_a_variant_is_named(own_pack):
    edit_env(own_pack, 4, 'name="home"', 'name="start"')
    with pytest.raises(AssertionError, match=r", variant 4: broken promise 'loads'"):
        check_pack(own_pack)


def test_a_world_without_ground_is_fallen_out_of(own_pack):
    """Its checks of motion stand for themselves: they don't rest on the validation of envgen."""
    path = own_pack / "variants" / "00002" / "env.xml"
    assert 'priority="1"' in path.read_text()
    edit_env(own_pack, 2, 'priority="1"', 'priority="1" contype="0" conaffinity="0"')
    promise = PROMISES.get("motion")()
    from envgen.testing.base import Case

    pack = Pack.open(own_pack)
    case = Case(pack, lambda: own_pack)
    promise.check_variant(case, pack[1])
    with pytest.raises(AssertionError, match=r"m below the ground after"):
        promise.check_variant(case, pack[2])


# --- the module ---------------------------------------------------------------------------------


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_as_a_command(pack, tmp_path):
    damaged = Path(shutil.copytree(pack.path, tmp_path / "damaged"))
    (damaged / "variants" / "00001" / "env.xml").unlink()
    done = run("-m", "envgen.testing", str(pack.path), str(damaged), "--sample", "1")
    assert done.returncode == 1
    assert "6 variants keep what packs promise" in done.stdout
    assert done.stderr.startswith(f"{damaged}: broken promise 'files'")
    assert "Traceback" not in done.stderr
    assert run("-m", "envgen.testing", str(pack.path), "--sample", "1").returncode == 0


def test_without_assertions_it_says_so_instead_of_passing(pack):
    code = f"from envgen.testing import check_pack; check_pack({str(pack.path)!r})"
    done = run("-O", "-c", code)
    assert done.returncode != 0
    assert "Run Python without -O" in done.stderr
    with pytest.raises(InputError, match="sample must be"):
        check_pack(pack, sample=0)


@pytest.mark.parametrize(
    ("path", "options", "match"),
    [
        (None, {}, "a pack must be a path or a Pack, got None"),
        ([1], {}, "a pack must be a path"),
        ("none", {"sample": "all"}, "sample must be a positive integer or None, got 'all'"),
        ("none", {"sample": True}, "sample must be"),
        ("none", {"sample": 0}, "sample must be"),
    ],
)
def test_arguments_of_another_type_are_refused(path, options, match):
    with pytest.raises(InputError, match=match):
        check_pack(path, **options)
