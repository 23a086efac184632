"""The names that a filter may use: each column of the table of variants, under a name without dots."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Literal

from envgen.packs.table import DRAWN, Row

Kind = Literal["number", "text", "truth"]
_SHOWN = 12
"""Names that a remedy lists."""


def short_name(path: str) -> str:
    """Return the name of a path in an expression: `terrain.patches[0].kind` is `terrain_patches_0_kind`."""
    return re.sub(r"\W+", "_", path).strip("_")


def kind_of(value: object) -> Kind:
    """Return the kind of a plain value; lists are JSON text."""
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int | float) else "text"


class Columns:
    """Columns of a table by name.

    Args:
        rows: Of the variants.

    Attributes:
        kinds: The kinds of values of each column, by its exact path, without `drawn.`.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.kinds: dict[str, set[Kind]] = {}
        self._keys: dict[str, str] = {}
        for row in rows:
            for key, value in row.items():
                path = key.removeprefix(DRAWN)
                self._keys[path] = key
                if value is not None:
                    self.kinds.setdefault(path, set()).add(kind_of(value))
        self._paths: dict[str, list[str]] = {}
        for path in self.kinds:
            self._paths.setdefault(short_name(path), []).append(path)

    def find(self, name: str, *, exact: bool = False) -> list[str]:
        """Return the paths of a name: none, one, or several that are written alike without dots."""
        if exact:
            path = name.removeprefix(DRAWN)
            return [path] if path in self.kinds else []
        return self._paths.get(name) or self._paths.get(name.removeprefix("drawn_"), [])

    def key(self, path: str) -> str:
        """Return the column of a path in a row."""
        return self._keys[path]

    def suggest(self, name: str) -> str:
        """Return a remedy for a name that is unknown: the nearest ones, or some of those there are."""
        names = sorted(self._paths)
        near = difflib.get_close_matches(short_name(name), names, n=3, cutoff=0.6)
        if near:
            return f"Did you mean {' or '.join(near)}?"
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        return f"Known: {', '.join(names[:_SHOWN])}{more}; see `pack.to_pandas().columns`."
