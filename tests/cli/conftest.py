"""Two ways to run a command: in this process, and as a process of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.command_line import FLAT, Result, command, environment

from envgen.cli import main


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the command runs in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(here: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """The command line in this process."""

    def call(*arguments: str | Path) -> Result:
        capsys.readouterr()
        code = main.run([str(argument) for argument in arguments])
        return Result(code, *capsys.readouterr())

    return call


@pytest.fixture
def shell(here: Path) -> Callable[..., Result]:
    """The command line as a process of its own; it never ends with a traceback."""

    def call(
        *arguments: str | Path, stdin: str = "", env: dict[str, str | None] | None = None, **options: Any
    ):
        done = subprocess.run(
            command(*arguments),
            input=stdin.encode(),
            capture_output=True,
            env=environment(**(env or {})),
            timeout=120,
            check=False,
            **options,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


@pytest.fixture
def flat(here: Path) -> Path:
    """A parameter file whose variants are made in milliseconds."""
    file = here / "flat.toml"
    file.write_text(FLAT)
    return file
