"""Where a robot gets along: thin walls are walls, and a planar robot has its own line alone."""

from __future__ import annotations

import numpy as np
import pytest

from envgen.core.heightfield import Heightfield
from envgen.core.params import RobotSize
from envgen.packs.make import make
from envgen.terrains.base import Patch, of_boxes
from envgen.worlds.ground_map import GroundMap
from envgen.worlds.traversability import traversability

SIZE = RobotSize()


def ground(heights: np.ndarray, cell: float = 0.1) -> GroundMap:
    """Of boxes, with samples `cell` (m) apart."""
    extent = (cell * (heights.shape[1] - 1), cell * (heights.shape[0] - 1))
    return GroundMap(Heightfield.centred(heights.astype(np.float32), extent), sharp=True)


@pytest.mark.parametrize("at", range(8, 13))
@pytest.mark.parametrize("across", [False, True])
def test_a_wall_is_one_wherever_it_stands_between_the_cells(at, across):
    heights = np.zeros((21, 21))
    heights[:, at] = 1.0
    way = traversability(ground(heights.T if across else heights), SIZE)
    labels = way.labels.T if across else way.labels
    assert not set(labels[:, 0].tolist()) & set(labels[:, -1].tolist())


def test_what_can_be_stepped_over_is_no_wall():
    heights = np.zeros((21, 21))
    heights[:, 9] = SIZE.step
    assert (traversability(ground(heights), SIZE).labels == 1).all()


def test_a_planar_robot_steps_over_what_is_narrow_along_x_alone():
    heights = np.zeros((21, 61))
    heights[9:12, 15:45] = -1.0  # a trench along x: 3 m long, 0.3 m wide
    free, planar = (traversability(ground(heights), SIZE, planar=flag).steps_x[5] for flag in (False, True))
    assert free.all()
    assert not planar.all()
    heights = np.zeros((21, 61))
    heights[:, 20:23] = -1.0
    assert traversability(ground(heights), SIZE, planar=True).steps_x.all()


@pytest.mark.parametrize("x", [-0.26, -0.25, -0.23, 0.0, 0.13, 0.95])
def test_a_wall_thinner_than_a_cell_is_on_the_ground_map(x):
    patch = Patch((2.0, 2.0), (21, 21))
    surface = of_boxes(patch, np.array([[x, x + 0.02, -1.0, 1.0, 0.0, 0.5, 0.0]]), 0.0).surface
    assert (surface.max(axis=1) == 0.5).all()
    assert (surface > 0).any(axis=0).sum() == 1
    outside = of_boxes(patch, np.array([[-3.0, -2.98, -1.0, 1.0, 0.0, 0.5, 0.0]]), 0.0).surface
    assert not outside.any()


@pytest.mark.parametrize(("width", "size", "spacing"), [(0.12, 11, 1.7), (0.05, 12, 2.1)])
def test_no_goal_lies_behind_a_wall(tmp_path, width, size, spacing):
    hurdles = {"kind": "hurdles", "height": 1.0, "width": width, "spacing": spacing}
    cfg = {
        "name": "walls",
        "terrain": {"sub_terrains": [hurdles], "size": [size, size]},
        "robots": [{"model": "quadruped"}],
        "task": {"kind": "goal"},
    }
    for variant in make(cfg, 4, out=tmp_path / "p", seed=1, jobs=1):
        world = variant.world()
        boxes = [g for g in world.terrain_geoms if world.model.geom_size[g, 0] < width]
        walls = [world.model.geom_pos[g, 0] for g in boxes]
        seen = world.ground.field
        assert len(walls) > 3
        assert all(seen.at(np.linspace(x - 0.06, x + 0.06, 25), np.zeros(25)).max() > 0.4 for x in walls)
        start = world.model.key_qpos[0, world.model.joint("quadruped_0/root").qposadr[0]]
        near, far = sorted((start, world.goals[0][0]))
        assert not any(near < x < far for x in walls)
