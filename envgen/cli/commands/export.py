"""Write a pack in another format."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import click

from envgen.cli.parameters import PATH

EPILOG = """\b
Examples:
  envgen export packs/rough-terrain-for-ants-s0 --format zip
  envgen export packs/rough-terrain-for-ants-s0 --format mjb --out compiled
  envgen export packs/rough-terrain-for-ants-s0 --format site --out public
"""


@click.command("export", epilog=EPILOG)
@click.argument("path", metavar="PACK", type=PATH)
@click.option("--format", "kind", required=True, help="zip, mjb or site.")
@click.option("--out", "-o", type=PATH, help="Target.  [default: beside the pack]")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(path: Path, kind: str, out: Path | None, quiet: bool) -> None:
    """Write a PACK in another format."""
    from envgen.core.errors import InputError, WorkError
    from envgen.packs.formats.base import FORMATS
    from envgen.packs.pack import Pack

    form = FORMATS.get(kind)()
    pack = Pack.open(path)
    whole = path if path.name not in ("", "..") else path.resolve()
    target = out or whole.with_name(whole.name.removesuffix(".zip") + form.suffix)
    if target.exists():
        raise InputError(f"{target} exists already", "Give another --out, or remove it.")
    if not target.parent.is_dir():
        raise InputError(f"there is no folder {target.parent}", "Create it, or give another --out.")
    hidden = quiet or not sys.stderr.isatty()
    with click.progressbar(length=len(pack), label=f"{kind}", file=sys.stderr, hidden=hidden) as bar:
        try:
            form.write(pack, target, lambda done: bar.update(done - bar.pos))
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
            raise (WorkError if full else InputError)(
                f"{target} can't be written: {error.strerror}",
                "Free disk space and run it again." if full else "Give another --out.",
            ) from None
    if not quiet:
        click.echo(str(target))
