"""`envgen bench`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from envgen.cli import show

EPILOG = """\b
Examples:
  envgen bench generate
  envgen bench generate --count 200 --repeats 1 --json
  envgen bench generate --scale 100,500,2000,10000
  envgen bench acceptance --count 4
  envgen bench prompts cases.jsonl --verbose
"""


@click.command("bench", epilog=EPILOG)
@click.argument("what", type=click.Choice(["generate", "acceptance", "prompts"]), default="generate")
@click.argument("files", nargs=-1, type=show.PATH)
@click.option(
    "--count",
    "-n",
    type=click.IntRange(1, 100_000),
    help="Variants of a run (500), or of each pair of ground and robot (2).",
)
@click.option(
    "--repeats", type=click.IntRange(1, 50), default=3, show_default=True, help="Runs; medians are shown."
)
@click.option("--scale", default="100,500,2000", show_default=True, help="Counts to compare.")
@click.option("--backend", default="offline", show_default=True, help="That reads the prompts.")
@click.option("--verbose", "-v", is_flag=True, help="Show what is wrong with each prompt.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    what: str,
    files: tuple[Path, ...],
    count: int | None,
    repeats: int,
    scale: str,
    backend: str,
    verbose: bool,
    as_json: bool,
) -> None:
    """Measure this machine, each figure beside its reference from the same run."""
    from envgen.core.errors import InputError

    try:
        counts = tuple(int(part) for part in scale.split(",") if part.strip())
    except ValueError:
        raise InputError(f"{scale!r} is no list of counts", "Write e.g. --scale 100,500,2000.") from None
    if any(not 1 <= n <= 1_000_000 for n in counts):
        raise InputError(f"{scale!r} holds a count that is not possible", "Give 1 to 1,000,000.")
    if files and what != "prompts":
        raise InputError(f"bench {what} takes no file", "Only bench prompts does: a file of cases.")
    if what == "prompts":
        from envgen.bench.prompts import prompts

        result = prompts(files, backend)
    elif what == "acceptance":
        from envgen.bench.acceptance import acceptance

        with click.progressbar(length=1000, label="trying", file=sys.stderr) as bar:
            result = acceptance(count or 2, progress=lambda done, of: bar.update(1000 * done // of - bar.pos))
    else:
        from envgen.bench.generate import generate

        if count is not None and count < 10:
            raise InputError(f"{count} variants tell nothing of a rate", "Give --count 10 or more.")
        result = generate(count or 500, repeats, counts)
    if as_json:
        show.emit(result.to_json())
        return
    if verbose:
        _wrong(result.extra.get("wrong", []))
    rows = [(row.name, f"{row.value:g}", row.unit, row.target, row.note) for row in result.rows]
    show.table(result.title, ("what", "measured", "", "to reach", ""), rows)


def _wrong(cases: list[dict[str, Any]]) -> None:
    """What each prompt should have become, and became."""
    for case in cases:
        click.echo(f"{case['id']}  {case['prompt'][:200]!r}")
        for check in case["checks"]:
            wanted, found = (json.dumps(check[name], ensure_ascii=False) for name in ("wanted", "found"))
            click.echo(f"    {check['key']}: wanted {wanted}, found {found}")
        click.echo()
