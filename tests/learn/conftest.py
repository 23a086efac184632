"""Packs that are small enough to train on within a test."""

from __future__ import annotations

import pytest
from support.worlds import make_cfg

from envgen.packs.make import make
from envgen.packs.pack import Pack


@pytest.fixture(scope="session")
def walkers(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Four hoppers on rough ground whose episodes last half a second; friction is drawn for each."""
    cfg = make_cfg(
        "rough",
        "hopper",
        task={"kind": "walk"},
        control={"episode": 0.5},
        randomize={"friction_scale": [0.8, 1.2]},
        difficulty=[0, 0.6],
    )
    return make(cfg, 4, seed=3, out=tmp_path_factory.mktemp("learn") / "walkers", jobs=1)
