"""Difficulty does what it says: what is measured of the ground grows with it, for small and large robots."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from support.worlds import needed

from envgen.bench.difficulty import DIFFICULTIES, difficulty_table, measured, size_of
from envgen.core.families import TERRAINS
from envgen.core.params import RobotSize
from envgen.terrains.base import Ground, Patch, Solid, of_heights, of_solids
from envgen.terrains.tools.measures import MEASURES

HARD = [kind for kind in TERRAINS.names() if TERRAINS.get(kind).measure]
PATCH = Patch.of((10.0, 8.0), 0.05)
ANT = RobotSize(leg=0.53, radius=0.85, height=0.8, step=0.26, slope=0.8, gap=0.47)


def test_only_flat_ground_has_no_measure():
    assert set(TERRAINS.names()) - set(HARD) == {"flat"}


@pytest.mark.parametrize("robot", ["ant", "quadruped"])
@pytest.mark.parametrize("kind", HARD)
def test_the_measure_of_a_kind_grows_at_every_step_of_difficulty(kind, robot):
    values = measured(kind, size_of(robot), **needed(kind))
    assert len(values) == len(DIFFICULTIES)
    assert values[0] > 0
    assert all(b > a for a, b in pairwise(values)), values
    assert values[-1] > 1.25 * values[0]


def test_the_table_has_a_row_for_each_kind_and_robot():
    rows = difficulty_table(kinds=("rough", "flat", "gap", "heightmap"))
    assert [(row.kind, row.robot) for row in rows] == [
        ("rough", "ant"),
        ("rough", "quadruped"),
        ("gap", "ant"),
        ("gap", "quadruped"),
    ]
    assert all(row.grows for row in rows)
    assert rows[0].unit == "m"


# --- the measures measure what they are called -----------------------------------------------------


def of(name: str, ground: Ground, patch: Patch = PATCH) -> float:
    return MEASURES[name][0](ground, patch, ANT)


def test_flat_ground_measures_nothing():
    flat = of_heights(np.zeros(PATCH.shape))
    assert {name: of(name, flat) for name in MEASURES} == dict.fromkeys(MEASURES, 0.0)


def test_a_ramp_has_its_slope_and_no_roughness():
    ramp = of_heights(0.3 * PATCH.x + 0.4 * PATCH.y)
    assert of("slope", ramp) == pytest.approx(0.5, abs=0.02)
    along = of_heights(0.3 * PATCH.x + 0.0 * PATCH.y)
    assert of("relief", along) == pytest.approx(0.96 * 3.0, rel=0.02)
    noise = of_heights(np.random.default_rng(0).normal(0, 0.1, PATCH.shape))
    assert of("roughness", noise) == pytest.approx(0.1, rel=0.1)
    # at the edges the window is one-sided; a ramp of 6 m has next to none
    assert of("roughness", ramp) < 0.1 * ramp.surface.std()


@pytest.mark.parametrize("width", [0.2, 0.5, 1.1])
def test_gaps_have_their_width_and_walls_and_pits_their_share(width):
    side = [Solid((-5, -width / 2), (-4, 4), (-1, 0)), Solid((width / 2, 5), (-4, 4), (-1, 0))]
    ends = [Solid((-5, 5), (-4, -3), (-1, 0)), Solid((-5, 5), (3, 4), (-1, 0))]
    patch = Patch.of((10.0, 8.0), 0.02)
    slit = of_solids(patch, [*side, *ends], floor=-1.0, pit=True)
    # twice the area by the perimeter of a slit of 6 m
    assert of("gap", slit, patch) == pytest.approx(6 * width / (6 + width), rel=0.12)
    assert of("void", slit, patch) == pytest.approx(6 * width / 80, rel=0.12)
    assert of("step", slit, patch) == pytest.approx(1.0)
    wall = of_solids(patch, [Solid((-width / 2, width / 2), (-4, 4), (0, 1))], floor=0.0)
    assert of("walls", wall, patch) == pytest.approx(width / 10, rel=0.12)
    assert of("gap", wall, patch) == of("void", wall, patch) == 0
