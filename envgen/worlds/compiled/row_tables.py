"""Tables with a row for each world, read by the rows of a batch."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats

Indices: TypeAlias = NDArray[np.intp]
Columns: TypeAlias = slice | Indices
"""Columns of an array (rows, k): the same in each row, or (rows, k') each row's own."""


def take(values: Floats, columns: Columns) -> Floats:
    """Return the columns of an array (rows, k); a view where they are a slice."""
    if isinstance(columns, slice):
        return values[:, columns]
    if columns.ndim == 2:
        return np.take_along_axis(values, columns, 1)
    return values.take(columns, 1)


class RowTables:
    """Tables made once and cached by row.

    At first row i of a batch shows world i; `show` changes that, and there may be more rows than worlds.
    """

    def __init__(self) -> None:
        self.rows: Indices | None = None
        self._tables: dict[Hashable, Floats] = {}
        self._columns: dict[Hashable, Columns] = {}
        self._by_row: dict[Hashable, Floats] = {}
        self._columns_by_row: dict[Hashable, Columns] = {}

    def show(self, rows: Sequence[int] | Indices) -> None:
        """Set which world each row shows."""
        self.rows = np.array(rows, dtype=np.intp)
        self._by_row.clear()
        self._columns_by_row.clear()

    def table(self, key: Hashable, make: Callable[[], Floats]) -> Floats:
        """Return a table by row, (rows, …).

        Args:
            key: Its name.
            make: Gives it by world, (worlds, …).
        """
        found = self._by_row.get(key)
        if found is None:
            if key not in self._tables:
                self._tables[key] = make()
            table = self._tables[key]
            self._by_row[key] = found = table if self.rows is None else table[self.rows]
        return found

    def columns(self, key: Hashable, find: Callable[[], Sequence[Columns]]) -> Columns:
        """Return where numbers are in an array (rows, k), as compactly as it can be said.

        Args:
            key: Their name.
            find: Gives their indices (k',) in each world, or a slice.
        """
        found = self._columns_by_row.get(key)
        if found is None:
            if key not in self._columns:
                self._columns[key] = _compact(find())
            found = self._columns[key]
            if self.rows is not None and not isinstance(found, slice) and found.ndim == 2:
                found = found[self.rows]
            self._columns_by_row[key] = found
        return found


def _compact(found: Sequence[Columns]) -> Columns:
    """Return one answer for all worlds where they agree, a slice if it can be; else a row for each."""
    first = found[0]
    if isinstance(first, slice):
        if all(other == first for other in found[1:]):
            return first
        return np.stack([_indices(part) for part in found])
    if any(other is not first and not np.array_equal(_indices(other), first) for other in found):
        return np.stack([_indices(part) for part in found])
    if not len(first):
        return slice(0, 0)
    begin, end = int(first[0]), int(first[-1]) + 1
    neighbours = end - begin == len(first) and bool((first[1:] > first[:-1]).all())
    return slice(begin, end) if neighbours else first


def _indices(columns: Columns) -> Indices:
    return np.arange(columns.start, columns.stop) if isinstance(columns, slice) else columns
