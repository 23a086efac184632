"""Train a policy on a pack by reinforcement learning."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from envgen.cli import output
from envgen.cli.parameters import PATH, FloatRange

if TYPE_CHECKING:
    from envgen.learn.trainer import Progress

SAMPLING = ("uniform", "fixed", "difficulty", "curriculum", "prioritized")
EPILOG = """\b
Examples:
  envgen train packs/rough-terrain-for-ants-s0
  envgen train "rough terrain for ants" --steps 4_000_000 --out ant.onnx
  envgen train packs/rough-terrain-for-ants-s0 --out ant.onnx --resume
  envgen train packs/rough-terrain-for-ants-s0 --curriculum --overwrite

Ctrl-C keeps checkpoint and policy; --resume goes on. Needs the extra: pip install 'envgen[train]'.
"""


def _steps(ctx: click.Context, param: click.Parameter, value: str) -> int:
    text = value.replace(",", "").replace("_", "")
    if not text.isdecimal() or not 1 <= int(text) <= 10**12:
        raise click.BadParameter(
            f"must be a number of steps from 1 to 10^12 such as 4_000_000, got {value!r}", ctx, param
        )
    return int(text)


@click.command("train", epilog=EPILOG)
@click.argument("source", metavar="PACK|PROMPT|FILE")
@click.option("--out", "-o", type=PATH, default="policy.onnx", show_default=True, help="The policy.")
@click.option(
    "--steps", callback=_steps, default="12_000_000", show_default=True, help="Control steps, in all."
)
@click.option("--resume", is_flag=True, help="Go on from the checkpoint of an earlier training.")
@click.option("--overwrite", is_flag=True, help="Replace a policy that is there.")
@click.option(
    "--num-envs", "-n", type=click.IntRange(1, 65_536), default=256, show_default=True, help="At a time."
)
@click.option("--seed", "-s", type=click.IntRange(0), default=0, show_default=True)
@click.option("--threads", "-t", type=click.IntRange(1, 256), help="Of physics.  [default: processors]")
@click.option("--curriculum", is_flag=True, help="Easy variants first; the same as --sampling curriculum.")
@click.option(
    "--sampling",
    type=click.Choice(SAMPLING),
    help="Which variant comes next.  [default: uniform]",
)
@click.option(
    "--start-noise",
    type=FloatRange(0, 1),
    default=0.05,
    show_default=True,
    help="Of poses and velocities at resets, where the pack has none.",
)
@click.option("--mirror", is_flag=True, help="Learn from mirror images too; for symmetric robots.")
@click.option("--group", type=click.IntRange(0), help="Which bodies, where a pack has several.")
@click.option("--device", help="cpu or cuda.  [default: a GPU if there is one]")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON object.")
def command(
    source: str,
    out: Path,
    steps: int,
    resume: bool,
    overwrite: bool,
    num_envs: int,
    seed: int,
    threads: int | None,
    curriculum: bool,
    sampling: str | None,
    start_noise: float,
    mirror: bool,
    group: int | None,
    device: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Train a policy on a PACK by PPO, or on one made from a PROMPT or FILE, and write it as ONNX."""
    from envgen.cli.processors import processors
    from envgen.core.errors import InputError
    from envgen.learn.extras import require
    from envgen.learn.settings import TrainSettings
    from envgen.learn.train import check_target, train, train_folder

    if curriculum and sampling not in (None, "curriculum"):
        raise InputError(f"--curriculum and --sampling {sampling} exclude each other", "Give one of them.")
    check_target(out, resume=resume, overwrite=overwrite)
    require("training", "torch", "rsl_rl", "tensorboard", "gymnasium", "onnx")
    from envgen.envs.source import open_source

    settings = TrainSettings(
        steps=steps,
        num_envs=num_envs,
        seed=seed,
        threads=threads or processors(),
        sampling="curriculum" if curriculum else sampling or "uniform",
        start_noise=start_noise,
        mirror=mirror,
        group=group,
    )
    pack = open_source(source)
    last: list[Progress] = []
    began = time.perf_counter()
    with output.progress_bar() as bar:
        draw = None if quiet else _progress(bar, steps)

        def note(done: Progress) -> None:
            last[:] = [done]
            if draw:
                draw(done)

        try:
            train(pack, out, settings, resume=resume, overwrite=overwrite, device=device, progress=note)
        except KeyboardInterrupt:
            if not last and not resume:
                raise KeyboardInterrupt("interrupted before the first update", "Run it again.") from None
            kept = f"after {last[0].steps:,} steps " if last else ""
            raise KeyboardInterrupt(
                f"interrupted; policy and checkpoint {kept}are in {out} and {train_folder(out)}",
                "Run the same command with --resume to go on from them.",
            ) from None
    if as_json:
        output.print_json(_json(out, last[0] if last else None, time.perf_counter() - began))
    elif not quiet:
        _summary(source, out, last[0] if last else None, time.perf_counter() - began)


def _progress(bar: Callable[[float, str], None] | None, steps: int) -> Callable[[Progress], None]:
    """Return a function that shows progress: by a bar in a terminal, else by a line now and then."""
    start: list[tuple[float, int]] = []
    shown = [time.perf_counter()]

    def update(done: Progress) -> None:
        now = time.perf_counter()
        if not start:
            start.append((now, done.steps))
        since = now - start[0][0]
        rate = (done.steps - start[0][1]) / since if since else done.rate
        left = f" · {output.format_seconds(max(steps - done.steps, 0) / rate)} left" if rate else ""
        if bar:
            bar(done.steps / steps, f"{describe(done)} · {rate or done.rate:,.0f} steps/s{left}")
        elif now - shown[0] > 30 or done.steps >= steps:
            shown[0] = now
            click.echo(f"{done.steps:,} steps · {describe(done)} · {done.rate:,.0f} steps/s{left}", err=True)

    return update


def describe(done: Progress) -> str:
    """Return return, success and speed; dashes before the first episode has ended."""
    if done.reward != done.reward:
        return f"return – · success – · {done.speed:.2f} m/s"
    return f"return {done.reward:.1f} · success {done.success:.0%} · {done.speed:.2f} m/s"


def _summary(source: str, out: Path, last: Progress | None, took: float) -> None:
    if last:
        click.echo(f"{last.steps:,} steps in {output.format_seconds(took)}: {describe(last)}")
    else:
        click.echo("all steps were done already")
    quoted = f'"{source}"' if " " in source else source
    click.echo(f"policy      {out}")
    click.echo(f"next        envgen eval {quoted} --policy {out} --policy gait")
    click.echo(f"            envgen run {quoted} --policy {out}")
    click.echo(f"            envgen serve {quoted} --policies {out.parent}")


def _json(out: Path, last: Progress | None, took: float) -> dict[str, object]:
    from dataclasses import asdict

    from envgen.learn.train import train_folder

    values = {k: None if v != v else v for k, v in asdict(last).items()} if last else {}
    return {"policy": str(out), "folder": str(train_folder(out)), "seconds": round(took, 3), **values}
