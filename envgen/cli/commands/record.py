"""Record episodes of policies on a pack as a data set."""

from __future__ import annotations

from pathlib import Path

import click

from envgen.cli import output
from envgen.cli.parameters import PATH

FORMATS = ("parquet",)
EPILOG = """\b
Examples:
  envgen record packs/rough-terrain-for-ants-s0 --policy gait
  envgen record packs/rough-terrain-for-ants-s0 --policy ant.onnx --episodes 10 --out ants.parquet
  envgen record "two ants in sumo" --policy ant_0=gait --policy ant_1=random

Every control step of every agent is a row: observation, action, reward, ending, and what was drawn for its
variant (docs/recording.md). A recording that is interrupted leaves nothing behind.
"""


@click.command("record", epilog=EPILOG)
@click.argument("source", metavar="PACK|PROMPT|FILE")
@click.option(
    "--policy", "-p", "policies", multiple=True, required=True, metavar="POLICY", help="A name or .onnx file."
)
@click.option(
    "--episodes", "-e", type=click.IntRange(1, 100_000), default=1, show_default=True, help="Of each variant."
)
@click.option("--format", "kind", type=click.Choice(FORMATS), default="parquet", show_default=True)
@click.option("--out", "-o", type=PATH, help="Where to write.  [default: <name of the pack>.parquet]")
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--threads", "-t", type=click.IntRange(1, 256), help="Of physics.  [default: processors]")
@click.option("--seed", "-s", type=click.IntRange(0), default=0, show_default=True, help="Of random actions.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(
    source: str,
    policies: tuple[str, ...],
    episodes: int,
    kind: str,
    out: Path | None,
    overwrite: bool,
    threads: int | None,
    seed: int,
    quiet: bool,
) -> None:
    """Play episodes of policies on each variant of a PACK and write every step, for offline learning."""
    from envgen.cli.policy_options import by_agent
    from envgen.cli.processors import processors
    from envgen.envs.source import open_source
    from envgen.learn.record import check_record_target, record_episodes

    chosen = by_agent(policies)
    if out is not None:
        check_record_target(out, overwrite=overwrite)
    pack = open_source(source)
    target = out or Path(f"{pack.path.stem}.{kind}")
    total = len(pack) * episodes
    with output.progress_bar() as bar:
        done = 0

        def note(count: int) -> None:
            nonlocal done
            done += count
            if bar and not quiet:
                bar(done / total, f"{done:,} of {total:,} episodes")

        rows = record_episodes(
            pack,
            chosen,
            target,
            episodes=episodes,
            threads=threads or processors(),
            seed=seed,
            overwrite=overwrite,
            progress=note,
        )
    if not quiet:
        click.echo(f"{output.count_noun(rows, 'row')} of {output.count_noun(total, 'episode')}: {target}")
