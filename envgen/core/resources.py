"""Where the data folders are: inside the wheel, or beside the package in a checkout."""

from __future__ import annotations

import os
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


PAGE = "ENVGEN_PAGE"
"""Names another built page."""


def built_page() -> Path | None:
    """The folder of the page as Vite built it, in the wheel or in a checkout; None where it was not built."""
    package = Path(__file__).resolve().parent.parent
    given = os.environ.get(PAGE)
    folders = (Path(given),) if given else (package / "_data" / "page", package.parent / "web" / "dist")
    return next((folder for folder in folders if (folder / "index.html").is_file()), None)
