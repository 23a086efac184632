"""`envgen preview`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from envgen.packs.pack import Pack, PackVariant

MOST = 400

EPILOG = """\b
Examples:
  envgen preview packs/rough-terrain-for-ants-s0
  envgen preview packs/rough-terrain-for-ants-s0 --count 9 --out sheet.png
  envgen preview packs/rough-terrain-for-ants-s0 --render --count 4
"""


@click.command("preview", epilog=EPILOG)
@click.argument("path", metavar="PACK", type=click.Path(path_type=Path))
@click.option("--out", "-o", type=click.Path(path_type=Path), help="PNG.  [default: <pack>/preview.png]")
@click.option(
    "--count", "-n", type=click.IntRange(1, MOST), default=100, show_default=True, help="Variants to show."
)
@click.option(
    "--width", type=click.IntRange(200, 8000), default=1600, show_default=True, help="Pixels across."
)
@click.option("--render", is_flag=True, help="MuJoCo's own frames, where OpenGL exists.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(path: Path, out: Path | None, count: int, width: int, render: bool, quiet: bool) -> None:
    """Draw a contact sheet of a PACK: relief, obstacles, starts, goals and paths; no GPU or display needed."""
    from envgen.packs.pack import Pack
    from envgen.preview.sheet import contact_sheet, write_png

    pack = Pack.open(path)
    shown = _spread(pack, count)
    tiles = []
    with click.progressbar(
        shown, label="drawing", file=click.get_text_stream("stderr"), hidden=quiet
    ) as variants:
        for variant in variants:
            tiles.append(_tile(variant, render))
    title, subtitle = pack.name, _subtitle(pack, len(shown))
    target = out or (path / "preview.png" if path.is_dir() else path.with_suffix(".png"))
    write_png(target, contact_sheet(tiles, title=title, subtitle=subtitle, width=width))
    if not quiet:
        click.echo(str(target))


def _spread(pack: Pack, count: int) -> list[PackVariant]:
    """The first variants; they are in random order of difficulty as it is."""
    return pack[:count]


__all__ = ["command"]
