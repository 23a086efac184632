"""Groups of commands: one suggests the nearest name for a misspelled one, one is a folder of files."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import click

FOLDER = Path(__file__).parent / "commands"
COMMON = ("make", "interpret", "validate", "preview", "run", "view", "serve")
"""Commands that the help lists first; the others follow by name."""
SUMMARY = re.compile(r'\A"""(.+?)(?:"""|\n\n)', re.DOTALL)


def command_names() -> list[str]:
    """Return the names of the files in `envgen/cli/commands`, common commands first."""
    names = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    return sorted(names, key=lambda name: COMMON.index(name) if name in COMMON else len(COMMON))


def summary(name: str) -> str:
    """Return the first paragraph of a command's module docstring, read without importing the module."""
    with (FOLDER / f"{name}.py").open(encoding="utf-8") as file:
        found = SUMMARY.match(file.read(1000))
    return " ".join(found[1].split()) if found else ""


def _broken(module: str, error: Exception) -> Exception:
    """Return the error for a command's module that can't be imported; like help, it loads `core` only now."""
    from envgen.core.errors import EnvgenError

    return EnvgenError(
        f"the command module {module} can't be imported: {type(error).__name__}: {error}",
        f"Run envgen with the Python that it is installed in; this is {sys.executable}.",
    )


class CommandGroup(click.Group):
    """A group whose error for an unknown command suggests the nearest name and lists all."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            from envgen.core.errors import nearest

            names = self.list_commands(ctx)
            near = nearest(args[0], names)
            hint = f"Did you mean {near!r}? " if near else ""
            raise click.UsageError(
                f"there is no {self.noun} {args[0]!r}\n{hint}Known: {', '.join(names)}.", ctx
            ) from None

    @property
    def noun(self) -> str:
        """Noun for one of its commands in messages."""
        return "command" if self.name in (None, "root") else f"{self.name} command"


class CommandFolder(CommandGroup):
    """The files of `envgen/cli/commands` as a group.

    `NAME.py` is the command NAME: it holds a click command called `command`, is imported when it is run, and
    its docstring is what the help says of it.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return command_names()

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in command_names():
            return None
        module = f"envgen.cli.commands.{name}"
        try:
            command: click.Command = importlib.import_module(module).command
        except Exception as error:
            raise _broken(module, error) from error
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary(name)) for name in command_names()])
