"""Errors with a cause and a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class EnvgenError(Exception):
    """A failure with one line of cause and one of remedy.

    Attributes:
        cause: The failure, with the value that was given.
        remedy: A way to correct it; may be empty.
        on_command_line: The remedy where a command reports it, if it names options instead of arguments.
        exit_code: Exit status of the command line.
    """

    exit_code = 1

    def __init__(self, cause: str, remedy: str = "", *, on_command_line: str = "") -> None:
        super().__init__(cause, remedy)
        self.cause = cause
        self.remedy = remedy
        self.on_command_line = on_command_line or remedy

    def __str__(self) -> str:
        return f"{self.cause}\n{self.remedy}" if self.remedy else self.cause


class InputError(EnvgenError):
    """Wrong input; nothing was written."""

    exit_code = 2


class WorkError(EnvgenError):
    """Failed work or a failed check; finished results are kept."""


class PluginWarning(UserWarning):
    """A plug-in of another package can't be used; envgen goes on without it."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name nearest to `name`, or None if none is near."""
    found = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a remedy for a misspelled name: the nearest name, and all known ones."""
    names = sorted(known)
    near = nearest(name, names)
    hint = f"Did you mean {near!r}? " if near else ""
    return f"{hint}Known: {', '.join(names)}." if names else hint.strip()
