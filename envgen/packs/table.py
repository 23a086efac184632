"""The table of variants: one row each, with what was drawn and what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Literal

from envgen.packs.measured import read_measured

Kind = Literal["text", "whole", "number"]
"""Kind of the values of a column."""
Row = dict[str, Any]
DRAWN, REPORT, GROUND, MEASURED = "drawn.", "report.", "ground.", "measured."
"""Before the paths of drawn values, names of checks, descriptors of the ground, and names of policies."""
ROWS = 1000
"""Rows of a group of the table, which are in memory at a time."""


def row(entry: Mapping[str, Any]) -> Row:
    """Return the row of a variant.

    Args:
        entry: Its entry of the manifest.
    """
    return {
        "index": entry["index"],
        "difficulty": entry["difficulty"],
        "draws": entry.get("draws", 1),
        "agents": len(entry["agents"]),
        "env": entry["files"]["env.xml"],
        **{f"{DRAWN}{k}": v for k, v in entry["drawn"].items() if k != "difficulty"},
        **{f"{REPORT}{k}": v["measured"] for k, v in entry["report"].items()},
        **{f"{GROUND}{k}": v for k, v in entry.get("ground", {}).items()},
        **{f"{MEASURED}{own.policy}": own.failure for own in read_measured(entry)},
    }


def column_kinds(rows: Iterable[Row]) -> dict[str, Kind]:
    """Return the columns in the order of their first value, each with the narrowest kind that holds all."""
    kinds: dict[str, Kind] = {}
    for values in rows:
        for key, value in values.items():
            if value is not None:
                kinds[key] = _widen(kinds.get(key), value)
    return kinds


def arrow_schema(kinds: Mapping[str, Kind]) -> Any:
    """Return the Arrow schema of a table with these columns."""
    import pyarrow as pa  # 0.2 s to import: only where it is needed

    types = {"text": pa.string(), "whole": pa.int64(), "number": pa.float64()}
    return pa.schema([(key, types[kind]) for key, kind in kinds.items()])


def arrow_tables(rows: Iterator[Row], kinds: Mapping[str, Kind], schema: Any) -> Iterator[Any]:
    """Yield Arrow tables of at most `ROWS` rows."""
    import pyarrow as pa

    while batch := list(islice(rows, ROWS)):
        columns = [
            pa.Array.from_buffers(
                schema.field(key).type, len(batch), _buffers([values.get(key) for values in batch], kind)
            )
            for key, kind in kinds.items()
        ]
        yield pa.Table.from_arrays(columns, schema=schema)


def _buffers(values: list[Any], kind: Kind) -> list[Any]:
    """Return the buffers of a column in Arrow's layout: validity, offsets of texts, and values.

    `pyarrow.array` would import pandas, where it is installed, to test for its types: 0.4 s.
    """
    import numpy as np
    import pyarrow as pa

    there = [value is not None for value in values]
    valid = None if all(there) else pa.py_buffer(np.packbits(there, bitorder="little"))
    if kind == "text":
        texts = [b"" if value is None else str(value).encode() for value in values]
        ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
        return [valid, pa.py_buffer(ends), pa.py_buffer(b"".join(texts))]
    numbers = [0 if value is None else value for value in values]
    return [valid, pa.py_buffer(np.array(numbers, dtype=np.int64 if kind == "whole" else np.float64))]


def _widen(kind: Kind | None, value: Any) -> Kind:
    """Return the narrowest kind that holds the values so far and this one."""
    own: Kind = "text" if isinstance(value, str) else "whole" if isinstance(value, int) else "number"
    if kind is None or kind == own:
        return own
    return "text" if "text" in (kind, own) else "number"
