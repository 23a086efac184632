"""Findings of `envgen validate` as text, JSON and annotations of GitHub Actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import click

from envgen.cli import output

if TYPE_CHECKING:
    from envgen.validate.report import Finding, Report

MOST_ROWS = 5
"""Rows of one check on one file; the rest is counted."""
GITHUB_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}
"""Severities as GitHub Actions calls them."""


def as_json(reports: Sequence[tuple[str, Report]], *, strict: bool) -> dict[str, Any]:
    """Return by file: whether it passed, the worst finding of each check, and all that did not pass."""
    return {
        name: {
            "ok": passed(report, strict=strict),
            "errors": report.count("error"),
            "warnings": report.count("warning"),
            "infos": report.count("info"),
            "checks": report.to_json(),
            "findings": [finding.to_dict() for finding in report.findings if not finding.ok],
        }
        for name, report in reports
    }


def passed(report: Report, *, strict: bool) -> bool:
    """Return whether a file has no errors; if strict, no warnings either."""
    return report.ok and not (strict and report.count("warning"))


def as_github(reports: Sequence[tuple[str, Report]], *, everything: bool) -> list[str]:
    """Return a workflow command per finding that did not pass; infos only if everything is shown.

    See https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands.
    """
    return [
        _annotation(name, f)
        for name, report in reports
        for f in report.findings
        if not f.ok and (everything or f.severity != "info")
    ]


def _annotation(name: str, finding: Finding) -> str:
    file = str(PurePath(name).parent / finding.file) if finding.file else name
    parts = {"file": file, "line": str(finding.line or 1), "title": f"envgen {finding.check}"}
    properties = ",".join(f"{key}={_escape(value, ':,')}" for key, value in parts.items())
    return f"::{GITHUB_LEVELS[finding.severity]} {properties}::{_escape(_message(finding))}"


def _message(finding: Finding) -> str:
    about = f"{finding.element}: " if finding.element else ""
    return f"{about}{finding.detail.rstrip('.')}. {finding.remedy}".strip()


def _escape(text: str, also: str = "") -> str:
    """Escape as GitHub asks: percent, line ends, and in properties colons and commas."""
    for character in ("%", "\r", "\n", *also):
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def print_text(reports: Sequence[tuple[str, Report]], *, strict: bool, everything: bool) -> None:
    """Print a table for each file with findings, remedies, and totals.

    Args:
        reports: By file or variant.
        strict: Whether warnings fail a file.
        everything: Show infos, what passed, and every finding of a check.
    """
    whole = everything or len(reports) == 1
    remedies: dict[str, dict[str, None]] = {}
    totals: dict[str, Counter[str]] = {level: Counter() for level in GITHUB_LEVELS}
    for name, report in reports:
        for finding in report.findings:
            if not finding.ok:
                totals[finding.severity][finding.check] += 1
        rows = _rows(report, whole=whole, everything=everything)
        if rows:
            click.echo(click.style(name, bold=True))  # a table would fold a long path
            names = ("", "check", "measured", "bound", "what is wrong")[
                : 5 if any(row[4] for row in rows) else 4
            ]
            _table(names, [row[: len(names)] for row in rows])
            shown = [f for f in report.findings if not f.ok and (everything or f.severity != "info")]
            for f in shown:
                if f.remedy:
                    remedies.setdefault(f.check, {})[f.remedy] = None
    if remedies:
        click.echo(click.style("what to do", bold=True))
        most = None if everything else MOST_ROWS
        lines = [(check, remedy) for check, each in remedies.items() for remedy in list(each)[:most]]
        _table(("", ""), lines, head=False)
    _print_totals(reports, totals, strict=strict, everything=everything)


def _print_totals(
    reports: Sequence[tuple[str, Report]],
    totals: dict[str, Counter[str]],
    *,
    strict: bool,
    everything: bool,
) -> None:
    good = [report for _, report in reports if passed(report, strict=strict)]
    warned = sum(bool(report.count("warning")) for report in good)
    rest = (
        f", {warned} of them with warnings" if warned else " every check" if len(good) == len(reports) else ""
    )
    click.echo(f"{len(good)} of {len(reports)} passed{rest}")
    for level, word in (("error", "failed"), ("warning", "warnings"), ("info", "infos")):
        if totals[level]:
            counts = ", ".join(f"{check} {n}" for check, n in totals[level].most_common())
            hint = " (--all shows them)" if level == "info" and not everything else ""
            click.echo(f"{word}: {counts}{hint}")


def _rows(report: Report, *, whole: bool, everything: bool) -> list[tuple[Any, ...]]:
    """Return the rows of one file; a lint that passed is a row only if everything is shown."""
    rows: list[tuple[Any, ...]] = []
    seen: Counter[str] = Counter(f.check for f in report.findings)
    shown: Counter[str] = Counter()
    for f in report.findings:
        if f.ok and not (everything or (whole and f.bound is not None and not _is_lint(f.check))):
            continue
        if not f.ok and f.severity == "info" and not everything:
            continue
        shown[f.check] += 1
        if shown[f.check] <= MOST_ROWS or everything:
            where = " ".join(part for part in (_location(f), f.element) if part)
            says = f"{where}: {f.detail}" if where and f.detail else f.detail
            rows.append(
                (_mark(f), f.check, format_value(f.measured, f.unit), format_value(f.bound, f.unit), says)
            )
        elif shown[f.check] == MOST_ROWS + 1:
            more = f"… and {seen[f.check] - MOST_ROWS} more (--all shows them)"
            rows.append(("", f.check, "", "", more))
    return rows


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]], *, head: bool = True) -> None:
    """Print a table of which only the last column is folded."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold", show_header=head)
    for name in names[:-1]:
        grid.add_column(name, no_wrap=True)
    grid.add_column(names[-1], overflow="fold")
    for row in rows:
        grid.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    Console(highlight=False, soft_wrap=False).print(grid)


def _is_lint(check: str) -> bool:
    from envgen.validate.base import CHECKS

    return check in CHECKS and CHECKS.get(check).scope == "foreign"


def _location(finding: Finding) -> str:
    if finding.line is None:
        return finding.file
    return f"{finding.file}:{finding.line}" if finding.file else f"line {finding.line}"


def _mark(finding: Finding) -> Any:
    from rich.text import Text

    if finding.ok or finding.severity == "error":
        return output.tick(finding.ok)
    return Text("!", style="yellow bold") if finding.severity == "warning" else Text("i", style="cyan")


def format_value(number: float | None, unit: str) -> str:
    """Return a measured value with its unit, for people."""
    if number is None:
        return ""
    return f"{number:,.0f} {unit}".strip() if 10_000 <= abs(number) < 1e10 else f"{number:g} {unit}".strip()
