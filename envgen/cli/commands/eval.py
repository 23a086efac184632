"""Evaluate policies on a pack and find where they fail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from envgen.cli import output
from envgen.cli.parameters import PATH, FloatRange

if TYPE_CHECKING:
    from envgen.learn.report import Report
    from envgen.packs.pack import Pack

WORST = 10
DEFAULT_BY = ("terrain.kind", "difficulty")
EPILOG = """\b
Examples:
  envgen eval packs/rough-terrain-for-ants-s0 --policy gait --policy ant.onnx
  envgen eval packs/mixed-s0 --policy ant.onnx --episodes 5 --by terrain.kind,difficulty --out report
  envgen eval packs/mixed-s0 --policy ant.onnx --fail-under success=0.8
  envgen eval packs/mixed-s0 --policy ant.onnx --episodes 10 --write
  envgen eval packs/sumo-s0 --policy ant_0=gait,ant_1=zero --policy random

Every policy plays the same episodes of the same variants. Intervals are of 95 %: Wilson's for success, the
bootstrap's over variants for returns and differences. Exit code 1 if a bound of --fail-under is missed.
"""


@click.command("eval", epilog=EPILOG)
@click.argument("source", metavar="PACK|PROMPT|FILE")
@click.option(
    "--policy",
    "-p",
    "policies",
    multiple=True,
    required=True,
    metavar="POLICY",
    help="A name or .onnx file; AGENT=POLICY,… for several agents.",
)
@click.option(
    "--episodes", "-e", type=click.IntRange(1, 100_000), default=1, show_default=True, help="Of each variant."
)
@click.option("--by", metavar="A,B", help="Drawn values to split by.  [default: terrain.kind,difficulty]")
@click.option("--out", "-o", type=PATH, help="Folder for the tables of episodes, heat map and summary.")
@click.option("--write", is_flag=True, help="Keep the measured difficulty of each variant in the pack.")
@click.option(
    "--fail-under", "bounds", multiple=True, metavar="NAME=X", help="Least success, reward or speed."
)
@click.option("--threads", "-t", type=click.IntRange(1, 256), help="Of physics.  [default: processors]")
@click.option(
    "--seed", "-s", type=click.IntRange(0), default=0, show_default=True, help="For random actions."
)
@click.option(
    "--start-noise",
    type=FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Of pose and velocity, where the pack has none.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
def command(
    source: str,
    policies: tuple[str, ...],
    episodes: int,
    by: str | None,
    out: Path | None,
    write: bool,
    bounds: tuple[str, ...],
    threads: int | None,
    seed: int,
    start_noise: float,
    quiet: bool,
    as_json: bool,
) -> int:
    """Play episodes of policies on each variant of a PACK, each scored once, and say where they fail."""
    from envgen.cli.processors import processors
    from envgen.envs.source import open_source
    from envgen.learn.bounds import parse_bound
    from envgen.learn.evaluate import EvaluationInterrupted, evaluate
    from envgen.learn.extras import require
    from envgen.learn.report import Report, check_folder, write_report
    from envgen.packs.annotate import check_writable, write_measured

    least = [parse_bound(text) for text in bounds]
    if out is not None:
        require("a heat map", "matplotlib")
        check_folder(out)
    pack = open_source(source)
    if write:
        check_writable(pack)
    keys = _keys(pack, by)
    total = len(pack) * episodes * len(policies) * len(pack[0].agents)
    done, interrupted = 0, False
    with output.progress_bar() as bar:

        def note(count: int) -> None:
            nonlocal done
            done += count
            if bar and not quiet:
                bar(done / total, f"{done:,} of {total:,} episodes")

        try:
            result = evaluate(
                pack,
                policies,
                episodes=episodes,
                threads=threads or processors(),
                seed=seed,
                start_noise=start_noise,
                progress=note,
            )
        except EvaluationInterrupted as stopped:
            if not stopped.evaluation.episodes:
                raise
            result, interrupted = stopped.evaluation, True
    report = Report.of(result, keys, str(pack.path), WORST)
    missed = [bound.describe(name) for bound in least for name in bound.missed(result)]
    if write:
        write_measured(pack, result.measured())
    if out is not None:
        write_report(result, report, out)
    if as_json:
        output.print_json(report.to_json() | {"missed": missed})
    elif not quiet:
        _print(report)
        if out is not None:
            click.echo(f"report      {out}")
    if interrupted:
        kept = f"interrupted: these are {len(result.episodes):,} of {total:,} episodes"
        raise KeyboardInterrupt(kept, "Run it again for all of them.")
    for text in missed:
        click.echo(f"envgen: {text}", err=True)
    return 1 if missed else 0


def _keys(pack: Pack, by: str | None) -> list[str]:
    """Return the drawn values to split by: those asked for, or those of the default that the pack has."""
    from envgen.core.errors import InputError, suggestion
    from envgen.rollout.physics import drawn_keys

    known = {"difficulty", *(key for variant in pack for key in (*variant.drawn, *drawn_keys(variant)))}
    if by is None:
        return [key for key in DEFAULT_BY if key in known]
    keys = [key.strip() for key in by.split(",") if key.strip()]
    if len(set(keys)) < len(keys):
        raise InputError(f"--by names a value twice, got {by}", "Such as --by terrain.kind,difficulty.")
    if not 1 <= len(keys) <= 3:
        raise InputError(
            f"--by takes 1 to 3 values, got {len(keys)}", "Such as --by terrain.kind,difficulty."
        )
    for key in keys:
        if key not in known:
            raise InputError(f"no variant has a value {key!r}", suggestion(key, sorted(known)))
    return keys


def _print(report: Report) -> None:
    names = ("policy", "episodes", "success", "", "return", "", "failed", "m/s", "steps")
    rows = [
        (
            policy,
            f"{s.count:,}",
            f"{s.success:.1%}",
            f"{100 * s.success_low:.1f}–{s.success_high:.1%}",
            f"{s.reward:.1f}",
            f"{s.reward_low:.1f} to {s.reward_high:.1f}",
            f"{s.failed:.1%}",
            f"{s.speed:.2f}",
            f"{s.steps:.0f}",
        )
        for policy, s in report.totals.items()
    ]
    output.print_table("", names, rows)
    _print_cells(report)
    for other in report.comparisons:
        rate = "{:+.1%} ({:+.1%} to {:+.1%})".format(*other.success)
        gain = "{:+.1f} ({:+.1f} to {:+.1f})".format(*other.reward)
        click.echo(f"{other.second} against {other.first}, paired: success {rate}, return {gain}")
    for policy, lines in report.worst.items():
        click.echo(f"\nworst variants of {policy}")
        for index, seed, own, how in lines:  # no table: a command that is folded can't be copied
            click.echo(
                f"{index:>6} seed {seed}  success {own.success:>4.0%}  return {own.reward:>8.1f}  {how}"
            )


def _print_cells(report: Report) -> None:
    policies: Sequence[str] = list(report.totals)
    if not report.cells:
        return
    rows = []
    for cell, best in report.best.items():
        scores = [report.cells[policy][cell] for policy in policies]
        shares = [f"{s.success:.0%} ({100 * s.success_low:.0f}–{s.success_high:.0%})" for s in scores]
        rows.append((*cell, scores[0].count, *shares, *([best] if len(policies) > 1 else [])))
    last = ["best"] if len(policies) > 1 else []
    click.echo()
    output.print_table("success", (*report.keys, "episodes", *policies, *last), rows)
    click.echo()
