"""Packs that are interrupted, damaged and gone on with."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from support.packs import CFG, SLOW, script, tree
from support.worlds import make_cfg

from envgen.core.errors import InputError
from envgen.packs.make import make
from envgen.packs.pack import Pack

pytestmark = pytest.mark.slow

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
        with pytest.raises(InputError, match="is not empty and does not hold a pack"):
            make(CFG, 2, out=tmp_path, jobs=1, **options)
    assert tree(tmp_path) == {"notes.txt": b"mine"}


def test_overwriting_replaces_a_pack_whole(undisturbed, tmp_path):
    out = Path(shutil.copytree(undisturbed, tmp_path / "p"))
    pack = make(CFG, 3, seed=9, out=out, jobs=1, overwrite=True)
    fresh = make(CFG, 3, seed=9, out=tmp_path / "fresh", jobs=1)
    assert tree(pack.path) == tree(fresh.path)
