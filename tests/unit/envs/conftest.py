"""Small packs for environments, with episodes of half a second."""

from __future__ import annotations

import pytest

from envgen.packs.make import make
from envgen.packs.pack import Pack


def write_pack(folder, count=6, **changes) -> Pack:
    cfg = {
        "name": "envs",
        "terrain": {"size": [8, 8], "sub_terrains": [{"kind": "rough"}]},
        "robots": [{"model": "ant"}],
        "task": {"kind": "goal"},
        "difficulty": [0, 1],
        "control": {"episode": 0.5},
        **changes,
    }
    return make(cfg, count, seed=3, out=folder, jobs=1)


@pytest.fixture(scope="session")
def ants(tmp_path_factory) -> Pack:
    """Ants whose friction is drawn anew for each episode."""
    randomize = {"friction_scale": [0.3, 1.5], "mass_scale": [0.7, 1.4]}
    return write_pack(tmp_path_factory.mktemp("ants") / "p", randomize=randomize)


@pytest.fixture(scope="session")
def balls(tmp_path_factory) -> Pack:
    """Ants among balls, of which each world has another number."""
    obstacles = [{"kind": "ball", "count": [1, 5]}]
    return write_pack(tmp_path_factory.mktemp("balls") / "p", obstacles=obstacles)


@pytest.fixture(scope="session")
def legs(tmp_path_factory) -> Pack:
    """Ants of 4 to 6 legs."""
    robots = [{"model": "ant", "params": {"legs": {"choice": [4, 5, 6]}}}]
    return write_pack(tmp_path_factory.mktemp("legs") / "p", robots=robots)


@pytest.fixture(scope="session")
def herds(tmp_path_factory) -> Pack:
    """Worlds of one or two ants."""
    robots = [{"model": "ant", "count": [1, 2]}]
    return write_pack(tmp_path_factory.mktemp("herds") / "p", robots=robots, task={"kind": "walk"})


@pytest.fixture(scope="session")
def sumo(tmp_path_factory) -> Pack:
    """Two ants that wrestle."""
    return write_pack(
        tmp_path_factory.mktemp("sumo") / "p", 2, robots=[{"model": "ant", "count": 2}], task={"kind": "sumo"}
    )
