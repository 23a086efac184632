"""Ctrl-C, SIGTERM and kill -9 amid `make`: what is finished is kept, and resumed to the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.command_line import command, environment
from support.packs import tree
from support.waiting import wait_for

from envgen.packs.pack import Pack

MANY = 3000
"""More variants than are made before the signal comes."""
SOME = 12


def _begin(flat: Path, jobs: int) -> subprocess.Popen[bytes]:
    """A run in a process group of its own, as a terminal would start it, with some variants finished."""
    process = subprocess.Popen(
        command("make", flat, "-n", str(MANY), "-o", "p", "-j", str(jobs), "-q"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )
    journal = flat.parent / "p" / "journal.jsonl"
    wait_for(
        lambda: process.poll() is not None or (journal.exists() and _lines(journal) > SOME),
        f"{SOME} variants in the journal",
        every=0.002,
    )
    assert process.poll() is None, process.communicate()
    return process


def _lines(journal: Path) -> int:
    return journal.read_bytes().count(b"\n")


def _end(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Status and standard error; its pipes close only if no worker is left behind."""
    out, err = process.communicate(timeout=60)
    assert out == b""
    return process.returncode, err.decode()


def _resumes(run: Callable[..., object]) -> None:
    """Up to the last variant that was begun, the pack becomes what an undisturbed run writes."""
    begun = [int(path.name.strip(".part")) for path in Path("p/variants").iterdir()]
    count = str(1 + max(begun))
    assert max(begun) < MANY - 1
    for arguments in (["-o", "p", "--resume"], ["-o", "whole"]):
        assert run("make", "flat.toml", "-n", count, "-j", 1, "-q", *arguments).code == 0  # type: ignore[attr-defined]
    assert tree(Path("p")) == tree(Path("whole"))


WAYS: dict[str, tuple[int, Callable[[int], None]]] = {
    "ctrl-c": (2, lambda pid: os.killpg(pid, signal.SIGINT)),
    "ctrl-c with one process": (1, lambda pid: os.killpg(pid, signal.SIGINT)),
    "sigint to the parent": (2, lambda pid: os.kill(pid, signal.SIGINT)),
    "sigterm to the parent": (2, lambda pid: os.kill(pid, signal.SIGTERM)),
    "terminal closed": (2, lambda pid: os.killpg(pid, signal.SIGHUP)),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_interrupted_run_ends_with_130_and_keeps_what_is_finished(run, flat, way):
    jobs, interrupt = WAYS[way]
    process = _begin(flat, jobs)
    interrupt(process.pid)
    code, err = _end(process)
    assert code == 130
    cause, remedy = err.strip().splitlines()
    pack = Pack.open("p")
    assert cause == f"envgen: interrupted: {len(pack):,} of {MANY:,} variants are kept"
    assert "--resume" in remedy
    assert len(pack) >= SOME
    assert not pack.complete
    pack.verify()
    _resumes(run)


def test_an_impatient_second_ctrl_c_leaves_no_process(flat):
    process = _begin(flat, 2)
    os.killpg(process.pid, signal.SIGINT)
    os.killpg(process.pid, signal.SIGINT)
    code, _ = _end(process)
    assert code in (130, -signal.SIGINT)
    assert Path("p/journal.jsonl").exists()


@pytest.mark.parametrize("everyone", [True, False], ids=["the group", "the parent"])
def test_a_killed_run_leaves_no_process_and_is_resumed(run, flat, everyone):
    process = _begin(flat, 2)
    (os.killpg if everyone else os.kill)(process.pid, signal.SIGKILL)
    code, _ = _end(process)
    assert code == -signal.SIGKILL
    run("export", "p", "--format", "zip").refused("p holds no finished pack", "run it again with --resume")
    _resumes(run)


def test_a_killed_worker_is_told_and_resumed(run, flat):
    process = _begin(flat, 2)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        process.kill()
        _end(process)
        pytest.skip("needs Linux's list of children")
    os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
    code, err = _end(process)
    assert code == 1
    assert "a worker process died (out of memory, or killed)" in err
    assert "--resume" in err
    _resumes(run)
