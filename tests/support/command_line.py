"""The command line as a person meets it: a real process, or `run` in this one where there are many cases."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import envgen

FLAT = '[terrain]\nsize = [4, 4]\n[[terrain.sub_terrains]]\nkind = "flat"\n[[robots]]\nmodel = "ant"\n'
"""A parameter file whose variants are made in milliseconds."""


class Result(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str

    def refused(self, cause: str, remedy: str = "", code: int = 2) -> None:
        """It ended with one line of cause and one of remedy, and said nothing else."""
        assert self.code == code, (self.code, self.out, self.err)
        assert self.out == ""
        lines = self.err.splitlines()
        assert len(lines) == 2, self.err
        assert lines[0].startswith("envgen: "), self.err
        assert lines[1].startswith(" " * 8), self.err
        assert lines[1].strip()
        assert cause in lines[0], lines[0]
        assert remedy in lines[1], lines[1]

    @property
    def json(self) -> Any:
        """What it printed, all of it one JSON object, after it ended well."""
        assert self.code == 0, self.err
        return json.loads(self.out)


def command(*arguments: str | Path) -> list[str]:
    """The command line of the real command."""
    return [sys.executable, "-m", "envgen", *map(str, arguments)]


def environment(**changes: str | None) -> dict[str, str]:
    """The environment of a process; None takes a variable away."""
    fixed: dict[str, str | None] = dict.fromkeys(("NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY", "COLUMNS"))
    merged = {**os.environ, "PYTHONPATH": str(Path(envgen.__file__).parents[1]), **fixed, **changes}
    return {key: value for key, value in merged.items() if value is not None}


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())
