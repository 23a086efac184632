"""Make a pack of validated variants."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envgen.cli import output
from envgen.cli.headless import headless_mujoco
from envgen.cli.parameters import PATH
from envgen.cli.selection_options import SelectionOptions, selection_options

if TYPE_CHECKING:
    from envgen.packs.pack import Pack
    from envgen.packs.progress import MakeProgress
    from envgen.prompting.base import Interpretation

NOTES = 3
"""Maximum kinds of notes that are shown."""
EPILOG = """\b
Examples:
  envgen make "rough terrain for ants" --count 500
  envgen make "two humanoids racing up stairs" --seed 7 --out race
  envgen make examples/moon_walk.toml --set physics.friction=0.4
  envgen make "ants on hills" --sweep physics.friction=0.1,0.5,1 --count 300
  envgen make "rough terrain for ants" --count 500 --resume
  envgen make "ants on hills with boxes" --count 64 --select diverse
  envgen make "ants climbing a pyramid" --count 64 --select learnable --policy gait --band 0.2,0.8

An argument that names a file, or ends in .json, .toml, .yaml or .yml, is a parameter file; anything
else is a prompt. Ctrl-C keeps finished variants, and --resume continues from them.
"""


@click.command("make", epilog=EPILOG)
@click.argument("source", metavar="PROMPT|FILE")
@click.option("--count", "-n", type=int, help="Number of variants.  [default: the prompt's, or 16]")
@click.option(
    "--seed", "-s", type=int, default=0, show_default=True, help="The same seed gives the same bytes."
)
@click.option("--out", "-o", type=PATH, help="Folder.  [default: packs/<name>-s<seed>]")
@click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="Set a value of the EnvCfg.")
@click.option(
    "--sweep", "sweeps", multiple=True, metavar="PATH=A,B,C", help="Cycle over values of the EnvCfg."
)
@click.option("--only", metavar="I,J-K", help="Make only these of the variants, such as 0-9,17.")
@selection_options
@click.option(
    "--backend", default="auto", show_default=True, help="Reader of a PROMPT: auto, offline or openai."
)
@click.option("--jobs", "-j", type=int, help="Processes.  [default: one per processor]")
@click.option("--resume", is_flag=True, help="Continue an interrupted run.")
@click.option("--overwrite", is_flag=True, help="Replace an existing pack.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(
    source: str,
    count: int | None,
    seed: int,
    out: Path | None,
    sets: tuple[str, ...],
    sweeps: tuple[str, ...],
    only: str | None,
    backend: str,
    jobs: int | None,
    resume: bool,
    overwrite: bool,
    quiet: bool,
    as_json: bool,
    **selection: Any,
) -> None:
    """Make a pack: variants of a PROMPT or parameter FILE that stock MuJoCo loads, each validated."""
    from envgen.core import overrides
    from envgen.core.errors import EnvgenError, InputError

    with headless_mujoco():
        from envgen.packs.arguments import check_count, check_jobs, check_only, check_seed, is_file, resolve
        from envgen.packs.make import make
    from envgen.packs.recipe import Recipe
    from envgen.prompting.base import interpret

    if out is not None and out.suffix.lower() == ".zip":
        raise InputError(
            f"--out must be a folder, got {out}",
            "Make a folder, then zip it with `envgen export FOLDER --format zip`.",
        )
    rule = SelectionOptions(**selection).rule()
    start = time.perf_counter()
    meaning = None if is_file(source) else interpret(source, backend)
    cfg, asked = (meaning.cfg, meaning.count) if meaning else resolve(source)
    cfg = overrides.apply(cfg, dict(overrides.parse_set(text) for text in sets), "--set")
    axes = [overrides.parse_sweep(text) for text in sweeps]
    count = check_count(count if count is not None else asked if asked is not None else 16)
    check_jobs(jobs)
    chosen = None if only is None else check_only(_indices(only, count), count)
    _ = Recipe(cfg, check_seed(seed), tuple(axes)).cells  # validates before anything is printed
    last: list[MakeProgress] = []
    with output.make_progress(quiet or as_json) as draw:

        def note(progress: MakeProgress) -> None:
            last[:] = [progress]
            if draw:
                draw(progress)

        if meaning and not (quiet or as_json):
            _announce(meaning, [*(text.partition("=")[0] for text in sets), *(axis.path for axis in axes)])
        try:
            pack = make(
                cfg,
                count,
                seed,
                out=out,
                sweep=axes,
                only=chosen,
                select=rule,
                jobs=jobs,
                resume=resume,
                overwrite=overwrite,
                progress=note,
            )
        except EnvgenError:
            _refusals(last[0] if last and not quiet else None)
            raise
        except KeyboardInterrupt:
            if not last:
                raise
            found = output.count_noun(last[0].tried, "candidate")
            raise KeyboardInterrupt(
                f"interrupted: {last[0].done:,} of {last[0].count:,} variants are kept"
                + (f", and what was found of {found}" if last[0].limit else ""),
                "Run the same command with --resume to continue.",
            ) from None
    took = time.perf_counter() - start
    if as_json:
        output.print_json(_json(pack, last[0] if last else None, took))
    elif not quiet:
        _summary(pack, last[0] if last else None, took)


def _indices(text: str, count: int) -> list[int]:
    """Return the indices of ranges such as `0-9,17`; of those beyond `count` only one, to be refused."""
    from envgen.core.errors import InputError

    indices: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not (first.isdecimal() and (last.isdecimal() or not dash)):
            raise InputError(
                f"--only must be indices or ranges, got {part.strip()[:40]!r}", "Write e.g. 0-9,17."
            )
        low, high = int(first), int(last or first)
        if low > high:
            raise InputError(f"--only: the range {part.strip()[:40]!r} is empty", "Write e.g. 0-9,17.")
        indices += range(low, min(high, max(low, count)) + 1)
    return indices


def _announce(meaning: Interpretation, given: Sequence[str]) -> None:
    """Print what was not understood and what was assumed of a prompt, before the work begins."""
    if meaning.note:
        click.secho(meaning.note, fg="yellow", err=True)
    if meaning.unmapped:
        words = ", ".join(repr(word) for word in meaning.unmapped)
        click.secho(f"not understood: {words}", fg="yellow", err=True)
    assumed = [a for a in meaning.assumed if not any(a.path.startswith(path.strip()) for path in given)]
    if assumed:
        parts = ", ".join(f"{a.path} = {a.value}" for a in assumed)
        click.secho(f"assumed: {parts}  (see `envgen interpret`)", dim=True, err=True)


def _summary(pack: Pack, progress: MakeProgress | None, took: float) -> None:
    fresh = progress.done - progress.earlier if progress else 0
    rate = f" ({fresh / took:,.0f}/s)"
    if not fresh:
        rate = ", all present already"
    elif progress and progress.earlier:
        rate = f": {fresh:,} made{rate}, {progress.earlier:,} kept from before"
    click.echo(
        f"{output.count_noun(len(pack), 'variant')} in {output.format_seconds(took)}{rate}, each validated"
    )
    if progress and progress.tried:
        click.echo(f"selected    {_rule_text(pack)} among {output.count_noun(progress.tried, 'candidate')}")
    click.echo(f"difficulty  easy {output.histogram(_tenths(pack))} hard")
    _refusals(progress, err=False)
    notes = _notes(pack)
    for note in notes[:NOTES]:
        click.secho(f"note        {note}", fg="yellow")
    if len(notes) > NOTES:
        others = output.count_noun(len(notes) - NOTES, "note")
        click.secho(f"note        {others} of other kinds: see --json", fg="yellow")
    click.echo(f"pack        {pack.path}")
    click.echo(f"next        envgen preview {pack.path}")


def _rule_text(pack: Pack) -> str:
    """Return the rule by which the variants were selected, for people."""
    rule = pack.manifest["select"]
    if rule["rule"] == "learnable":
        low, high = rule["band"]
        return f"{rule['policy']} succeeds in {low:.0%} to {high:.0%} of {rule['episodes']} episodes,"
    from envgen.packs.selection.diverse import differing

    names = differing(variant.entry for variant in pack)
    if not names:
        return f"the first, as no grounds differ in {', '.join(rule['descriptors'])},"
    return f"most different in {', '.join(names)},"


def _tenths(pack: Pack) -> list[int]:
    """Return the number of variants by tenth of difficulty."""
    tenths = [0] * 10
    for entry in pack:
        tenths[min(9, int(10 * entry.difficulty))] += 1
    return tenths


def _notes(pack: Pack) -> list[str]:
    """Return one note of each kind, the most frequent first, with the number of further variants."""
    first: dict[str, str] = {}
    having: dict[str, set[int]] = {}
    for variant in pack:
        for note in variant.entry.get("notes", []):
            kind = _kind_of(note)
            first.setdefault(kind, note)
            having.setdefault(kind, set()).add(variant.index)
    lines = []
    for kind in sorted(having, key=lambda kind: -len(having[kind])):
        more = len(having[kind]) - 1
        others = f" (and {output.count_noun(more, 'more variant')})" if more else ""
        lines.append(first[kind] + others)
    return lines


def _kind_of(note: str) -> str:
    """Return a note without its numbers, so that notes of a kind are counted together."""
    import re

    return re.sub(r"(?<![\w\[])\d[\d.]*", "…", note)


def _refusals(progress: MakeProgress | None, *, err: bool = True) -> None:
    if progress is None:
        return
    if not progress.refused:
        if not err:
            click.echo("refused     none")
        return
    parts = ", ".join(f"{check} {number}" for check, number in progress.refused.most_common())
    draws = output.count_noun(sum(progress.refused.values()), "draw")
    click.echo(f"refused     {draws}, repeated: {parts}", err=err)


def _json(pack: Pack, progress: MakeProgress | None, took: float) -> dict[str, object]:
    return {
        "pack": str(pack.path),
        "name": pack.name,
        "seed": pack.seed,
        "variants": len(pack),
        "made": progress.done - progress.earlier if progress else 0,
        "refused": dict(progress.refused) if progress else {},
        "notes": _notes(pack),
        "candidates": pack.manifest.get("candidates"),
        "difficulty": _tenths(pack),
        "seconds": round(took, 3),
    }
