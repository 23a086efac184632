"""The base of all benchmarks: rows of a table, with the reference measured in the same run."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes:
        name: What was measured.
        value: The figure.
        unit: Its unit.
        target: What it should reach, in words; empty for a reference.
        note: Anything that helps to read it.
    """

    name: str
    value: float
    unit: str
    target: str = ""
    note: str = ""


@dataclass
class Result:
    """Measurements of a benchmark.

    Attributes:
        title: Of the benchmark.
        rows: Its measurements.
        extra: Further figures for JSON.
    """

    title: str
    rows: list[Row] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain data; figures by name."""
        return {
            "title": self.title,
            "machine": machine(),
            "rows": [vars(row) for row in self.rows],
            **self.extra,
        }


def machine() -> dict[str, Any]:
    """Return a description of the machine that the figures belong to."""
    usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    return {"processors": len(usable), "arch": platform.machine(), "python": platform.python_version()}


def significant(value: float) -> float:
    """Return a figure rounded to four significant digits."""
    return float(f"{value:.4g}")
