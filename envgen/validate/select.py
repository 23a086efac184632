"""Selecting findings by the codes of their checks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from envgen.core.errors import InputError, suggestion
from envgen.validate.base import CHECKS
from envgen.validate.report import Report

FOUNDATION = ("well_formed", "files", "compiles")
"""If one of these fails, no other check could run: their failures are kept by any selection."""


FOLLOWS = re.compile("^(XML Error: )?(it was not compiled|Error opening file|Could not open file)", re.I)
"""Details of `compiles` that repeat what `files` has reported already."""


def parse_selection(select: Sequence[str], ignore: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the codes to keep (all if empty) and to leave out, from the values of two options.

    Raises:
        InputError: A pattern matches no code, or no check is left.
    """
    kept, left = match_codes("--select", select), match_codes("--ignore", ignore, exact=FOUNDATION)
    if (select and not kept) or not (kept or set(CHECKS.names())) - left:
        raise InputError(
            "nothing to check: --select and --ignore leave no check",
            "Select a code that is not ignored; envgen validate --list-checks lists them.",
        )
    return kept, left


def match_codes(option: str, patterns: Iterable[str], *, exact: Iterable[str] = ()) -> frozenset[str]:
    """Return the codes that patterns match: a code, a prefix of codes, or a glob; separated by commas.

    Args:
        option: The option, for messages.
        patterns: Its values.
        exact: Codes that only their full name matches.

    Raises:
        InputError: A pattern matches no code; the nearest one is suggested.
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
        allowed = [name for name in fits if name == pattern or name not in exact]
        if not allowed:
            cause = f"{option}: {pattern!r} matches only {', '.join(fits)}, which needs its full name"
            raise InputError(cause, f"Write {option} {fits[0]}.")
        found.update(allowed)
    return frozenset(found)


def filter_findings(report: Report, select: frozenset[str], ignore: frozenset[str]) -> Report:
    """Return a Report of the selected findings.

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
    if any(f.check == "files" and f.failed for f in kept):  # the failure to compile is a consequence
        kept = [f for f in kept if f.check != "compiles" or f.ok or not FOLLOWS.search(f.detail)]
    return Report(tuple(kept))
