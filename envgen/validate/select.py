"""Choosing findings by the codes of their checks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from envgen.core.errors import InputError, suggestion
from envgen.validate.base import CHECKS
from envgen.validate.report import Report

FOUNDATION = ("well_formed", "files", "compiles")
"""Where these fail, nothing else could be looked at, so a choice of others keeps their failures."""


FOLLOWS = re.compile("^(XML Error: )?(it was not compiled|Error opening file|Could not open file)", re.I)
"""How `compiles` says what `files` has said already."""


def choice(select: Sequence[str], ignore: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The codes to keep (all if empty) and to leave out, as two options give them.

    Raises:
        InputError: A pattern fits no code, or no check is left.
    """
    kept, left = codes("--select", select), codes("--ignore", ignore, exact=FOUNDATION)
    if (select and not kept) or not (kept or set(CHECKS.names())) - left:
        raise InputError(
            "nothing to check: --select and --ignore leave no check",
            "Select a code that is not ignored; envgen validate --list-checks lists them.",
        )
    return kept, left


def codes(option: str, patterns: Iterable[str], *, exact: Iterable[str] = ()) -> frozenset[str]:
    """The codes that patterns mean: a code, the beginning of codes, or a glob; separated by commas.

    Args:
        option: The option that they were given by.
        patterns: As given.
        exact: Codes that only their whole name means.

    Raises:
        InputError: A pattern fits no code; the nearest one is suggested.
    """
    known, found = CHECKS.names(), set[str]()
    for pattern in (part.strip() for text in patterns for part in text.split(",")):
        if not pattern:
            continue
        fits = (
            [pattern]
            if pattern in known
            else [name for name in known if name.startswith(pattern) or fnmatchcase(name, pattern)]
        )
        if not fits:
            raise InputError(f"{option}: there is no check {pattern!r}", suggestion(pattern, known))
        meant = [name for name in fits if name == pattern or name not in exact]
        if not meant:
            cause = f"{option}: {pattern!r} fits only {', '.join(fits)}, which needs its whole name"
            raise InputError(cause, f"Write {option} {fits[0]}.")
        found.update(meant)
    return frozenset(found)


def chosen(report: Report, select: frozenset[str], ignore: frozenset[str]) -> Report:
    """The findings that were asked for.

    Args:
        report: All findings.
        select: Codes to keep; all if empty.
        ignore: Codes to leave out.
    """
    kept = [
        f
        for f in report.findings
        if f.check not in ignore and (not select or f.check in select or (not f.ok and f.check in FOUNDATION))
    ]
    if any(f.check == "files" and f.failed for f in kept):  # that it doesn't compile follows
        kept = [f for f in kept if f.check != "compiles" or f.ok or not FOLLOWS.search(f.detail)]
    return Report(tuple(kept))
