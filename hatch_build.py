"""Build hook: the page goes into wheels and source distributions, where it can be built.

Where there is no Node 20, envgen installs without a page, and `envgen serve` says what is missing. For a
release, ENVGEN_BUILD=release makes that an error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DIST = "web/dist"
IN_WHEEL = "envgen/_data/page"


class PageHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the page and adds it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files."""
        if version == "editable":
            return  # a checkout: scripts/setup builds it, and it is found where it is
        root = Path(self.root)
        ended = subprocess.run(
            [sys.executable, str(root / "scripts" / "tools" / "page.py")], cwd=root, check=False
        )
        there = (root / DIST / "index.html").is_file()
        if not there or ended.returncode:
            if os.environ.get("ENVGEN_BUILD") == "release":
                raise RuntimeError("the page could not be built, and this is to be a release")
            self.app.display_warning("envgen is built without its page: `envgen serve` will say so")
        if there:
            target = DIST if self.target_name == "sdist" else IN_WHEEL
            build_data["force_include"][str(root / DIST)] = target
