"""Every kind of ground with every robot, easy to hard: valid variants, or a refusal that makes sense."""

from __future__ import annotations

import pytest
from support.worlds import make_cfg

from envgen.core.families import ROBOTS, TERRAINS
from envgen.packs.recipe import Recipe
from envgen.packs.writing import make_variant

DIFFICULTIES = (0.1, 0.5, 0.9)
DRAWS = 5


@pytest.mark.parametrize("robot", ROBOTS.names())
@pytest.mark.parametrize("task", ["walk", "goal"])
def test_at_least_95_in_100_are_valid_within_five_draws(robot, task, tmp_path):
    tried, late = 0, []
    for terrain in TERRAINS.names():
        for difficulty in DIFFICULTIES:
            cfg = make_cfg(terrain, robot, size=16, difficulty=difficulty, task={"kind": task})
            recipe = Recipe(cfg, 3)
            for index in range(2):
                made = make_variant(recipe, index, tmp_path / f"{terrain}-{difficulty}")
                tried += 1
                if made.problem is not None:
                    check, cause, remedy = made.problem
                    assert check
                    assert cause
                    assert remedy
                if made.problem is not None or sum(made.refused.values()) >= DRAWS:
                    late.append((terrain, difficulty, index, made.refused))
    assert len(late) <= 0.05 * tried, late


@pytest.mark.parametrize("terrain", TERRAINS.names())
def test_two_robots_race_with_twenty_obstacles(terrain, tmp_path):
    cfg = make_cfg(
        terrain,
        size=16,
        difficulty=0.4,
        robots=[{"model": "ant"}, {"model": "humanoid"}],
        obstacles=[{"kind": "box", "count": 10}, {"kind": "ball", "count": 5}, {"kind": "log", "count": 5}],
        task={"kind": "goal"},
    )
    recipe = Recipe(cfg, 0)
    for index in range(3):
        made = make_variant(recipe, index, tmp_path)
        assert made.problem is None, made.problem
        assert sum(made.refused.values()) < DRAWS, made.refused
