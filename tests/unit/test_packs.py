"""Making packs on a real disk with a real process pool."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import mujoco
import pyarrow.parquet as pq
import pytest
from helpers import make_cfg, start, tree

from envgen.core import cfgio
from envgen.core.errors import InputError, WorkError
from envgen.core.overrides import Sweep
from envgen.packs.make import Tally, _shortfall, make
from envgen.packs.pack import Pack

CFG = make_cfg("rough", obstacles=[{"kind": "box", "count": 3}], task={"kind": "goal"}, difficulty=[0, 0.6])
SLOW = 60
"""Variants of a pack that is interrupted: some two tenths of a second on two processes."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    """A pack that was made in one go."""
    return make(CFG, SLOW, seed=5, out=tmp_path_factory.mktemp("whole") / "p", jobs=2).path


def script(out: Path, count: int = SLOW, *, jobs: int = 2, resume: bool = False, more: str = "") -> list[str]:
    code = (
        "import sys\nfrom envgen.packs.make import make\nfrom envgen.core.cfgio import parse\n"
        f"{more}\ncfg = parse({cfgio.dump(CFG)!r})\n"
        f"def told(t): print(t.done, flush=True)\n"
        f"make(cfg, {count}, seed=5, out={str(out)!r}, jobs={jobs}, resume={resume}, progress=told)\n"
    )
    return [sys.executable, "-c", code]


# --- the same bytes -----------------------------------------------------------------------------


def test_two_runs_and_one_or_two_processes_give_the_same_bytes(undisturbed, tmp_path):
    make(CFG, SLOW, seed=5, out=tmp_path / "one", jobs=1)
    assert tree(tmp_path / "one") == tree(undisturbed)
    make(CFG, SLOW, seed=5, out=tmp_path / "three", jobs=3)
    assert tree(tmp_path / "three") == tree(undisturbed)


def test_a_process_of_its_own_with_another_hash_seed_gives_the_same_bytes(undisturbed, tmp_path):
    out = tmp_path / "other"
    subprocess.run(script(out), check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "123"})
    assert tree(out) == tree(undisturbed)


def test_the_first_of_many_are_those_of_few(undisturbed, tmp_path):
    few = make(CFG, 20, seed=5, out=tmp_path / "few", jobs=2)
    many = Pack.open(undisturbed)
    assert few.manifest["variants"] == many.manifest["variants"][:20]
    ours, theirs = tree(few.path / "variants"), tree(undisturbed / "variants")
    assert ours == {name: content for name, content in theirs.items() if int(name.split("/")[0]) < 20}
    head = {k: v for k, v in few.manifest.items() if k not in ("count", "variants")}
    assert head == {k: v for k, v in many.manifest.items() if k not in ("count", "variants")}


def test_another_seed_gives_other_worlds(undisturbed, tmp_path):
    other = make(CFG, 5, seed=6, out=tmp_path / "other", jobs=1)
    same = {v.files["terrain.bin"] for v in other} & {v.files["terrain.bin"] for v in Pack.open(undisturbed)}
    assert not same


def test_variants_differ_from_one_another(undisturbed):
    pack = Pack.open(undisturbed)
    assert len({v.xml.split("\n", 3)[3] for v in pack}) == SLOW
    assert len({v.difficulty for v in pack}) == SLOW


# --- what is in a pack --------------------------------------------------------------------------


def test_what_is_on_disk(undisturbed):
    names = sorted(p.name for p in undisturbed.iterdir())
    assert names == ["README.md", "pack.json", "variants", "variants.parquet"]
    assert sorted(p.name for p in (undisturbed / "variants").iterdir()) == [f"{i:05d}" for i in range(SLOW)]
    assert not [p for p in undisturbed.rglob("*") if p.name.startswith(".")]


def test_the_manifest(undisturbed):
    manifest = json.loads((undisturbed / "pack.json").read_text())
    assert manifest["schema"] == 1
    assert manifest["name"] == "test"
    assert manifest["seed"] == 5
    assert manifest["count"] == SLOW
    assert manifest["complete"] is True
    assert manifest["versions"]["mujoco"] == mujoco.__version__
    assert cfgio.parse(manifest["cfg"]) == CFG
    assert manifest["task"]["kind"] == "goal"
    assert [e["index"] for e in manifest["variants"]] == list(range(SLOW))
    for entry in manifest["variants"]:
        assert all(finding["ok"] for finding in entry["report"].values())
        assert entry["drawn"]["difficulty"] == entry["difficulty"]
        assert 0 <= entry["difficulty"] <= 0.6
        assert entry["draws"] >= 1


def test_the_table_holds_the_manifest(undisturbed):
    table = pq.read_table(undisturbed / "variants.parquet").to_pylist()
    manifest = json.loads((undisturbed / "pack.json").read_text())
    assert len(table) == SLOW
    for row, entry in zip(table, manifest["variants"]):
        assert row["index"] == entry["index"]
        assert row["difficulty"] == entry["difficulty"]
        assert row["drawn.terrain.amplitude"] == entry["drawn"]["terrain.amplitude"]
        assert row["report.speed"] == entry["report"]["speed"]["measured"]


def test_the_loader_in_the_readme_works(undisturbed):
    text = (undisturbed / "README.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    assert len(code.strip().splitlines()) <= 6
    subprocess.run([sys.executable, "-c", code], cwd=undisturbed, check=True, capture_output=True)


def test_every_world_loads_with_stock_mujoco_from_its_path(undisturbed):
    for folder in sorted((undisturbed / "variants").iterdir())[:10]:
        model = mujoco.MjModel.from_xml_path(str(folder / "env.xml"))
        assert mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_KEY, 0) == "home"
        data = start(model)
        mujoco.mj_step(model, data)
        assert data.warning.number.sum() == 0


def test_names_are_those_of_the_vocabulary(undisturbed):
    for variant in Pack.open(undisturbed)[:5]:
        world = variant.world()
        assert world.agents == variant.agents == ["ant_0"]
        for kind in ("body", "jnt", "geom", "site", "actuator", "sensor"):
            for name in world.names(kind):
                assert (
                    not name
                    or name == "world"
                    or name.split("/")[0] in ("ant_0", "terrain", "obstacle", "goal")
                )
        assert "terrain/ground" in world.geom_names
        assert "goal/0" in world.names("site")
        assert {f"obstacle/box_{i}" for i in range(3)} <= set(world.geom_names)


def test_the_header_of_a_world_says_where_it_comes_from(undisturbed):
    variant = Pack.open(undisturbed)[7]
    head = variant.xml[:600]
    assert 'model="test-00007"' in head
    assert "seed 5, index 7" in head
    assert f"difficulty {variant.difficulty}" in head


def test_a_prompt_cannot_break_out_of_the_comment(tmp_path):
    cfg = make_cfg(prompt="--> <worldbody/> <!-- ]]> \x07 & é --")
    pack = make(cfg, 1, out=tmp_path / "p", jobs=1)
    assert pack[0].model().nbody > 1
    assert pack.manifest["prompt"] == cfg.prompt


# --- interrupted and resumed --------------------------------------------------------------------


@pytest.mark.parametrize("after", [1, 20, 45])
def test_resume_after_kill_9_gives_the_bytes_of_an_undisturbed_run(undisturbed, tmp_path, after):
    out = tmp_path / "killed"
    run = subprocess.Popen(
        script(out), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    for line in run.stdout:
        if int(line) >= after:
            break
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    run.stdout.close()
    assert not (out / "pack.json").exists(), "it was killed in the middle"
    before = sorted(p.name for p in (out / "variants").iterdir() if not p.name.startswith("."))
    assert after <= len(before) < SLOW
    with pytest.raises(InputError, match="holds no finished pack") as caught:
        Pack.open(out)
    assert "--resume" in caught.value.remedy
    with pytest.raises(InputError, match="holds a pack already"):
        make(CFG, SLOW, seed=5, out=out)
    seen: list[int] = []
    make(CFG, SLOW, seed=5, out=out, resume=True, jobs=2, progress=lambda t: seen.append(t.earlier))
    assert tree(out) == tree(undisturbed)
    assert seen[0] >= after, "what was finished is not made again"


def test_a_run_that_is_interrupted_keeps_what_is_finished_and_can_go_on(undisturbed, tmp_path):
    out = tmp_path / "stopped"
    run = subprocess.Popen(
        script(out), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    for line in run.stdout:
        if int(line) >= 10:
            break
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate()
    assert run.returncode != 0
    assert errors.decode().count("Traceback") <= 1, "the workers are quiet"
    pack = Pack.open(out)
    assert not pack.complete
    assert 10 <= len(pack) < SLOW
    pack.verify()
    make(CFG, SLOW, seed=5, out=out, resume=True, jobs=2)
    assert tree(out) == tree(undisturbed)


def damage_delete(out: Path) -> None:
    shutil.rmtree(out / "variants" / "00007")


def damage_change(out: Path) -> None:
    path = out / "variants" / "00009" / "env.xml"
    path.write_text(path.read_text().replace("9.81", "9.80"))


def damage_truncate(out: Path) -> None:
    path = out / "variants" / "00011" / "terrain.bin"
    path.write_bytes(path.read_bytes()[:100])


def damage_file(out: Path) -> None:
    shutil.rmtree(out / "variants" / "00003")
    (out / "variants" / "00003").write_text("in the way")


def damage_extra(out: Path) -> None:
    (out / "variants" / ".00004.part").mkdir()
    (out / "variants" / ".00004.part" / "junk").write_text("left by a kill")
    shutil.rmtree(out / "variants" / "00004")


def damage_table(out: Path) -> None:
    (out / "variants.parquet").unlink()
    (out / "README.md").write_text("")


@pytest.mark.parametrize(
    "damage", [damage_delete, damage_change, damage_truncate, damage_file, damage_extra, damage_table]
)
def test_resume_mends_a_damaged_pack(undisturbed, tmp_path, damage):
    out = Path(shutil.copytree(undisturbed, tmp_path / "p"))
    damage(out)
    make(CFG, SLOW, seed=5, out=out, resume=True, jobs=1)
    assert tree(out) == tree(undisturbed)


def as_if_killed(pack: Path, out: Path, lines: int) -> list[bytes]:
    """A folder as a kill leaves it: variants, and a journal of so many lines."""
    shutil.copytree(pack, out)
    for name in ("pack.json", "variants.parquet", "README.md"):
        (out / name).unlink()
    manifest = json.loads((pack / "pack.json").read_text())
    variants = manifest.pop("variants")
    header = {k: v for k, v in manifest.items() if k not in ("count", "complete")}
    return [json.dumps(header).encode(), *(json.dumps(v).encode() for v in variants[:lines])]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: b"\n".join(lines)[:-300],
        lambda lines: b"\n".join(lines) + b"\n" + b"\0" * 64,
        lambda lines: b"\n".join(lines) + b'\n{"index": 59, "na\xc3',
        lambda lines: b"\n".join(lines) + b"\n17\n[]\nnull\n{}\n",
        lambda lines: b"\n".join([lines[0], *reversed(lines[1:])]) + b"\n",
        lambda lines: b"\n".join([lines[0], *lines[1:], *lines[1:]]) + b"\n",
        lambda lines: b"",
        lambda lines: lines[0],
        lambda lines: lines[0][:40],
    ],
    ids=[
        "cut off",
        "zeros",
        "half a character",
        "no entries",
        "reversed",
        "doubled",
        "empty",
        "header only",
        "half a header",
    ],
)
def test_resume_from_a_journal_that_a_kill_or_crash_cut_off(undisturbed, tmp_path, spoil):
    out = tmp_path / "p"
    lines = as_if_killed(undisturbed, out, 12)
    (out / "journal.jsonl").write_bytes(spoil(lines))
    make(CFG, SLOW, seed=5, out=out, resume=True, jobs=2)
    assert tree(out) == tree(undisturbed)


@pytest.mark.parametrize(
    ("seed", "cfg", "part"),
    [(6, CFG, "seed"), (5, make_cfg("rough"), "cfg"), (5, CFG.model_copy(update={"name": "other"}), "name")],
)
def test_resume_of_another_recipe_is_refused_and_touches_nothing(undisturbed, tmp_path, seed, cfg, part):
    out = Path(shutil.copytree(undisturbed, tmp_path / "p"))
    before = tree(out)
    with pytest.raises(InputError, match="holds a pack of another recipe") as caught:
        make(cfg, SLOW, seed=seed, out=out, resume=True, jobs=1)
    assert part in caught.value.cause
    assert "--out" in caught.value.remedy
    assert tree(out) == before


def test_resume_goes_on_to_a_larger_count(undisturbed, tmp_path):
    out = make(CFG, 12, seed=5, out=tmp_path / "p", jobs=1).path
    make(CFG, SLOW, seed=5, out=out, resume=True, jobs=2)
    assert tree(out) == tree(undisturbed)


def test_resume_of_a_finished_pack_with_a_smaller_count_loses_nothing(undisturbed, tmp_path):
    out = Path(shutil.copytree(undisturbed, tmp_path / "p"))
    with pytest.raises(InputError, match="holds variants up to 59 already") as caught:
        make(CFG, 12, seed=5, out=out, resume=True, jobs=1)
    assert "--count 60" in caught.value.remedy
    assert tree(out) == tree(undisturbed)


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    for options in ({}, {"resume": True}, {"overwrite": True}):
        with pytest.raises(InputError, match="is not empty and holds no pack"):
            make(CFG, 2, out=tmp_path, jobs=1, **options)
    assert tree(tmp_path) == {"notes.txt": b"mine"}


def test_overwriting_replaces_a_pack_whole(undisturbed, tmp_path):
    out = Path(shutil.copytree(undisturbed, tmp_path / "p"))
    pack = make(CFG, 3, seed=9, out=out, jobs=1, overwrite=True)
    fresh = make(CFG, 3, seed=9, out=tmp_path / "fresh", jobs=1)
    assert tree(pack.path) == tree(fresh.path)


# --- what can't be ------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, -5, 10**12, 2.5, True, "3"])
def test_counts_that_make_no_pack(tmp_path, count):
    with pytest.raises(InputError, match="count") as caught:
        make(CFG, count, out=tmp_path / "p")
    assert caught.value.exit_code == 2
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize("seed", [-1, True, 2**63, 1.0, None])
def test_seeds_that_are_none(tmp_path, seed):
    with pytest.raises(InputError, match="seed"):
        make(CFG, 1, seed=seed, out=tmp_path / "p")
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize("jobs", [0, -1, 100_000, True])
def test_jobs_that_are_none(tmp_path, jobs):
    with pytest.raises(InputError, match="processes"):
        make(CFG, 1, out=tmp_path / "p", jobs=jobs)
    assert not (tmp_path / "p").exists()


def test_what_does_not_go_together_is_told_before_anything_is_written(tmp_path):
    cfg = make_cfg("gap", size=3)
    with pytest.raises(InputError, match="gap: a platform of") as caught:
        make(cfg, 4, out=tmp_path / "p", jobs=2)
    assert "terrain.size" in caught.value.remedy
    assert not (tmp_path / "p").exists()


def test_a_config_that_some_draws_cannot_fill_is_not_an_input_error_halfway(tmp_path):
    """The first draw fits and later ones don't: those that do are kept, and the others told."""
    cfg = cfgio.parse({"terrain": {"size": [[3, 16], 16], "sub_terrains": [{"kind": "gap"}]}})
    out = tmp_path / "p"
    with pytest.raises(WorkError, match="gap: a platform of") as caught:
        make(cfg, 12, seed=0, out=out, jobs=2)
    pack = Pack.open(out)
    assert 0 < len(pack) < 12
    assert not pack.complete
    assert f"{12 - len(pack)} variants can't be made" in caught.value.cause
    assert f"{len(pack)} of 12 are kept" in caught.value.cause
    pack.verify()


