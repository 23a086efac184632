"""Packs that can't be made, or not be written."""

from __future__ import annotations

import subprocess
import time

import pytest
from support.packs import CFG, SLOW, script, tree
from support.worlds import make_cfg

from envgen.core import cfgio
from envgen.core.errors import InputError, WorkError
from envgen.packs.make import make
from envgen.packs.pack import Pack

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
    with pytest.raises(InputError, match="jobs must be an integer from 1 to"):
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


def test_a_pack_that_is_given_up_leaves_a_folder_of_ones_own(tmp_path):
    cfg = make_cfg("flat", size=3, robots=[{"model": "ant", "count": 8}], task={"kind": "stand"})
    make(CFG, 1, out=tmp_path / "p", jobs=1)
    note = tmp_path / "p/mine/notes.txt"
    note.parent.mkdir()
    note.write_text("mine")
    with pytest.raises(WorkError, match="robots find a start"):
        make(cfg, 100, out=tmp_path / "p", jobs=2, overwrite=True)
    assert [path for path in (tmp_path / "p").rglob("*") if path.is_file()] == [note]


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
