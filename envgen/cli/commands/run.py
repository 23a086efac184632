"""Run hundreds of environments in a headless browser, with figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envgen.cli import output
from envgen.cli.parameters import PATH, FloatRange

if TYPE_CHECKING:
    from envgen.browser.run import Progress, RunOutcome

EPILOG = """\b
Examples:
  envgen run "rough terrain for ants" --count 500
  envgen run packs/rough-terrain-for-ants-s0 --policy gait
  envgen run "two ants in sumo" --policy ant_0=gait --policy ant_1=random
  envgen run "ants on hills" --policy gait --policy random@30% --seconds 30
  envgen run "ants on hills" --count 20 --record ants.parquet --record-steps 500
  envgen run "rough terrain for ants" --count 500 --json

A policy is a name of `envgen list policies` or the path of an .onnx file. POLICY alone is for all agents,
AGENT=POLICY and 'ant_*=POLICY' for agents by id, team:TEAM=POLICY for a team, POLICY@30% for a share of them.
Ctrl-C ends the run; figures measured until then are printed.
"""


@click.command("run", epilog=EPILOG)
@click.argument("source", metavar="PACK|PROMPT|FILE")
@click.option("--count", "-n", type=int, help="Environments.  [default: number in the source, or 16]")
@click.option("--seed", "-s", type=int, help="Seed of the variants; a pack has its own.  [default: 0]")
@click.option(
    "--policy",
    "-p",
    "policies",
    multiple=True,
    metavar="POLICY",
    help="Policy of agents.  [default: gait]",
)
@click.option(
    "--seconds",
    type=FloatRange(0.1, 86_400),
    default=10.0,
    show_default=True,
    help="Duration of the measurement.",
)
@click.option("--speed", type=FloatRange(0.01, 1000), help="Times real time.  [default: as fast as possible]")
@click.option("--workers", "-w", type=click.IntRange(1, 256), help="Web Workers.  [default: cores less one]")
@click.option("--draw", is_flag=True, help="Draw during the run, in software.")
@click.option("--record", type=PATH, help="Write observations, actions and rewards as Parquet.")
@click.option("--record-steps", type=int, default=200, show_default=True, help="Control steps to record.")
@click.option("--screenshot", type=PATH, help="Write a picture of the page at the end, as PNG.")
@click.option("--quiet", "-q", is_flag=True, help="No progress bar.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    source: str,
    count: int | None,
    seed: int | None,
    policies: tuple[str, ...],
    seconds: float,
    speed: float | None,
    workers: int | None,
    draw: bool,
    record: Path | None,
    record_steps: int,
    screenshot: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run a PACK, PROMPT or FILE in a headless browser: the worker pool of the page, with figures."""
    from envgen.browser.policy_assignment import PolicyAssignment
    from envgen.browser.run import Options, check, run
    from envgen.core.errors import InputError
    from envgen.server.messages import MAX_STREAM
    from envgen.server.source import seed_for, source_of

    if count is not None and not 1 <= count <= MAX_STREAM:
        raise InputError(
            f"--count must be 1 to {MAX_STREAM:,}, got {count}", "A tab holds no more environments."
        )
    root, meant = source_of(source)
    if meant is None:
        raise InputError(f"there is no pack in {source}", "Give the folder of a pack, a prompt or a file.")
    options = Options(
        count,
        seed_for(meant, seed),
        [PolicyAssignment.parse(text) for text in policies],
        seconds,
        speed,
        workers,
        draw,
        record,
        record_steps,
        screenshot,
    )
    check(options)
    with output.progress_bar() as bar:
        outcome = run(root, meant, options, _progress(bar, quiet=quiet))
    if outcome.figures:
        output.print_json(outcome.to_json()) if as_json else _print(outcome)
    _print_missing(outcome.given_up)
    for line in outcome.refused:
        many = "1 agent" if line["agents"] == 1 else f"{line['agents']:,} agents"
        cause = str(line["why"]).splitlines()[0]
        click.echo(
            f"{line['policy']}: refused by {many} ({line['robot']}), which keep their policy: {cause}",
            err=True,
        )
    for line in outcome.failed:
        click.echo(f"{line['policy']} failed, its agents got zero actions: {line['why']}", err=True)
    if outcome.interrupted:
        above = "; the figures above are of the time before" if outcome.figures else " before it ran"
        raise KeyboardInterrupt(f"interrupted{above}", "Run it again.")
    return 0


def _print_missing(lines: list[dict[str, Any]]) -> None:
    """Print why variants are missing, once for each reason."""
    reasons: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        reasons.setdefault((line["cause"], line["remedy"]), []).append(line["index"])
    for (cause, remedy), indices in reasons.items():
        more = f" and {output.count_noun(len(indices) - 1, 'more variant')}" if len(indices) > 1 else ""
        click.echo(f"variant {indices[0]}{more} could not be made: {cause}", err=True)
        click.echo(f"        {remedy}", err=True)


def _progress(bar: Callable[[float, str], None] | None, *, quiet: bool) -> Progress:
    """Return a function that shows progress: by a bar in a terminal, else by a line for each phase."""
    shown: set[str] = set()

    def show(phase: str, share: float, text: str) -> None:
        if bar and not quiet:
            bar(share, f"{phase} · {text}")
        elif not quiet and phase not in shown:
            shown.add(phase)
            click.echo(phase, err=True)

    return show


def _print(outcome: RunOutcome) -> None:
    figures = outcome.figures
    rows = [
        ("environments", f"{figures['environments']:,}", f"{figures['agents']:,} agents"),
        ("workers", f"{figures['workers']}", "shared memory" if figures["shared_memory"] else "messages"),
        ("physics steps", f"{figures['physics_steps']:,}", f"in {output.format_seconds(figures['seconds'])}"),
        ("steps/s", f"{figures['physics_steps_per_s']:,.0f}", "physics"),
        ("", f"{figures['control_steps_per_s']:,.0f}", "control"),
        ("real time", f"{figures['realtime_factor']:.2f}×", "each environment"),
        ("episodes", f"{figures['episodes']:,}", f"{figures['flagged']:,} flagged"),
        (
            "memory",
            f"{figures['mib_per_env'] * figures['environments']:.0f} MiB",
            f"{figures['mib_per_env']:.2f} per environment, with its share of MuJoCo itself",
        ),
    ]
    if outcome.given_up:
        rows.append(("not made", f"{len(outcome.given_up):,}", "for reasons below"))
    output.print_table("", ("", "", ""), rows)
    lines = [
        (
            line["policy"],
            f"{line['agents']:,}",
            f"{line['episodes']:,}",
            f"{line['successes']:,}",
            "–" if line["mean_reward"] is None else f"{line['mean_reward']:.1f}",
        )
        for line in outcome.policies
    ]
    output.print_table("", ("policy", "agents", "episodes", "successes", "reward per episode"), lines)