def test_a_config_that_cannot_give_a_variant_names_the_check_and_what_to_loosen(tmp_path):
    cfg = make_cfg("flat", size=3, robots=[{"model": "ant", "count": 8}], task={"kind": "stand"})
    began = time.perf_counter()
    with pytest.raises(WorkError, match="robots find a start") as caught:
        make(cfg, 100, out=tmp_path / "p", jobs=2)
    assert not (tmp_path / "p").exists()
    assert caught.value.exit_code == 1
    assert "'placing' refused every draw" in caught.value.cause
    assert "terrain.size" in caught.value.remedy
    assert time.perf_counter() - began < 20
    # nothing to go on from: the same folder takes the mended config at once
    assert len(make(CFG, 2, out=tmp_path / "p", jobs=1)) == 2


@pytest.mark.parametrize("out", ["/proc/envgen/p", "/dev/null/p", "/sys/envgen"])
def test_a_place_that_cannot_be_written(out):
    with pytest.raises(InputError, match="can't be written") as caught:
        make(CFG, 2, out=out, jobs=1)
    assert "--out" in caught.value.remedy
    assert out in caught.value.cause


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "p").write_text("mine")
    with pytest.raises(InputError, match="is a file"):
        make(CFG, 2, out=tmp_path / "p", jobs=1)
    assert (tmp_path / "p").read_text() == "mine"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_disk_that_fills_keeps_what_is_finished_and_resume_completes(undisturbed, tmp_path, jobs):
    """A worker meets ENOSPC in the middle, as on a full disk."""
    out = tmp_path / "p"
    full = """
import errno, pathlib
write = pathlib.Path.write_bytes
def fills(self, content):
    if self.parent.name == ".00030.part" and self.name == "env.xml":
        write(self, content[:100])
        raise OSError(errno.ENOSPC, "No space left on device", str(self))
    return write(self, content)
pathlib.Path.write_bytes = fills
"""
    run = subprocess.run(script(out, jobs=jobs, more=full), capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "WorkError" in run.stderr
    assert "the disk is full" in run.stderr
    assert "--resume" in run.stderr
    pack = Pack.open(out)
    assert 0 < len(pack) < SLOW
    pack.verify()
    assert not list((out / "variants").glob(".*"))
    make(CFG, SLOW, seed=5, out=out, resume=True, jobs=jobs)
    assert tree(out) == tree(undisturbed)


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 1 MB, where the kernel lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a file system here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_really_full_disk(undisturbed, small_disk, tmp_path, jobs):
    out = small_disk / "p"
    with pytest.raises(WorkError, match="the disk is full") as caught:
        make(CFG, SLOW, seed=5, out=out, jobs=jobs)
    assert "--resume" in caught.value.remedy
    finished = [p for p in (out / "variants").iterdir() if not p.name.startswith(".")]
    assert finished
    # resuming on the still full disk fails alike, and loses nothing
    with pytest.raises(WorkError, match="can't be written"):
        make(CFG, SLOW, seed=5, out=out, jobs=jobs, resume=True)
    kept = [p for p in (out / "variants").iterdir() if not p.name.startswith(".")]
    assert len(kept) >= len(finished)
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    known: list[int] = []
    make(CFG, SLOW, seed=5, out=out, jobs=jobs, resume=True, progress=lambda t: known.append(t.earlier))
    assert known[0] >= len(finished) // 2, "the journal survived"
    assert tree(out) == tree(undisturbed)


# --- sweeps -------------------------------------------------------------------------------------


def test_a_sweep_cycles_and_one_cycle_shares_its_draws(tmp_path):
    sweep = [Sweep("physics.friction", (0.1, 0.5, 1.0)), Sweep("physics.gravity", (1.62, 9.81))]
    cfg = make_cfg("rough", task={"kind": "stand"})
    pack = make(cfg, 12, out=tmp_path / "p", jobs=2, sweep=sweep)
    cells = [(v.drawn["physics.friction"], v.drawn["physics.gravity"]) for v in pack]
    assert cells == 2 * [(f, g) for f in (0.1, 0.5, 1.0) for g in (1.62, 9.81)]
    assert len({v.files["terrain.bin"] for v in pack[:6]}) == 1
    assert len({v.difficulty for v in pack[:6]}) == 1
    assert pack[0].files["terrain.bin"] != pack[6].files["terrain.bin"]
    for variant, (friction, gravity) in zip(pack, cells):
        model = variant.model()
        assert -model.opt.gravity[2] == pytest.approx(gravity)
        ground = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_GEOM, "terrain/ground")
        assert model.geom_friction[ground, 0] == pytest.approx(friction)
    assert pack.manifest["sweep"][0] == {"path": "physics.friction", "values": [0.1, 0.5, 1.0]}


