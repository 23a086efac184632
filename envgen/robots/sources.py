"""Find `<source>:<name>` on this machine: in an installed package, or below MENAGERIE_ROOT."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from envgen.core.errors import InputError, suggestion
from envgen.core.families import MENAGERIE, PACKAGES

_MAX_FILES = 5_000


def locate(source: str, name: str) -> Path:
    """Return the path of a robot's MJCF.

    Args:
        source: `menagerie`, or the import name of an installed package.
        name: Stem of the file, such as `go2`, or name of its folder, such as `unitree_go2`.

    Raises:
        InputError: The source is not on this machine or has no such robot.
    """
    root = _root(source)
    found = catalogue(root)
    if name not in found:
        raise InputError(f"{source!r} has no robot {name!r}", suggestion(name, found))
    return found[name]


def installed_robots() -> dict[str, list[str]]:
    """Return the names of the robots of each known source on this machine."""
    there = {}
    for source in (*PACKAGES, MENAGERIE):
        try:
            there[source] = sorted(catalogue(_root(source)))
        except InputError:
            continue
    return there


def _root(source: str) -> Path:
    if source == MENAGERIE:
        folder = os.environ.get("MENAGERIE_ROOT")
        if not folder or not Path(folder).is_dir():
            raise InputError(
                f"MENAGERIE_ROOT must be a folder, got {folder!r}"
                if folder
                else "MENAGERIE_ROOT must be set, got nothing",
                "Set it to a folder laid out like MuJoCo Menagerie: <robot>/<robot>.xml.",
            )
        return Path(folder)
    return _package(source)


@lru_cache(maxsize=16)
def _package(source: str) -> Path:
    """Return the folder of an installed package; cached, as each variant asks for it."""
    if not source.isidentifier():
        raise InputError(
            f"a source of robots must be the name of a package, got {source!r}",
            f"Known: {', '.join((*PACKAGES, MENAGERIE))}.",
        )
    try:
        spec = importlib.util.find_spec(source)  # finds a top-level package without importing it
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise InputError(
            f"the package {source!r} is not installed",
            f"Run `pip install {source.replace('_', '-')}`, or give the path of the robot's MJCF.",
        )
    return Path(next(iter(spec.submodule_search_locations)))


@lru_cache(maxsize=16)
def catalogue(root: Path) -> dict[str, Path]:
    """Return the robots below a folder by name: stem of the file, or name of its folder if that ends in it.

    Of several files with one stem, the one in a folder of that name wins, then the one nearest to the root.
    Files that begin with `scene` are skipped, as they include a robot file.
    """
    files = sorted(_files(root), key=lambda path: (path.stem != path.parent.name, len(path.parts), str(path)))
    found: dict[str, Path] = {}
    for path in files:
        if path.stem.startswith("scene"):
            continue
        found.setdefault(path.stem, path)
    for path in files:
        # menagerie: unitree_go2/go2.xml, beside go2_mjx.xml and scene.xml
        folder = path.parent.name
        if path.stem in found and folder.endswith(path.stem) and folder not in found:
            found[folder] = path
    return found


def _files(root: Path) -> Iterator[Path]:
    """Yield the MJCF files below a folder."""
    for number, path in enumerate(root.rglob("*.xml")):
        if number > _MAX_FILES:
            return
        if _is_mjcf(path):
            yield path


def _is_mjcf(path: Path) -> bool:
    """Return whether a file begins like MJCF."""
    try:
        with open(path, "rb") as file:
            return b"<mujoco" in file.read(20_000)
    except OSError:
        return False
