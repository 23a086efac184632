"""Where the data folders are: inside the wheel, or beside the package in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from envgen.core.errors import EnvgenError


@cache
def resource(name: str) -> Path:
    """The folder `templates` or `prompts`.

    Raises:
        EnvgenError: The installation is broken.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_data" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise EnvgenError(f"the folder {name!r} of envgen is missing", "Install envgen again.")
