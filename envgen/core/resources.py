"""Paths of data folders: in the wheel, or beside the package in a checkout."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from envgen.core.errors import EnvgenError


@cache
def resource(name: str) -> Path:
    """Return the folder `templates` or `prompts`.

    Raises:
        EnvgenError: The installation is broken.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_data" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise EnvgenError(f"the folder {name!r} of envgen is missing", "Reinstall envgen.")


PAGE = "ENVGEN_PAGE"
"""Environment variable with the path of another built page."""


def built_page() -> Path | None:
    """Return the folder of the page as built by Vite; None where it was not built."""
    package = Path(__file__).resolve().parent.parent
    given = os.environ.get(PAGE)
    folders = (Path(given),) if given else (package / "_data" / "page", package.parent / "web" / "dist")
    return next((folder for folder in folders if (folder / "index.html").is_file()), None)
