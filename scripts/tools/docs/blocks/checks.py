"""Tables of checks, for docs/validation.md."""

from __future__ import annotations

from typing import Any

from tools.docs.markdown import escape, first_line, table


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
        (f"`{c.kind}`", first_line(c), escape(c.title), c.unit, c.blame, c.severity, escape(c.remedy))
        for c in _checks("all")
    ]
    return table(head, rows)


def block_lints() -> str:
    """Checks of other people's files alone."""
    head = ("code", "severity", "what is measured", "what must hold", "bound", "why", "what to do")
    rows = [
        (f"`{c.kind}`", c.severity, first_line(c), escape(c.title), c.bound, escape(c.why), escape(c.remedy))
        for c in _checks("foreign")
    ]
    return table(head, rows)


def _checks(scope: str) -> list[Any]:
    from envgen.validate.base import CHECKS

    return sorted((kind for _, kind in CHECKS if kind.scope == scope), key=lambda kind: kind.order)
