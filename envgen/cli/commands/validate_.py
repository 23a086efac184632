"""`envgen validate`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from envgen.cli import show

if TYPE_CHECKING:
    from envgen.validate.report import Report

EPILOG = """\b
Examples:
  envgen validate my_robot.xml
  envgen validate packs/rough-terrain-for-ants-s0
  envgen validate robots/ scene.xml --json

Exit status: 0 if every check passed, 1 if one did not, 2 if there is nothing to check.
"""


@click.command("validate", epilog=EPILOG)
@click.argument("paths", nargs=-1, required=True, type=show.PATH, metavar="PATH…")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--all", "show_all", is_flag=True, help="Show checks that passed too, for more than one file.")
def command(paths: tuple[Path, ...], as_json: bool, show_all: bool) -> int:
    """Check MJCF files, folders of them, or packs: every check that applies, with what was measured."""
    from envgen.core.errors import InputError

    reports = list(_reports(paths))
    if not reports:
        raise InputError("there is no MJCF in what was given", "Give .xml files, folders or packs.")
    if as_json:
        show.emit({str(name): {"ok": r.ok, "checks": r.to_json()} for name, r in reports})
    else:
        _print(reports, show_all or len(reports) == 1)
    return 0 if all(report.ok for _, report in reports) else 1


def _reports(paths: tuple[Path, ...]) -> Iterator[tuple[str, Report]]:
    from envgen.validate.foreign import examine_path

    for path in paths:
        if (path / "pack.json").is_file() or path.suffix == ".zip":
            yield from _pack_reports(path)
        elif path.is_dir():
            packs = sorted(manifest.parent for manifest in path.rglob("pack.json"))
            for file in sorted(path.rglob("*.xml")):
                if not any(file.is_relative_to(pack) for pack in packs):
                    yield str(file), _report(partial(examine_path, file))
            for pack in packs:
                yield from _pack_reports(pack)
        else:
            yield str(path), examine_path(path)


def _pack_reports(path: Path) -> Iterator[tuple[str, Report]]:
    """Every variant anew, from the bytes that are there."""
    from envgen.packs.pack import Pack
    from envgen.packs.recheck import recheck

    pack = Pack.open(path)
    for variant in pack:
        yield f"{path}/{variant.index}", _report(partial(recheck, pack, variant))


def _report(examine: Callable[[], Report]) -> Report:
    """One of many: if it can't be read, that is a finding, and the others are checked all the same."""
    from envgen.core.errors import InputError
    from envgen.validate.report import Finding, Report

    try:
        return examine()
    except InputError as error:
        return Report((Finding("files", False, detail=error.cause, remedy=error.remedy),))


def _print(reports: list[tuple[str, Report]], whole: bool) -> None:
    failed: Counter[str] = Counter()
    for name, report in reports:
        failed.update(finding.check for finding in report.findings if not finding.ok)
        if whole or not report.ok:
            rows = [
                (show.tick(f.ok), f.check, _value(f.measured, f.unit), _value(f.bound, f.unit), _words(f))
                for f in report.findings
                if whole or not f.ok
            ]
            show.table(name, ("", "check", "measured", "bound", "what to do"), rows)
    passed = sum(report.ok for _, report in reports)
    click.echo(f"{passed} of {len(reports)} passed every check")
    if failed:
        click.echo("failed: " + ", ".join(f"{check} {n}" for check, n in failed.most_common()))


def _words(finding: object) -> str:
    detail, remedy = getattr(finding, "detail", ""), getattr(finding, "remedy", "")
    return f"{detail.rstrip('.')}. {remedy}" if detail else ""


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:,.0f} {unit}".strip() if 10_000 <= abs(value) < 1e10 else f"{value:g} {unit}".strip()