def test_a_sweep_over_difficulty_and_kinds(tmp_path):
    sweep = [Sweep("terrain.sub_terrains[0].kind", ("rough", "waves")), Sweep("difficulty", (0.1, 0.4))]
    pack = make(make_cfg("rough"), 8, out=tmp_path / "p", jobs=1, sweep=sweep)
    counted = Counter((v.drawn["terrain.kind"], v.difficulty) for v in pack)
    assert counted == {(k, d): 2 for k in ("rough", "waves") for d in (0.1, 0.4)}


def test_a_sweep_that_breaks_the_schema_is_told_first(tmp_path):
    with pytest.raises(InputError, match=r"physics.friction: -1 is out of range"):
        make(CFG, 4, out=tmp_path / "p", sweep=[Sweep("physics.friction", (0.5, -1))])
    assert not (tmp_path / "p").exists()


def test_resume_of_a_sweep(tmp_path):
    sweep = [Sweep("physics.gravity", (1.62, 9.81))]
    cfg = make_cfg("rough")
    whole = make(cfg, 10, out=tmp_path / "whole", sweep=sweep, jobs=1)
    part = make(cfg, 4, out=tmp_path / "part", sweep=sweep, jobs=1)
    make(cfg, 10, out=part.path, sweep=sweep, resume=True, jobs=1)
    assert tree(part.path) == tree(whole.path)
    with pytest.raises(InputError, match="sweep"):
        make(cfg, 10, out=part.path, resume=True, jobs=1)


