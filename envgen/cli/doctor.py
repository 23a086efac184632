"""Checks of `envgen doctor`; each line is the outcome of a trial on this machine."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

PACKAGES = (
    "mujoco",
    "numpy",
    "noise",
    "jinja2",
    "lxml",
    "opencv-python-headless",
    "pydantic",
    "pyarrow",
    "fastapi",
    "uvicorn",
    "websockets",
)
MUJOCO = "3.14.0"
OPTIONAL = {
    "mjbatch": "Install envgen again; without it, native batches are slower.",
    "minari": "To read Minari data sets: pip install 'envgen[data]'.",
    "pandas": "For Pack.to_pandas: pip install 'envgen[data]'.",
}
"""Packages that envgen works without, and what to do for what needs them."""


class Line(NamedTuple):
    """Result of one check.

    Attributes:
        what: Name of the check.
        ok: True if it works.
        needed: True if envgen can't work without it.
        found: Version, figure or error.
        remedy: Remedy if it doesn't work.
    """

    what: str
    ok: bool
    needed: bool
    found: str
    remedy: str


def examine_machine() -> list[Line]:
    """Run all checks."""
    return [
        Line("Python", sys.version_info >= (3, 11), True, platform.python_version(), "Install Python 3.11."),
        *(_package(name) for name in PACKAGES),
        *(_optional_package(name, remedy) for name, remedy in OPTIONAL.items()),
        _attempt("one variant", True, _variant, "Install envgen again."),
        Line("processors", True, False, _processors(), ""),
        _attempt("temporary folder", True, _disk, "Free disk space, or set TMPDIR."),
        _attempt(
            "OpenGL (preview --render)",
            False,
            _opengl,
            "Install libegl1 or libosmesa6; sheets need no OpenGL.",
        ),
        _attempt(
            "page (serve)", False, _page, "Install Node 20 or newer, then run scripts/setup in a checkout."
        ),
        Line("display (view)", _display(), False, os.environ.get("DISPLAY", "none"), "Use `envgen preview`."),
    ]


def _package(name: str) -> Line:
    try:
        found = version(name)
    except PackageNotFoundError:
        return Line(name, False, True, "missing", "Install envgen again.")
    ok = name != "mujoco" or found == MUJOCO
    return Line(name, ok, True, found, f"Install mujoco=={MUJOCO}.")


def _optional_package(name: str, remedy: str) -> Line:
    try:
        return Line(name, True, False, version(name), remedy)
    except PackageNotFoundError:
        return Line(name, False, False, "missing", remedy)


def _attempt(what: str, needed: bool, act: Callable[[], str], remedy: str) -> Line:
    try:
        return Line(what, True, needed, act(), remedy)
    except Exception as error:  # any error is the finding
        return Line(what, False, needed, " ".join(str(error).split())[:80] or type(error).__name__, remedy)


def _variant() -> str:
    from envgen.core.cfg import EnvCfg
    from envgen.packs.make import make

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        pack = make(EnvCfg(), 1, out=Path(folder) / "pack", jobs=1)
        return f"{len(pack)} made and checked in {1000 * (time.perf_counter() - start):.0f} ms"


def _processors() -> str:
    usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    return f"{len(usable)} ({platform.machine()})"


def _disk() -> str:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < 200_000_000:
        raise OSError(f"only {free // 10**6} MB free")
    return f"{free / 1e9:.0f} GB free"


def _opengl() -> str:
    code = "from envgen.preview.gl import backend; print(backend())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise OSError((done.stderr.strip().splitlines() or ["none"])[-1])
    return done.stdout.strip()


def _page() -> str:
    from envgen.core.resources import built_page

    folder = built_page()
    if folder is None:
        raise OSError("not built")
    return f"built, {sum(path.stat().st_size for path in folder.rglob('*')) / 1e6:.0f} MB"


def _display() -> bool:
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
