"""Every kind of ground with every robot, easy to hard: valid variants, or a refusal that makes sense."""

from __future__ import annotations

from itertools import cycle, product

import pytest
from support.worlds import make_cfg

from envgen.core.families import ROBOTS, TERRAINS
from envgen.packs.recipe import Recipe
from envgen.packs.writing import make_variant

pytestmark = pytest.mark.slow

DIFFICULTIES = (0.1, 0.5, 0.9)
DRAWS = 5


@pytest.mark.parametrize("robot", ROBOTS.names())
def test_at_least_95_in_100_are_valid_within_five_draws(robot, tmp_path):
    tried, late = 0, []
    # both tasks place a start and a goal; they take turns
    for (terrain, difficulty), task in zip(product(TERRAINS.names(), DIFFICULTIES), cycle(("walk", "goal"))):
        cfg = make_cfg(terrain, robot, size=16, difficulty=difficulty, task={"kind": task})
        made = make_variant(Recipe(cfg, 3), 0, tmp_path / f"{terrain}-{difficulty}")
        tried += 1
        if made.problem is not None:
            check, cause, remedy = made.problem
            assert check
            assert cause
            assert remedy
        if made.problem is not None or sum(made.refused.values()) >= DRAWS:
            late.append((terrain, difficulty, task, made.refused))
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
