"""Writing the files that complete a pack: manifest, table and README."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from envgen.core.resources import resource
from envgen.packs.assets import asset_digests
from envgen.packs.journal import CANDIDATES, JOURNAL, MANIFEST, Journal
from envgen.packs.table import Row, arrow_schema, arrow_tables, column_kinds, row

TABLE = "variants.parquet"


def close(journal: Journal, count: int, *, complete: bool, candidates: int = 0) -> None:
    """Write the manifest, the table and the README of a pack, each atomically.

    Args:
        journal: The finished variants.
        count: Number of requested variants.
        complete: Whether all of them are finished; else the journal stays, for --resume.
        candidates: Number of variants among which they were selected; 0 where none were.

    Raises:
        OSError: They can't be written.
    """
    folder = journal.folder
    head = {**journal.header, "count": count, "complete": complete}
    if candidates:
        head["candidates"] = candidates
    _write_manifest(journal, folder / MANIFEST, head)
    write_table(lambda: (row(json.loads(line)) for _, line in journal.lines()), folder / TABLE)
    part = folder / ".README.md.part"
    part.write_text(readme(journal.header, len(journal)), encoding="utf-8")
    os.replace(part, folder / "README.md")
    if complete:
        (folder / JOURNAL).unlink(missing_ok=True)
        (folder / CANDIDATES).unlink(missing_ok=True)


def _write_manifest(journal: Journal, path: Path, head: dict[str, Any]) -> None:
    part = path.with_name(f".{path.name}.part")
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


def write_table(rows: Callable[[], Iterator[Row]], path: Path) -> None:
    """Write a row per variant with drawn and measured values, for analysis with pandas or DuckDB.

    Args:
        rows: Returns the rows; called twice, so that not all need be in memory.
        path: Of the table, which is replaced atomically.
    """
    import pyarrow.parquet as pq  # 0.2 s to import: only where it is needed

    kinds = column_kinds(rows())
    if not kinds:
        return
    schema = arrow_schema(kinds)
    part = path.with_name(f".{path.name}.part")
    # opened here, as pyarrow would interpret "~" and "s3:" in a name
    with open(part, "wb") as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for table in arrow_tables(rows(), kinds, schema):
            writer.write_table(table)
    os.replace(part, path)


def readme(header: dict[str, Any], variants: int) -> str:
    """Return the text of a pack's README."""
    text = (resource("templates") / "pack_readme.md").read_text(encoding="utf-8")
    made = header["prompt"] or f"{header['name']} (parameter file)"
    return (
        text.replace("@name@", header["name"])
        .replace("@made@", " ".join(str(made).split())[:300])
        .replace("@variants@", str(variants))
        .replace("@seed@", str(header["seed"]))
        .replace("@mujoco@", header["versions"]["mujoco"])
    )
