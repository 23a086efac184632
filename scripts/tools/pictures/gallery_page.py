"""The page docs/gallery/README.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from envgen.core.families import OBSTACLES, ROBOTS, TERRAINS
from envgen.core.params import specs
from tools.docs.markdown import first_line, params_table
from tools.pictures.gallery_entries import LAYOUTS, SCALE, GalleryEntry

HEADINGS = {
    "terrains": ("Terrains", lambda name: TERRAINS.get(name)),
    "obstacles": ("Obstacles", lambda name: OBSTACLES.get(name)),
    "robots": ("Robots", lambda name: ROBOTS.get(name)),
    "layouts": ("Layouts", lambda name: None),
}


def page(shown: Iterable[GalleryEntry]) -> str:
    """Return the text of docs/gallery/README.md."""
    shown = list(shown)
    parts = [
        "# Gallery",
        "Every kind that can be asked for by name, drawn by `python scripts/pictures gallery` from worlds"
        " that `envgen make` writes. Light ground is high, dark ground low; the squares on it are 1 m. The"
        f" {SCALE} is there for scale. Parameters that are left open follow difficulty, from `a` at 0 to `b`"
        " at 1 (`a → b`); legs and radii are the robot's own measures.",
    ]
    for family, (heading, find) in HEADINGS.items():
        own = [entry for entry in shown if entry.family == family]
        links = " · ".join(f"[{entry.name}](#{entry.name})" for entry in own)
        parts += [f"## {heading}", links] if own else []
        for entry in own:
            parts += [f"### {entry.name}", *described(entry, find(entry.name))]
    return "\n\n".join(parts) + "\n"


def described(entry: GalleryEntry, kind: Any) -> Iterator[str]:
    """Yield the paragraphs about one kind."""
    picture = f"![{entry.name}: {entry.caption}]({entry.path})"
    if entry.family == "layouts":
        yield f"{LAYOUTS[entry.name][0]}: `{'`, `'.join(LAYOUTS[entry.name][1])}` here."
        yield picture
        return
    robot = entry.family == "robots"
    moves = " It moves." if getattr(kind, "dynamic", False) else ""
    yield f"{kind.summary}." if robot else first_line(kind) + moves
    yield picture
    yield f"<sub>{entry.caption[0].upper()}{entry.caption[1:]}.</sub>"
    known = kind.params if robot else specs(kind)
    if known:
        yield (
            f"<details><summary>{len(known)} parameters</summary>"
            if len(known) > 1
            else ("<details><summary>1 parameter</summary>")
        )
        yield params_table(known)
        yield "</details>"
    for source in kind.sources if robot else [getattr(kind, "source", "")]:
        if source:
            yield f"Source: {source}."
