"""Run the project's benchmarks."""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envgen.cli import output
from envgen.cli.groups import CommandGroup
from envgen.cli.parameters import PATH, FloatRange

if TYPE_CHECKING:
    from envgen.bench.base import Result

EPILOG = """\b
Examples:
  envgen bench generate
  envgen bench generate --count 200 --repeats 1 --json
  envgen bench generate --scale 100,500,2000,10000
  envgen bench browser --json
  envgen bench learn --threads 2
  envgen bench tasks walk stand --count 50
  envgen bench difficulty --terrain stairs --terrain gap
  envgen bench max "ants on hills"
  envgen bench acceptance --count 4
  envgen bench prompts cases.jsonl --verbose
"""

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
repeated = click.option(
    "--repeats", type=click.IntRange(1, 50), default=3, show_default=True, help="Runs; medians are shown."
)


@click.group("bench", cls=CommandGroup, epilog=EPILOG, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Measure this machine, each figure beside its reference from the same run. Without a name: generate."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(generate)


@command.command("generate")
@click.option("--count", "-n", type=click.IntRange(10, 100_000), default=500, show_default=True)
@repeated
@click.option("--scale", default="100,500,2000", show_default=True, help="Counts to compare.")
@as_json
def generate(count: int, repeats: int, scale: str, as_json: bool) -> None:
    """Measure variants made, validated and written per second, beside compiling and writing alone."""
    from envgen.bench.generate import generate
    from envgen.core.errors import InputError

    try:
        counts = tuple(int(part) for part in scale.split(",") if part.strip())
    except ValueError:
        raise InputError(
            f"--scale must be a list of counts, got {scale!r}", "Write e.g. --scale 100,500,2000."
        ) from None
    if any(not 1 <= n <= 1_000_000 for n in counts):
        raise InputError(f"{scale!r} holds a count out of range", "Give counts from 1 to 1,000,000.")
    _print(generate(count, repeats, counts), as_json)


@command.command("acceptance")
@click.option(
    "--count", "-n", type=click.IntRange(1, 100), default=2, show_default=True, help="Variants of each pair."
)
@as_json
def acceptance(count: int, as_json: bool) -> None:
    """Find which pairs of terrain and robot give valid variants, and in how many draws."""
    from envgen.bench.acceptance import acceptance

    with click.progressbar(length=1000, label="trying", file=sys.stderr) as bar:
        result = acceptance(count, progress=lambda done, of: bar.update(1000 * done // of - bar.pos))
    _print(result, as_json)


@command.command("browser")
@click.option(
    "--count", "-n", type=click.IntRange(2, 10_000), default=500, show_default=True, help="Environments."
)
@click.option(
    "--seconds", type=FloatRange(0.2, 600), default=3.0, show_default=True, help="Time of each run."
)
@repeated
@click.option("--workers", "-w", type=click.IntRange(1, 256), default=2, show_default=True)
@click.option("--gpu", is_flag=True, help="Draw with the GPU.")
@as_json
def browser(count: int, seconds: float, repeats: int, workers: int, gpu: bool, as_json: bool) -> None:
    """Measure the browser pool beside a bare mj_step loop and native MuJoCo; memory, drawing, start-up."""
    from envgen.bench.browser import bench_browser

    with output.progress_bar() as bar:
        result = bench_browser(count, seconds, repeats, workers, gpu=gpu, progress=bar or _silent)
    _print(result, as_json)


@command.command("difficulty")
@click.option("--robot", default="ant", show_default=True, help="Which robot walks.")
@click.option("--policy", "-p", help="Its policy.  [default: onnx:<robot>-walk]")
@click.option("--terrain", "terrains", multiple=True, metavar="KIND", help="Only this kind; may be repeated.")
@click.option(
    "--count", "-n", type=click.IntRange(2, 1000), default=24, show_default=True, help="Draws of each level."
)
@click.option("--threads", "-t", type=click.IntRange(1, 256), default=2, show_default=True)
@as_json
def difficulty(
    robot: str, policy: str | None, terrains: tuple[str, ...], count: int, threads: int, as_json: bool
) -> None:
    """Compare the declared difficulty of each terrain with how far a policy gets on it."""
    from envgen.bench.measured_difficulty import bench_difficulty

    chosen = policy or f"onnx:{robot}-walk"
    _print(
        bench_difficulty(robot, chosen, count, terrains, threads, lambda text: click.echo(text, err=True)),
        as_json,
    )


@command.command("learn")
@click.option("--count", "-n", type=click.IntRange(2, 10_000), default=64, show_default=True)
@click.option(
    "--many",
    type=click.IntRange(2, 10_000),
    default=500,
    show_default=True,
    help="Of the large pack.",
)
@click.option(
    "--seconds",
    type=FloatRange(0.2, 600),
    default=3.0,
    show_default=True,
    help="Of each measurement.",
)
@click.option("--threads", "-t", type=click.IntRange(1, 256), default=2, show_default=True)
@as_json
def learn(count: int, many: int, seconds: float, threads: int, as_json: bool) -> None:
    """Measure native batches with observations, rewards and resets, beside mujoco.rollout."""
    from envgen.bench.learn import bench_learn

    _print(bench_learn(count, many, seconds, threads, lambda text: click.echo(text, err=True)), as_json)


@command.command("tasks")
@click.argument("tasks", nargs=-1, metavar="[TASK]...")
@click.option(
    "--count", "-n", type=click.IntRange(2, 10_000), default=200, show_default=True, help="Variants of each."
)
@click.option("--robot", "-r", "robots", multiple=True, help="Only this robot; may be repeated.")
@click.option("--threads", "-t", type=click.IntRange(1, 256), default=2, show_default=True)
@as_json
def tasks(tasks: tuple[str, ...], count: int, robots: tuple[str, ...], threads: int, as_json: bool) -> None:
    """Compare returns of skill, gait, random actions and none: whether skill pays in each TASK."""
    from envgen.bench.tasks import ROBOTS, bench_tasks

    progress = functools.partial(click.echo, err=True)
    _print(bench_tasks(count, tasks or tuple(ROBOTS), robots, threads, progress), as_json)


@command.command("max")
@click.argument("prompt", default="rough terrain for ants")
@click.option("--workers", "-w", type=click.IntRange(1, 256), help="Web Workers.  [default: cores less one]")
@click.option("--draw", is_flag=True, help="Draw during the run.")
@as_json
def most(prompt: str, workers: int | None, draw: bool, as_json: bool) -> None:
    """Find how many environments run in real time in one tab of this machine."""
    from envgen.bench.max_environments import bench_max
    from envgen.prompting.base import interpret

    interpret(prompt)
    with output.progress_bar() as bar:
        result = bench_max(prompt, workers, draw=draw, progress=bar or _silent)
    _print(result, as_json)


@command.command("prompts")
@click.argument("files", nargs=-1, type=PATH)
@click.option("--backend", default="offline", show_default=True, help="Backend that reads the prompts.")
@click.option("--verbose", "-v", is_flag=True, help="Show what is wrong with each prompt.")
@as_json
def prompts(files: tuple[Path, ...], backend: str, verbose: bool, as_json: bool) -> None:
    """Score how many prompts of a file of cases are read as expected."""
    from envgen.bench.prompts import prompts

    result = prompts(files, backend)
    if verbose and not as_json:
        _wrong(result.extra.get("wrong", []))
    _print(result, as_json)


def _silent(share: float, text: str) -> None:
    pass


def _print(result: Result, as_json: bool) -> None:
    if as_json:
        output.print_json(result.to_json())
        return
    rows = [(row.name, f"{row.value:g}", row.unit, row.target, row.note) for row in result.rows]
    output.print_table(result.title, ("what", "measured", "", "target", ""), rows)


def _wrong(cases: list[dict[str, Any]]) -> None:
    """Print the failed expectations of each prompt."""
    for case in cases:
        click.echo(f"{case['id']}  {case['prompt'][:200]!r}")
        for check in case["checks"]:
            wanted, found = (json.dumps(check[name], ensure_ascii=False) for name in ("wanted", "found"))
            click.echo(f"    {check['key']}: wanted {wanted}, found {found}")
        click.echo()