# --- from a file or prompt ----------------------------------------------------------------------


def test_from_a_parameter_file(tmp_path):
    path = tmp_path / "moon.toml"
    path.write_text('[physics]\ngravity = 1.62\n[[terrain.sub_terrains]]\nkind = "waves"\n')
    pack = make(str(path), 2, out=tmp_path / "p", jobs=1)
    assert pack.name == "moon"
    assert pack[0].model().opt.gravity[2] == -1.62


def test_from_a_dict(tmp_path):
    pack = make({"name": "own", "physics": {"gravity": 3}}, 1, out=tmp_path / "p", jobs=1)
    assert (pack.name, pack.cfg.physics.gravity) == ("own", 3)
    with pytest.raises(InputError, match="unknown key 'fysics'"):
        make({"fysics": {}}, 1, out=tmp_path / "q")


@pytest.mark.parametrize("source", [None, 3, ["rough"], b"rough", True])
def test_what_is_no_source(tmp_path, source):
    with pytest.raises(InputError, match="is no prompt, file or configuration") as caught:
        make(source, 1, out=tmp_path / "p")
    assert "a dict of its keys" in caught.value.remedy
    assert not (tmp_path / "p").exists()


def test_a_shortfall_says_who_refused_most_and_in_the_singular(tmp_path):
    tally = Tally(2, done=1, given_up=[(1, ("reachable", "no path", "Take fewer."))])
    tally.lost.update(reachable=9, stable=3)
    error = _shortfall(tally, tmp_path)
    assert error.cause.startswith("1 variant can't be made: most draws were refused by the check 'reachable'")
    assert "(no path); all refusals: reachable 9, stable 3; 1 of 2 are kept" in error.cause
    assert error.remedy == "Take fewer."
    tally.lost["stable"] = 20
    assert "the last draw was refused by the check 'reachable'" in _shortfall(tally, tmp_path).cause
    del tally.lost["stable"]
    assert "the check 'reachable' refused every draw (no path)" in _shortfall(tally, tmp_path).cause


def test_from_a_prompt(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pack = make("3 worlds of rough terrain for ants", jobs=1)
    assert len(pack) == 3
    assert pack.path == Path("packs") / f"{pack.name}-s0"
    assert pack[0].agents == ["ant_0"]
    assert pack[0].drawn["terrain.kind"] == "rough"
    assert pack.manifest["prompt"] == "3 worlds of rough terrain for ants"
