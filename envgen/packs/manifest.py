"""Writing the files that complete a pack: manifest, table and README."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from envgen.core.resources import resource
from envgen.packs.assets import asset_digests
from envgen.packs.journal import JOURNAL, MANIFEST, Journal

TABLE = "variants.parquet"
Kind = Literal["text", "whole", "number"]
"""Kind of the values of a column."""
ROWS = 1000
"""Rows of a group of the table, which are in memory at a time."""


def close(journal: Journal, count: int, *, complete: bool) -> None:
    """Write the manifest, the table and the README of a pack, each atomically.

    Args:
        journal: The finished variants.
        count: Number of requested variants.
        complete: Whether all of them are finished; else the journal stays, for --resume.

    Raises:
        OSError: They can't be written.
    """
    folder = journal.folder
    _write_manifest(journal, folder / MANIFEST, count, complete=complete)
    _write_table(journal, folder / TABLE)
    part = folder / ".README.md.part"
    part.write_text(_readme(journal.header, len(journal)), encoding="utf-8")
    os.replace(part, folder / "README.md")
    if complete:
        (folder / JOURNAL).unlink(missing_ok=True)


def _write_manifest(journal: Journal, path: Path, count: int, *, complete: bool) -> None:
    part = path.with_name(f".{path.name}.part")
    head = {**journal.header, "count": count, "complete": complete}
    if shared := asset_digests(journal.folder):
        head["assets"] = shared
    with open(part, "w", encoding="utf-8") as file:
        file.write("{\n")
        for key, value in head.items():
            file.write(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n")
        file.write('  "variants": [')
        for i, (_, line) in enumerate(journal.lines()):
            file.write(f"{',' if i else ''}\n    {line}")
        file.write("\n  ]\n}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def _write_table(journal: Journal, path: Path) -> None:
    """Write a row per variant with drawn and measured values, for analysis with pandas or DuckDB."""
    import pyarrow as pa  # 0.2 s to import: only where it is needed
    import pyarrow.parquet as pq

    kinds: dict[str, Kind] = {}
    for row in _rows(journal):
        for key, value in row.items():
            if value is not None:
                kinds[key] = _widen(kinds.get(key), value)
    if not kinds:
        return
    types = {"text": pa.string(), "whole": pa.int64(), "number": pa.float64()}
    schema = pa.schema([(key, types[kind]) for key, kind in kinds.items()])
    part = path.with_name(f".{path.name}.part")
    # opened here, as pyarrow would interpret "~" and "s3:" in a name
    with open(part, "wb") as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        rows = _rows(journal)
        while batch := list(islice(rows, ROWS)):
            columns = [
                pa.Array.from_buffers(
                    types[kind], len(batch), _buffers([row.get(key) for row in batch], kind)
                )
                for key, kind in kinds.items()
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    os.replace(part, path)


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


def _rows(journal: Journal) -> Iterator[dict[str, Any]]:
    for _, line in journal.lines():
        entry = json.loads(line)
        yield {
            "index": entry["index"],
            "difficulty": entry["difficulty"],
            "draws": entry["draws"],
            "agents": len(entry["agents"]),
            "env": entry["files"]["env.xml"],
            **{f"drawn.{k}": v for k, v in entry["drawn"].items() if k != "difficulty"},
            **{f"report.{k}": v["measured"] for k, v in entry["report"].items()},
        }


def _widen(kind: Kind | None, value: Any) -> Kind:
    """Return the narrowest kind that holds the values so far and this one."""
    own: Kind = "text" if isinstance(value, str) else "whole" if isinstance(value, int) else "number"
    if kind is None or kind == own:
        return own
    return "text" if "text" in (kind, own) else "number"


def _readme(header: dict[str, Any], variants: int) -> str:
    text = (resource("templates") / "pack_readme.md").read_text(encoding="utf-8")
    made = header["prompt"] or f"{header['name']} (parameter file)"
    return (
        text.replace("@name@", header["name"])
        .replace("@made@", " ".join(str(made).split())[:300])
        .replace("@variants@", str(variants))
        .replace("@seed@", str(header["seed"]))
        .replace("@mujoco@", header["versions"]["mujoco"])
    )
