"""Tables of checks, for docs/validation.md."""

from __future__ import annotations

from typing import Any, Literal

from tools.docs.markdown import escape, first_line, table


def block_checks() -> str:
    """Return a table of the checks of generated worlds, which apply to other MJCF files, too."""
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
        (f"`{c.kind}`", first_line(c), escape(c.title), c.unit, c.redraw, c.severity, escape(c.remedy))
        for c in _checks("all")
    ]
    return table(head, rows)


def block_lints() -> str:
    """Return a table of the checks of other MJCF files only."""
    head = ("code", "severity", "what is measured", "what must hold", "bound", "why", "what to do")
    rows = [
        (f"`{c.kind}`", c.severity, first_line(c), escape(c.title), c.bound, escape(c.why), escape(c.remedy))
        for c in _checks("foreign")
    ]
    return table(head, rows)


def _checks(scope: Literal["all", "foreign"]) -> list[Any]:
    from envgen.validate.base import checks_in_order

    return list(checks_in_order(scope))
