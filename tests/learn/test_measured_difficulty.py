"""Declared against measured difficulty: rank correlations, and the table of a benchmark."""

from __future__ import annotations

import numpy as np
import pytest

from envgen.bench.measured_difficulty import LEVELS, MeasuredKind, bench_difficulty, rank_correlation
from envgen.core.errors import InputError


def test_rank_correlations_are_spearmans():
    rows = np.array([[1, 2, 3, 4.0], [9, 5, 2, 0], [1, 3, 2, 4], [7, 7, 7, 7], [1, 1, 2, 3]])
    assert rank_correlation(rows) == pytest.approx([1, -1, 0.8, 0, np.sqrt(0.9)])


def test_progress_that_shrinks_with_the_level_correlates_with_difficulty():
    progress = np.linspace(1, 0, len(LEVELS)) + 0.01 * np.random.default_rng(0).normal(size=(8, len(LEVELS)))
    found = MeasuredKind("stairs", progress, np.zeros_like(progress, dtype=bool))
    assert found.correlation() == (1.0, 1.0, 1.0)
    assert found.loss == pytest.approx(1, abs=0.05)


def test_the_table_has_a_row_a_kind_with_the_progress_at_each_level():
    result = bench_difficulty("ant", "gait", 2, ["stairs"], threads=1)
    assert [row.name for row in result.rows] == ["stairs"]
    found = result.extra["kinds"]["stairs"]
    assert len(found["progress"]) == len(found["failed"]) == len(LEVELS)
    assert -1 <= found["correlation"][1] <= found["correlation"][0] <= found["correlation"][2] <= 1
    with pytest.raises(InputError, match="must be one with a difficulty of its own, got 'flat'"):
        bench_difficulty("ant", "gait", 2, ["flat"])
