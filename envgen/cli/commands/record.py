"""Record episodes of policies on a pack as a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from envgen.cli import output
from envgen.cli.parameters import PATH

if TYPE_CHECKING:
    from envgen.datasets.formats.base import Written

EPILOG = """\b
Examples:
  envgen record packs/rough-terrain-for-ants-s0 --policy gait
  envgen record packs/rough-terrain-for-ants-s0 --policy ant.onnx --episodes 10 --out ants.parquet
  envgen record packs/rough-terrain-for-ants-s0 --policy gait --format lerobot --out ants
  envgen record "two ants in sumo" --policy ant_0=gait --policy ant_1=random
  envgen record recording.parquet --format minari --out ants-v0

Formats: parquet (docs/recording.md), minari and lerobot. A recording of the page or of `envgen run --record`
is converted. A target that is there is not replaced, and what is interrupted leaves nothing behind.
"""


@click.command("record", epilog=EPILOG)
@click.argument("source", metavar="PACK|PROMPT|FILE|RECORDING")
@click.option("--policy", "-p", "policies", multiple=True, metavar="POLICY", help="A name or .onnx file.")
@click.option(
    "--episodes", "-e", type=click.IntRange(1, 100_000), default=1, show_default=True, help="Of each variant."
)
@click.option("--format", "kind", default="parquet", show_default=True, help="parquet, minari or lerobot.")
@click.option("--out", "-o", type=PATH, help="Where to write.  [default: the name of the source]")
@click.option("--agent", "agents", multiple=True, metavar="AGENT", help="Only these.  [default: all]")
@click.option("--group", type=click.IntRange(0), help="Of bodies, where a pack has several.  [default: all]")
@click.option("--threads", "-t", type=click.IntRange(1, 256), help="Of physics.  [default: processors]")
@click.option("--seed", "-s", type=click.IntRange(0), default=0, show_default=True, help="Of random actions.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(
    source: str,
    policies: tuple[str, ...],
    episodes: int,
    kind: str,
    out: Path | None,
    agents: tuple[str, ...],
    group: int | None,
    threads: int | None,
    seed: int,
    quiet: bool,
) -> None:
    """Play episodes of policies on each variant of a PACK and write every step, for offline learning."""
    from envgen.cli.policy_options import by_agent
    from envgen.cli.processors import processors
    from envgen.core.errors import InputError
    from envgen.datasets.convert import convert, record_pack
    from envgen.datasets.formats.base import FORMATS
    from envgen.envs.source import open_source

    suffix = FORMATS.get(kind).suffix
    chosen = by_agent(policies)
    if Path(source).suffix == ".parquet":
        if chosen:
            raise InputError(f"{source} is a recording already", "Leave out --policy.")
        target = out or Path(f"{Path(source).stem}{suffix}")
        _say(convert(source, target, kind, agents=agents or ("*",), group=group), quiet)
        return
    if not chosen:
        raise InputError("no policy to record", "Name one: --policy gait.")
    if out is not None and out.exists():
        raise InputError(f"{out} exists already", "Give another --out, or remove it.")
    pack = open_source(source)
    with output.progress_bar() as bar:

        def note(done: int, total: int) -> None:
            if bar and not quiet:
                bar(done / total, f"{done:,} of {total:,} episodes")

        written = record_pack(
            pack,
            chosen,
            out or Path(f"{pack.path.stem}{suffix}"),
            episodes=episodes,
            format=kind,
            agents=agents or ("*",),
            group=group,
            seed=seed,
            threads=threads or processors(),
            progress=note,
        )
    _say(written, quiet)


def _say(written: Written, quiet: bool) -> None:
    if not quiet:
        counts = (
            f"{output.count_noun(written.steps, 'step')} of {output.count_noun(written.episodes, 'episode')}"
        )
        click.echo(f"{counts}: {written.path}")
        click.echo(f"read it     {written.load}")
