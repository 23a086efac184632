"""Recordings as the page makes them, and Minari data sets read without its package."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq


def as_page(rows: Path, target: Path, change=lambda table: table) -> Path:
    """The recording as the page writes it: no physics, and nothing of what follows the last step."""
    table = pq.read_table(rows)
    table = table.drop_columns([n for n in table.column_names if n.startswith(("physics.", "final_"))])
    about = json.loads(table.schema.metadata[b"envgen"])
    for key in ("period", "pack"):
        about.pop(key)
    table = change(table.replace_schema_metadata({"envgen": json.dumps(about)}))
    pq.write_table(table, target)
    return target


def read_minari(folder: Path) -> tuple[dict, list[tuple[pd.DataFrame, dict]]]:
    data = folder / "data"
    about = json.loads((data / "metadata.json").read_text())
    return about, [
        (
            pq.read_table(data / str(i) / "part-0.parquet"),
            json.loads((data / str(i) / "metadata.json").read_text()),
        )
        for i in range(about["total_episodes"])
    ]
