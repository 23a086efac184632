"""Examining external MJCF files: read safely, compiled in another process, then checked."""

from __future__ import annotations

import json
import mmap
import multiprocessing
import re
import signal
import stat
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import mujoco

from envgen.core.errors import InputError
from envgen.robots.xml import MAX_BYTES, UnsafeXml, all_files, check_xml, escapes
from envgen.validate.base import Subject
from envgen.validate.examine import examine
from envgen.validate.report import Finding, Report
from envgen.worlds.compiler import capture_warnings

TIME_LIMIT = 60.0
"""Time limit of one file, in s."""
MEMORY = 4_000_000_000
"""Memory limit of one file, in bytes: two attributes of a heightfield can ask for any amount."""

HEAD = 65536
"""Bytes that are searched for the root of an MJCF."""
COMMENT = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")


def examine_path(path: Path) -> Report:
    """Check one MJCF file in a process of its own, as a malicious file may crash MuJoCo.

    Raises:
        InputError: There is no such file, or it can't be read.
    """
    report = _Job(path, _read(path)).wait()
    assert report is not None
    return report


def examine_paths(paths: Iterable[Path], jobs: int) -> Iterator[tuple[Path, Report]]:
    """Check many files in parallel and yield in the given order; an unreadable file becomes a finding."""
    running: deque[_Job | tuple[Path, Report]] = deque()
    for path in paths:
        try:
            running.append(_Job(path, _read(path)))
        except InputError as error:
            finding = Finding("files", False, detail=error.cause, remedy=error.remedy)
            running.append((path, Report((finding,))))
        if len(running) >= jobs:
            yield _finished(running.popleft())
    while running:
        yield _finished(running.popleft())


def _finished(job: _Job | tuple[Path, Report]) -> tuple[Path, Report]:
    return (job.path, job.wait()) if isinstance(job, _Job) else job


class _Job:
    """The examination of one file in a child process, unless its text alone is refused."""

    def __init__(self, path: Path, text: bytes) -> None:
        self.path = path
        self.report = _refuse_unsafe(text, path)
        if self.report:
            return
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self.pipe, theirs = context.Pipe(duplex=False)
        self.process = context.Process(target=_examine, args=(str(path), text, theirs), daemon=True)
        self.process.start()
        self.until = time.monotonic() + TIME_LIMIT
        theirs.close()

    def wait(self) -> Report:
        """Wait for the Report until the time limit."""
        if self.report:
            return self.report
        try:
            if not self.pipe.poll(max(0.0, self.until - time.monotonic())):
                return _failed(f"MuJoCo did not finish within {TIME_LIMIT:g} s")
            # JSON and not pickle: a malicious file that took over the child must not run code in this process
            received = json.loads(self.pipe.recv_bytes())
            return Report(tuple(Finding.from_dict(entry) for entry in received))
        except EOFError:
            self.process.join()
            return _failed(f"MuJoCo crashed (exit {self.process.exitcode})")
        finally:
            self.process.kill()
            self.process.join()
            self.pipe.close()


def is_mjcf(path: Path) -> bool:
    """Return whether a file's root is <mujoco> or unknown.

    False for fragments that others include (<mujocoinclude>), URDF, and XML of other programs.
    """
    try:
        if not path.is_file():
            return True
        with open(path, "rb") as file:
            head = file.read(HEAD)
    except OSError:
        return True
    found = ROOT.search(COMMENT.sub(b"", head))
    return found is None or found[1] == b"mujoco" or b"<!DOCTYPE" in head


def _read(path: Path) -> bytes:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise InputError(
                f"what is validated must be a regular file, got {path}", "Give MJCF files, packs or folders."
            )
        if about.st_size > MAX_BYTES:
            raise InputError(f"{path} is over {MAX_BYTES // 10**6} MB", "Move its data into files beside it.")
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file {path}", "Give MJCF files, packs or folders.") from None
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}", "Give a readable file.") from None


def _refuse_unsafe(text: bytes, path: Path) -> Report | None:
    """Return a Report if compiling is unsafe: malicious XML, paths outside the folder, too many bodies."""
    try:
        check_xml(text)
        outside = any(escapes(name, path.parent) for _, name in all_files(text, path.parent))
    except UnsafeXml:
        outside = True
    if outside:
        why = "it was not compiled: see the other findings"
        return examine(Subject(text, path.parent, problem=why, foreign=True))
    return None


def _inherited() -> int:
    """Return the bytes of data shared with the parent process, such as a notebook with PyTorch in it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[5])
    except (OSError, ValueError, IndexError):  # not Linux: nothing is forked
        return 0
    return pages * mmap.PAGESIZE


def _examine(path: str, text: bytes, pipe: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    with suppress(ImportError, ValueError, OSError):  # the platform has no such limit
        import resource

        most = MEMORY + _inherited()
        resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    try:
        report = _compile_and_examine(path, text)
    except mujoco.FatalError as error:  # such as an arena that is too small for its contacts
        why = f"MuJoCo gave up: {' '.join(str(error).split())}"
        report = _failed(why) if "memory" not in why else _failed(why, "memory", "Raise <size memory>.")
    except (MemoryError, RuntimeError):  # MuJoCo's bindings raise the latter for C++ exceptions
        report = _failed(f"MuJoCo gave up: it may need more than {MEMORY / 1e9:g} GB of memory")
    pipe.send_bytes(json.dumps([finding.to_dict() for finding in report.findings]).encode())
    pipe.close()


def _compile_and_examine(path: str, text: bytes) -> Report:
    return examine(load_subject(Path(path), text))


def load_subject(path: Path, text: bytes) -> Subject:
    """Compile an external file in this process, which a malicious file may crash, into a Subject."""
    model, spec, problem = None, None, ""
    with capture_warnings() as caught:
        try:
            spec = mujoco.MjSpec.from_file(str(path))
            model = spec.compile()
        except (ValueError, mujoco.FatalError) as error:
            problem = " ".join(str(error).split())
    return Subject(
        text,
        path.parent,
        model=model,
        spec=spec,
        problem=problem,
        warnings=tuple(caught.messages),
        foreign=True,
    )


def _failed(why: str, check: str = "compiles", remedy: str = "Simplify the model.") -> Report:
    return Report((Finding(check, False, 1, 0, detail=why, remedy=remedy),))
