"""What the unit tests share."""

from __future__ import annotations

import pytest

from envgen.packs.make import make
from envgen.rollout.rollout import Rollout


@pytest.fixture
def context(tmp_path):
    """A function that makes a pack of one variant and a rollout of it."""

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
