"""`envgen bench learn`: every batch beside its reference."""

from __future__ import annotations

import pytest

from envgen.bench.learn import bench_learn

pytestmark = pytest.mark.slow


def test_every_batch_has_its_reference_and_its_ratio():
    told = []
    result = bench_learn(2, 3, 0.2, 2, told.append)
    names = [row.name for row in result.rows]
    for title in ("2 rough ants", "3 rough ants", "2 ants among 20 boxes", "2 pairs of ants in sumo"):
        assert title in told
        assert [f"{title}: {what}" for what in ("mujoco.rollout", "Rollout", "ratio")] == [
            name for name in names if name.startswith(title)
        ]
    assert any(name.startswith("2 of Gymnasium's ants on flat ground, RK4: Rollout") for name in names)
    assert all(row.value > 0 for row in result.rows)
