"""Folder in which the commands of a page run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from tools.docs.errors import DocError

ROOT = Path(__file__).resolve().parents[3]
TIME_LIMIT = 300
"""Seconds that a command may take."""

ADDED_ROBOT = """from pathlib import Path
from envgen.core.families import ROBOTS
from envgen.robots.templates import read
robot = read(Path("{}"))
ROBOTS.add(robot.name, robot)
"""


class Sandbox:
    """A folder in which a page's commands run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.groups: dict[str, dict[str, str]] = {}
        self.site = folder / ".site"
        self.site.mkdir()
        shutil.copytree(ROOT / "examples", folder / "examples")
        # PYTHONPATH puts the checkout last, so that a page runs with the code beside it
        path = [str(folder), str(self.site), str(ROOT)]
        self.env = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(path),
            "COLUMNS": "100",
            "TERM": "dumb",
        }

    def shell(self, command: str) -> tuple[str, int]:
        """Run a shell command; return its output, stderr included, and its exit status.

        A pipeline fails if any of its commands fails.
        """
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        if "Traceback (most recent call last)" in done.stdout:
            raise DocError(done.stdout)
        return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines()), done.returncode

    def python(self, code: str) -> None:
        """Run Python code.

        Raises:
            DocError: The code raises.
        """
        done = subprocess.run(
            [sys.executable, "-"],
            input=code,
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        if done.returncode:
            raise DocError(done.stderr)

    def write(self, name: str, text: str) -> None:
        """Write a file that a page shows, and register the kinds that it defines.

        A file that the checkout itself has is not written, since it is found there.
        """
        path = Path(name)
        if path.parts[0] in ("envgen", "templates") and (ROOT / path).exists():
            return
        if path.parts[0] == "envgen":
            module = f"contributed_{path.stem}"
            (self.site / f"{module}.py").write_text(text, encoding="utf-8")
            self.register({".".join(path.parent.parts): {path.stem: module}})
            return
        if path.parts[0] == "templates":
            template = self.site / path.name
            template.write_text(text, encoding="utf-8")
            module = f"contributed_{path.name.split('.')[0]}"
            (self.site / f"{module}.py").write_text(ADDED_ROBOT.format(template), encoding="utf-8")
            self.register({"envgen.robots": {module: module}})
            return
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        if path.name == "pyproject.toml":
            self.register(tomllib.loads(text)["project"]["entry-points"])

    def register(self, groups: Mapping[str, Mapping[str, str]]) -> None:
        """Register entry points, as an installed package does by its metadata."""
        for group, entries in groups.items():
            self.groups.setdefault(group, {}).update(entries)
        info = self.site / "shown-0.1.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shown\nVersion: 0.1\n")
        lines = []
        for group, entries in self.groups.items():
            lines += [f"[{group}]", *(f"{name} = {value}" for name, value in entries.items())]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
