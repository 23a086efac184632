"""Where policies that are files lie: beside this module, in folders of other packages, in ENVGEN_POLICIES."""

from __future__ import annotations

import os
from pathlib import Path

from envgen.core.families import POLICIES

VARIABLE = "ENVGEN_POLICIES"
"""Folders of the user's own, joined as in PATH."""
_OWN = Path(__file__).resolve().parent
_added: list[Path] = []


def add(folder: Path) -> None:
    """Add a folder with gaits (`<robot>.toml`) and networks (`<name>.onnx`); for entry points."""
    _added.append(folder)


def gait_files() -> dict[str, Path]:
    """The file of gaits by name of the robot; a user's own comes before a package's, that before ours."""
    return _found(_OWN / "gaits", ".toml")


def networks() -> dict[str, Path]:
    """The networks by name, in the same order of precedence."""
    return _found(_OWN / "onnx", ".onnx")


def _found(own: Path, suffix: str) -> dict[str, Path]:
    _ = POLICIES.names()  # other packages add their folders when the family is loaded
    given = [Path(part).expanduser() for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]
    found: dict[str, Path] = {}
    for folder in (own, *_added, *given):
        if folder.is_dir():
            found |= {path.stem: path for path in sorted(folder.glob(f"*{suffix}"))}
    return dict(sorted(found.items()))
