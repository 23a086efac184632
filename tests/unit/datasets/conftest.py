"""A small pack of ants and a recording of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from envgen.datasets.convert import record_pack
from envgen.packs.make import make
from envgen.packs.pack import Pack


@pytest.fixture(scope="module")
def ants(tmp_path_factory) -> Pack:
    cfg = {
        "name": "ants",
        "terrain": {"size": [10, 10], "sub_terrains": [{"kind": "rough"}]},
        "robots": [{"model": "ant"}],
        "control": {"episode": 0.5},
        "randomize": {"mass_scale": [0.5, 1.5]},
    }
    return make(cfg, 3, seed=4, out=tmp_path_factory.mktemp("ants") / "p", jobs=1)


@pytest.fixture(scope="module")
def rows(ants, tmp_path_factory) -> Path:
    """Two episodes of each variant, as a recording."""
    path = tmp_path_factory.mktemp("rows") / "r.parquet"
    record_pack(ants, "random", path, episodes=2, format="parquet", seed=3)
    return path
