"""Check any MJCF file or pack."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from envgen.cli import output
from envgen.cli.parameters import PATH

if TYPE_CHECKING:
    from envgen.validate.report import Report

EPILOG = """\b
Examples:
  envgen validate my_robot.xml
  envgen validate robots/ scene.xml --json
  envgen validate packs/rough-terrain-for-ants-s0
  envgen validate robots/ --ignore unnamed,unused_ --strict
  envgen validate robot.xml --select 'inertia*,mass'
  envgen validate robots/ --format github      (annotations in a pull request)
  envgen validate --list-checks

\b
A code is the name of a check; --select and --ignore take codes, beginnings of codes and globs.
Exit status: 0 if nothing failed, 1 if an error was found (--strict: or a warning), 2 if there is
nothing to check.
"""


@click.command("validate", epilog=EPILOG)
@click.argument("paths", nargs=-1, type=PATH, metavar="PATH…")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--format", "form", type=click.Choice(("text", "json", "github")), help="How to print.")
@click.option("--select", multiple=True, metavar="CODES", help="Report only these checks.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Leave out these checks.")
@click.option("--strict", is_flag=True, help="Warnings fail a file too.")
@click.option("--all", "show_all", is_flag=True, help="Show infos and passed checks, too.")
@click.option("--list-checks", is_flag=True, help="List every check: code, severity, condition and reason.")
def command(
    paths: tuple[Path, ...],
    as_json: bool,
    form: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    show_all: bool,
    list_checks: bool,
) -> int:
    """Check MJCF files, folders of them, or packs: each problem with its line and a remedy."""
    from envgen.cli import validation_output
    from envgen.core.errors import InputError
    from envgen.validate.select import filter_findings, parse_selection

    if as_json and form not in (None, "json"):
        raise InputError(f"--json contradicts --format {form}", "Give one of the two.")
    form = form or ("json" if as_json else "text")
    if list_checks:
        return _list_checks(as_json=form == "json")
    if not paths:
        raise click.UsageError("missing argument 'PATH…'", click.get_current_context())
    kept, left = parse_selection(select, ignore)
    found = _Targets()
    reports = [(name, filter_findings(report, kept, left)) for name, report in found.reports(paths)]
    if not reports:
        raise InputError("no MJCF file or pack was found", "Give .xml files, folders or packs.")
    if form == "json":
        output.print_json(validation_output.as_json(reports, strict=strict))
    elif form == "github":
        for line in validation_output.as_github(reports, everything=show_all):
            click.echo(line)
    else:
        validation_output.print_text(reports, strict=strict, everything=show_all)
        if found.skipped:
            click.echo(f"skipped: {found.skipped} XML files that are not MJCF models")
    return 0 if all(validation_output.passed(report, strict=strict) for _, report in reports) else 1


@dataclass
class _Targets:
    """Files and variants to check, each once, and the number of files skipped as they are not MJCF."""

    skipped: int = 0
    seen: set[str] = field(default_factory=set)

    def reports(self, paths: tuple[Path, ...]) -> Iterator[tuple[str, Report]]:
        """Yield a report for each file and variant, in the order given."""
        from envgen.validate.foreign import examine_path

        for path in paths:
            if not self._new(path):
                continue
            if (path / "pack.json").is_file() or path.suffix == ".zip":
                yield from _pack_reports(path)
            elif path.is_dir():
                yield from self._folder(path)
            else:
                yield str(path), examine_path(path)

    def _new(self, path: Path) -> bool:
        """Return whether the file was not seen before, and remember it."""
        key = os.path.abspath(path)
        known = key in self.seen
        self.seen.add(key)
        return not known

    def _folder(self, folder: Path) -> Iterator[tuple[str, Report]]:
        from envgen.validate.foreign import examine_paths, is_mjcf

        packs = sorted(manifest.parent for manifest in folder.rglob("pack.json"))
        files = [
            file
            for file in sorted(folder.rglob("*.xml"))
            if not any(file.is_relative_to(pack) for pack in packs)
        ]
        models = [file for file in files if is_mjcf(file)]
        self.skipped += len(files) - len(models)
        models = [file for file in models if self._new(file)]
        jobs = max(1, min(8, os.cpu_count() or 1))
        for done, (file, report) in enumerate(examine_paths(models, jobs), 1):
            _progress(done, models)
            yield str(file), report
        for pack in filter(self._new, packs):
            yield from _pack_reports(pack)


def _progress(done: int, files: Sequence[Path]) -> None:
    """Print progress on a terminal, if there are four files or more."""
    if len(files) < 4 or not sys.stderr.isatty():
        return
    end = "" if done < len(files) else "\r\x1b[K"
    click.echo(f"\r{done}/{len(files)} checked\x1b[K{end}", nl=False, err=True, color=True)


def _pack_reports(path: Path) -> Iterator[tuple[str, Report]]:
    """Check every variant again, from the files on disk."""
    from envgen.packs.pack import Pack
    from envgen.packs.recheck import recheck

    pack = Pack.open(path)
    for variant in pack:
        yield f"{path}/{variant.index}", _report(partial(recheck, pack, variant))


def _report(examine: Callable[[], Report]) -> Report:
    """Return the report of one of many files; a file that can't be read is reported as a finding."""
    from envgen.core.errors import InputError
    from envgen.validate.report import Finding, Report

    try:
        return examine()
    except InputError as error:
        return Report((Finding("files", False, detail=error.cause, remedy=error.remedy),))


def _list_checks(*, as_json: bool) -> int:
    from envgen.catalog import checks

    entries = checks()
    if as_json:
        output.print_json(entries)
        return 0
    rows = [(e["name"], e["severity"], e["summary"], e["why"]) for e in entries]
    output.print_table("checks", ("code", "severity", "what must hold", "why"), rows)
    return 0
