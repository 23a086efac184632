"""Rollouts for tests of tasks and games."""

from __future__ import annotations

import pytest

from envgen.packs.make import make
from envgen.rollout.rollout import Rollout


@pytest.fixture
def make_rollout(tmp_path):
    """Make a pack of one variant and return a rollout of it."""

    def build(task, *, robots=None, terrain="flat", size=12, episode=20.0, sub=None, params=None, **more):
        cfg = {
            "name": "play",
            "terrain": {"size": [size, size], "sub_terrains": [{"kind": terrain, **(sub or {})}]},
            "robots": robots or [{"model": "point"}],
            "task": {"kind": task, **(params or {})},
            "control": {"episode": episode},
            **more,
        }
        pack = make(cfg, 1, out=tmp_path / "pack", overwrite=True, jobs=1)
        return Rollout(pack[0])

    return build
