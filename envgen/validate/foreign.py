"""Examining anyone's MJCF: read safely, compiled apart, checked as far as checks apply."""

from __future__ import annotations

import multiprocessing
import signal
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import mujoco

from envgen.build.engine import listening
from envgen.core.errors import InputError
from envgen.robots.xml import MAX_BYTES, UnsafeXml, all_files, escapes, inspect
from envgen.validate.base import Subject
from envgen.validate.examine import examine
from envgen.validate.report import Finding, Report

TIME_LIMIT = 60.0
"""Seconds that one file may take."""
MEMORY = 4_000_000_000
"""Bytes that one file may take: a heightfield of two attributes can ask for any number."""


def examine_path(path: Path) -> Report:
    """Check one MJCF file in a process of its own, as a hostile file may crash MuJoCo.

    Raises:
        InputError: There is no such file, or it can't be read.
    """
    text = _read(path)
    report = _refuse(text, path)
    if report:
        return report
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_examine, args=(str(path), text, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(TIME_LIMIT):
            return _failed(f"MuJoCo did not finish within {TIME_LIMIT:g} s")
        return Report.from_json(ours.recv())
    except EOFError:
        process.join()
        return _failed(f"MuJoCo crashed (exit {process.exitcode})")
    finally:
        process.kill()
        process.join()
        ours.close()


def _read(path: Path) -> bytes:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise InputError(f"{path} is no file", "Give MJCF files, packs or folders.")
        if about.st_size > MAX_BYTES:
            raise InputError(f"{path} is over {MAX_BYTES // 10**6} MB", "Move its data into files beside it.")
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file {path}", "Give MJCF files, packs or folders.") from None
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}", "Give a readable file.") from None


def _refuse(text: bytes, path: Path) -> Report | None:
    """A Report for what must not even be compiled: unsafe XML, files outside the folder, a bomb of bodies."""
    try:
        inspect(text)
        outside = any(escapes(name, path.parent) for _, name in all_files(text, path.parent))
    except UnsafeXml:
        return examine(Subject(text, path.parent, problem="it was not compiled: see the other findings"))
    if outside:
        subject = Subject(text, path.parent, problem="it was not compiled: see the other findings")
        return examine(subject)
    return None


def _examine(path: str, text: bytes, pipe: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    with suppress(ImportError, ValueError, OSError):  # no such module or limit: do without
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    try:
        report = _compiled(path, text)
    except mujoco.FatalError as error:  # such as an arena that is too small for its contacts
        why = f"MuJoCo gave up: {' '.join(str(error).split())}"
        report = _failed(why) if "memory" not in why else _failed(why, "memory", "Raise <size memory>.")
    except (MemoryError, RuntimeError):  # MuJoCo's bindings raise the latter for C++ exceptions
        report = _failed(f"MuJoCo gave up: does it need more than {MEMORY / 1e9:g} GB of memory?")
    pipe.send(report.to_json())
    pipe.close()


def _compiled(path: str, text: bytes) -> Report:
    model, problem = None, ""
    with listening() as caught:
        try:
            model = mujoco.MjModel.from_xml_path(path)
        except (ValueError, mujoco.FatalError) as error:
            problem = " ".join(str(error).split())
    subject = Subject(text, Path(path).parent, model=model, problem=problem, warnings=tuple(caught.messages))
    return examine(subject)


def _failed(why: str, check: str = "compiles", remedy: str = "Simplify the model.") -> Report:
    return Report((Finding(check, False, 1, 0, detail=why, remedy=remedy),))
