"""Choosing findings by the codes of their checks."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from envgen.core.errors import InputError, suggestion
from envgen.validate.base import CHECKS
from envgen.validate.report import Report

FOUNDATION = ("well_formed", "files", "compiles")
"""Where these fail, nothing else could be looked at, so a choice of others keeps their failures."""


def codes(option: str, patterns: Iterable[str]) -> frozenset[str]:
    """The codes that patterns mean: a code, the beginning of codes, or a glob; separated by commas.

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
        found.update(fits)
    return frozenset(found)


def chosen(report: Report, select: frozenset[str], ignore: frozenset[str]) -> Report:
    """The findings that were asked for.

    Args:
        report: All findings.
        select: Codes to keep; all if empty.
        ignore: Codes to leave out.
    """
    return Report(
        tuple(
            f
            for f in report.findings
            if f.check not in ignore
            and (not select or f.check in select or (not f.ok and f.check in FOUNDATION))
        )
    )
