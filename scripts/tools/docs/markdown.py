"""Markdown: tables, summaries of docstrings and tables of parameters."""

from __future__ import annotations

import html
import inspect
from collections.abc import Iterable, Mapping
from typing import Any


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    lines = [list(columns)]
    lines.append(["---"] * len(lines[0]))
    lines += [[str(cell).replace("|", "\\|").replace("\n", "<br>") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def first_line(kind: Any) -> str:
    """Return the summary of a docstring, which may take two lines."""
    paragraph = inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0]
    return escape(" ".join(paragraph.split()))


def escape(text: str) -> str:
    """Return text with the characters that HTML reserves escaped."""
    return html.escape(text, quote=False)


def _range(spec: Any) -> str:
    if files := getattr(spec, "suffixes", ()):
        return f"path ending in {' or '.join(files)}"
    unit = f" {spec.unit}" if spec.unit else ""
    return f"{spec.low:g} to {spec.high:g}{unit}{' (whole)' if spec.integer else ''}"


def _default(spec: Any) -> str:
    """Describe the default of a parameter."""
    if hasattr(spec, "suffixes"):
        return "required"
    own = f" {spec.unit}" if spec.unit else ""
    unit = {"leg": " legs", "radius": " radii", "height": " robot heights"}.get(spec.scale, own)
    if spec.easy is not None:
        return f"{spec.easy:g} → {spec.hard:g}{unit}"
    return f"{spec.default if spec.default is not None else spec.low:g}{unit}"


def params_table(known: Mapping[str, Any]) -> str:
    """Return a table of the parameters of a kind."""
    rows = [
        (
            f"`{name}`",
            _range(spec),
            _default(spec),
            spec.doc,
        )
        for name, spec in known.items()
    ]
    return table(("parameter", "allowed", "default", "description"), rows) if rows else "No parameters."
