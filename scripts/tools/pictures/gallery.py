"""The gallery: a picture of every terrain, obstacle, robot and layout, and the page that shows them.

    python scripts/pictures gallery                  draw everything
    python scripts/pictures gallery --only stairs    draw pictures with this in their name, and write the page
    python scripts/pictures gallery --check          change nothing; exit 1 if a file is missing or stale

The entries come from the registries, so a new kind is drawn when this is run again. A picture shows validated
worlds as `envgen make` writes them, rendered by MuJoCo; only its colours differ. This needs OpenGL, for which
Debian's libosmesa6 is enough.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from envgen.core.errors import EnvgenError
from tools.pictures.gallery_drawing import draw, encode
from tools.pictures.gallery_entries import ROOT, entries
from tools.pictures.gallery_page import page

FOLDER = ROOT / "docs" / "gallery"


def problems(folder: Path = FOLDER) -> Iterator[str]:
    """Yield messages about files that are missing, left over or out of date."""
    wanted = {entry.path: entry for entry in entries()}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*.webp")}
    yield from (f"docs/gallery/{path} is missing" for path in sorted(wanted.keys() - there))
    yield from (f"docs/gallery/{path} belongs to no kind" for path in sorted(there - wanted.keys()))
    index = folder / "README.md"
    if not index.exists() or index.read_text(encoding="utf-8") != page(wanted.values()):
        yield "docs/gallery/README.md is out of date"


def redraw(only: str, say: Callable[[str], object]) -> int:
    """Draw, write the page and remove left-over pictures. Return 1 if a kind can't be drawn, else 0."""
    status, wanted = 0, list(entries())
    with tempfile.TemporaryDirectory() as folder:
        for entry in wanted:
            target = FOLDER / entry.path
            if only not in entry.path:
                continue
            try:
                content = encode(draw(entry, Path(folder)))
            except EnvgenError as error:
                say(f"{entry.path}: {error.cause}\n    {error.remedy}")
                status = 1
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            say(f"{entry.path} {len(content) / 1000:.0f} kB")
    kept = {FOLDER / entry.path for entry in wanted}
    for path in set(FOLDER.rglob("*.webp")) - kept:
        path.unlink()
    (FOLDER / "README.md").write_text(page(wanted), encoding="utf-8")
    return status


def main(arguments: list[str]) -> int:
    """Draw or check the gallery."""
    parser = argparse.ArgumentParser(description="Draw docs/gallery.")
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("--only", default="", metavar="TEXT", help="only pictures with this in their path")
    options = parser.parse_args(arguments)
    if not options.check:
        return redraw(options.only, print)
    found = list(problems())
    for line in found:
        print(f"{line}: run `python scripts/pictures gallery`", file=sys.stderr)
    return 1 if found else 0
