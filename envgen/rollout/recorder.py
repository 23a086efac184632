"""The Parquet file of a recording: one row for each control step of an agent."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError, WorkError
from envgen.core.version import __version__
from envgen.rollout.columns import COLUMNS, FINAL, PHYSICS, Kind, drawn_columns

ROWS = 16_384
"""Rows of a row group, and most that are held in memory."""
META = "envgen"
"""Key of the file's metadata: JSON with version, task, and of each agent terms and actuators."""
Batch = Mapping[str, NDArray[Any]]


class Recorder:
    """Writer of a Parquet file, which appears at its path once it is complete. A context manager.

    Args:
        path: Path of the file.
        drawn: Drawn parameters of each variant, by its index: columns `drawn.<path>`.
        about: Metadata of the file, as plain data.
        physics: Names of the randomised physics: columns `physics.<name>`.

    Raises:
        InputError: The folder does not exist.
    """

    def __init__(
        self,
        path: Path,
        drawn: Mapping[int, Mapping[str, Any]],
        about: Mapping[str, Any] | None = None,
        physics: Sequence[str] = (),
    ) -> None:
        import pyarrow as pa  # 0.2 s to import: only where it is needed
        import pyarrow.parquet as pq

        if not path.parent.is_dir():
            raise InputError(f"the folder {path.parent} is not there", "Make it, or give another path.")
        self.path, self._part = path, path.with_name(f".{path.name}.part")
        self._kinds = drawn_columns(drawn.values())
        types: dict[Kind, Any] = {
            "int64": pa.int64(),
            "float64": pa.float64(),
            "float32": pa.float32(),
            "bool": pa.bool_(),
            "string": pa.string(),
            "list<float32>": pa.list_(pa.float32()),
        }
        fields = [pa.field(c.name, types[c.kind], nullable=c.null) for c in COLUMNS]
        fields += [pa.field(name, types[kind]) for name, kind in self._kinds.items()]
        fields += [pa.field(FINAL.name, types[FINAL.kind])]
        fields += [pa.field(f"{PHYSICS}{name}", types["float64"]) for name in physics]
        meta = {META: json.dumps({"version": __version__, **(about or {})})}
        self._schema = pa.schema(fields, metadata=meta)
        self._drawn = {
            index: {name: _as(values.get(name.partition(".")[2]), kind) for name, kind in self._kinds.items()}
            for index, values in drawn.items()
        }
        self._order = np.array(sorted(drawn), dtype=np.int64)
        self._values = {
            name: pa.array([self._drawn[index][name] for index in self._order.tolist()], types[kind])
            for name, kind in self._kinds.items()
        }
        self._rows: list[dict[str, Any]] = []
        self._batches: list[Batch] = []
        self._buffered = 0
        self.rows = 0
        try:
            # given as a name, "~" and "s3:" in it would mean something to pyarrow
            self._file = open(self._part, "wb")  # noqa: SIM115  (closed with the recorder)
        except OSError as error:
            raise WorkError(
                f"{path} can't be written: {error.strerror}", "Give another path or make room."
            ) from None
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")
        self._table = pa.Table

    def add(self, **row: Any) -> None:
        """Add one row: a value for each column but the drawn parameters; the last may be left out."""
        self._write_batches()
        self._rows.append({**row, **self._drawn[row["index"]]})
        self.rows += 1
        if len(self._rows) >= ROWS:
            self._write_rows()

    def add_batch(self, columns: Batch) -> None:
        """Add many rows of one agent at once.

        Args:
            columns: By name of the column, (n,) each, but (n, k) for observation and action. Texts are arrays
                of objects. `final_observation` is (m, k) for the m rows in which `is_final` (n,) holds.
        """
        self._write_rows()
        count = len(columns["index"])
        if not count:
            return
        self._batches.append(columns)
        self.rows += count
        self._buffered += count
        if self._buffered >= ROWS:
            self._write_batches()

    def close(self, *, keep: bool = True) -> None:
        """Complete the file, or remove it."""
        if self._file.closed:
            return
        if keep:
            self._write_rows()
            self._write_batches()
        self._writer.close()
        self._file.close()
        if keep:
            os.replace(self._part, self.path)
        else:
            self._part.unlink(missing_ok=True)

    def _write_rows(self) -> None:
        if self._rows:
            self._writer.write_table(self._table.from_pylist(self._rows, self._schema))
            self._rows = []

    def _write_batches(self) -> None:
        if self._batches:
            arrays = [self._column(field.name) for field in self._schema]
            self._writer.write_table(self._table.from_arrays(arrays, schema=self._schema))
            self._batches, self._buffered = [], 0

    def _column(self, name: str) -> Any:
        """Return the buffered values of a column as an Arrow array."""
        import pyarrow as pa

        if name in self._values:
            places = np.searchsorted(self._order, self._joined("index"))
            return self._values[name].take(pa.array(places))
        kind = self._schema.field(name).type
        if name == FINAL.name:
            there = self._joined("is_final")
            return _lists([batch[name] for batch in self._batches], there)
        if pa.types.is_list(kind):
            return _lists([batch[name] for batch in self._batches])
        return pa.array(self._joined(name), kind)

    def _joined(self, name: str) -> NDArray[Any]:
        return np.concatenate([batch[name] for batch in self._batches])

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(keep=kind is None)


def _lists(parts: Sequence[NDArray[np.float32]], there: NDArray[np.bool_] | None = None) -> Any:
    """Return lists as an Arrow array.

    Args:
        parts: (n, k) each; k may differ.
        there: Mask of the rows that have a list; by default all.
    """
    import pyarrow as pa

    lengths = np.concatenate([np.full(len(part), part.shape[1]) for part in parts])
    mask = None
    if there is not None:
        sizes = np.zeros(len(there), dtype=np.int64)
        sizes[there] = lengths
        lengths, mask = sizes, pa.array(~there)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    values = np.concatenate([part.ravel() for part in parts]).astype(np.float32, copy=False)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values), mask=mask)


def _as(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "float64":
        return float(value)
    return value if isinstance(value, str) else json.dumps(value)
