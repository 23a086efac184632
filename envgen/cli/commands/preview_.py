"""`envgen preview`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from envgen.cli import show

if TYPE_CHECKING:
    from envgen.packs.pack import PackVariant
    from envgen.preview.sheet import Tile

MOST = 400
FRAME = (800, 576)
"""Size of a rendered frame, in pixels."""

EPILOG = """\b
Examples:
  envgen preview packs/rough-terrain-for-ants-s0
  envgen preview packs/rough-terrain-for-ants-s0 --count 9 --out sheet.png
  envgen preview packs/rough-terrain-for-ants-s0 --render --count 4
"""


@click.command("preview", epilog=EPILOG)
@click.argument("path", metavar="PACK", type=show.PATH)
@click.option(
    "--out", "-o", type=show.PATH, help="PNG.  [default: <pack>/preview.png, or frames.png with --render]"
)
@click.option(
    "--count", "-n", type=click.IntRange(1, MOST), default=100, show_default=True, help="Variants to show."
)
@click.option(
    "--width", type=click.IntRange(200, 8000), default=1600, show_default=True, help="Pixels across."
)
@click.option("--render", is_flag=True, help="MuJoCo's own frames, where OpenGL exists.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(path: Path, out: Path | None, count: int, width: int, render: bool, quiet: bool) -> None:
    """Draw a contact sheet of a PACK: relief, obstacles, starts, goals and paths. Needs no GPU or display."""
    from envgen.packs.pack import Pack
    from envgen.preview.sheet import Heading, contact_sheet, write_png

    pack = Pack.open(path)
    target = out or _target(path, render)
    hidden = quiet or not sys.stderr.isatty()
    with click.progressbar(pack[:count], label="drawing", file=sys.stderr, hidden=hidden) as variants:
        tiles = [_tile(variant, render) for variant in variants]
    heading = Heading(pack.name, str(pack.manifest["prompt"] or ""), len(pack), pack.seed)
    write_png(target, contact_sheet(tiles, width=width, heading=heading))
    if not quiet:
        click.echo(str(target))


def _target(path: Path, render: bool) -> Path:
    """Inside a folder, beside a .zip; frames don't take the place of the sheet."""
    if path.is_dir():
        return path / ("frames.png" if render else "preview.png")
    return path.with_name(f"{path.stem}-frames.png") if render else path.with_suffix(".png")


def _tile(variant: PackVariant, render: bool) -> Tile:
    from envgen.preview.sheet import Tile

    world = variant.world()
    kinds = Counter(agent.rpartition("_")[0] for agent in variant.agents)
    robots = ", ".join(f"{n} {kind}" if n > 1 else kind for kind, n in kinds.items())
    ground = variant.drawn.get("terrain.kind") or variant.drawn.get("terrain.layout", "")
    subtitle = f"{ground} · {robots}"
    if render:
        from envgen.preview.render import render_world

        frame = render_world(world, *FRAME)
        return Tile(str(variant.index), subtitle, None, variant.difficulty, frame)
    return Tile(str(variant.index), subtitle, world, variant.difficulty)
