"""The HTML of a pack in a notebook."""

from __future__ import annotations

import base64
import html

from envgen.preview.sheet import Tile, contact_sheet, png_bytes
from envgen.worlds.compiled.world import World

_WIDTH = 1200
"""Width of the picture in pixels; shown at most two thirds as wide, to be sharp on dense screens."""


def pack_html(name: str, variants: int, seed: int, prompt: str, worlds: list[tuple[int, World]]) -> str:
    """Return a block of HTML with a contact sheet; it loads nothing from elsewhere.

    Args:
        name: Of the pack.
        variants: In the pack.
        seed: Of the pack.
        prompt: The sentence it was made from; may be empty.
        worlds: Index and world of the variants to show.
    """
    noun = "variant" if variants == 1 else "variants"
    facts = f"{variants:,} {noun} · seed {seed}"
    if 0 < len(worlds) < variants:
        facts += f" · the first {len(worlds)} are shown"
    lines = [f"<strong>{html.escape(name)}</strong> <span style='opacity:.65'>{html.escape(facts)}</span>"]
    if prompt:
        lines.append(f"<em style='opacity:.65'>“{html.escape(prompt)}”</em>")
    if worlds:
        sheet = contact_sheet([Tile(str(index), world=world) for index, world in worlds], width=_WIDTH)
        data = base64.b64encode(png_bytes(sheet)).decode()
        alt = html.escape(f"{len(worlds)} variants of {name} from above")
        style = f"max-width:min(100%,{2 * _WIDTH // 3}px);border-radius:6px"
        lines.append(f"<img alt='{alt}' style='{style}' src='data:image/png;base64,{data}'>")
    body = "".join(f"<div style='margin:.25em 0'>{line}</div>" for line in lines)
    return f"<div style='font-family:system-ui,sans-serif'>{body}</div>"
