"""Blocks of docs/validation.md that are made from the registry of checks, for scripts/docs."""

from __future__ import annotations

import html
import inspect
from collections.abc import Iterable
from typing import Any, Literal


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    lines = [list(columns)]
    lines.append(["---"] * len(lines[0]))
    lines += [[str(cell).replace("|", "\\|").replace("\n", "<br>") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def first_line(kind: Any) -> str:
    """The summary of a docstring, which may take two lines."""
    paragraph = inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0]
    return html.escape(" ".join(paragraph.split()), quote=False)


def block_checks() -> str:
    """Checks of worlds that are drawn; of other people's files, too."""
    head = (
        "check",
        "what is measured",
        "what must hold",
        "unit",
        "drawn again",
        "in your file",
        "if it fails",
    )
    rows = [
        (f"`{c.kind}`", first_line(c), _text(c.title), c.unit, c.redraw, c.severity, _text(c.remedy))
        for c in _checks("all")
    ]
    return table(head, rows)


def block_lints() -> str:
    """Checks of other people's files alone."""
    head = ("code", "severity", "what is measured", "what must hold", "bound", "why", "what to do")
    rows = [
        (f"`{c.kind}`", c.severity, first_line(c), _text(c.title), c.bound, _text(c.why), _text(c.remedy))
        for c in _checks("foreign")
    ]
    return table(head, rows)


def _checks(scope: Literal["all", "foreign"]) -> list[Any]:
    from envgen.validate.base import checks_in_order

    return list(checks_in_order(scope))


def _text(text: str) -> str:
    return html.escape(text, quote=False)
