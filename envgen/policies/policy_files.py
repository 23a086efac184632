"""Files of gaits and networks: of envgen, of other packages and of the folders in ENVGEN_POLICIES."""

from __future__ import annotations

import os
from pathlib import Path

from envgen.core.families import POLICIES

FOLDERS_VARIABLE = "ENVGEN_POLICIES"
"""Environment variable with the user's folders, joined as in PATH."""
_OWN = Path(__file__).resolve().parent
_added: list[Path] = []


def add_folder(folder: Path) -> None:
    """Add a folder with gaits (`<robot>.toml`) and networks (`<name>.onnx`); for entry points."""
    _added.append(folder)


def gait_files() -> dict[str, Path]:
    """Return gait files by name of the robot; a user's file wins over a package's, and that over envgen's."""
    return _find_files(_OWN / "gaits", ".toml")


def network_files() -> dict[str, Path]:
    """Return network files by name, with the same precedence."""
    return _find_files(_OWN / "onnx", ".onnx")


def _find_files(own: Path, suffix: str) -> dict[str, Path]:
    _ = POLICIES.names()  # other packages add their folders when the family is loaded
    given = [
        Path(part).expanduser() for part in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if part
    ]
    found: dict[str, Path] = {}
    for folder in (own, *_added, *given):
        if folder.is_dir():
            found |= {path.stem: path for path in sorted(folder.glob(f"*{suffix}"))}
    return dict(sorted(found.items()))
