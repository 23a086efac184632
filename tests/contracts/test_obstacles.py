"""What every kind of obstacle promises."""

from __future__ import annotations

import math

import mujoco
import numpy as np
import pytest
from helpers import build_world, make_cfg, start

from envgen.core.families import OBSTACLES
from envgen.core.params import RobotSize, specs
from envgen.packs.recipe import Recipe, make_variant

KINDS = OBSTACLES.names()


def shape(kind: str, difficulty: float = 0.5, seed: int = 0, **given):
    cls = OBSTACLES.get(kind)
    values = {key: spec.at(difficulty, RobotSize()) for key, spec in specs(cls).items()}
    return cls(**{**values, **given}).shape(np.random.default_rng(seed))


def world_with(kind, terrain, difficulty=0.4, seed=0):
    cfg = make_cfg(
        terrain,
        size=12,
        difficulty=difficulty,
        obstacles=[{"kind": kind, "count": 6}],
        task={"kind": "stand"},
    )
    return build_world(cfg, seed)


@pytest.mark.parametrize("kind", KINDS)
class TestEvery:
    def test_the_same_seed_gives_the_same_shape(self, kind):
        assert shape(kind, seed=4) == shape(kind, seed=4)

    @pytest.mark.parametrize("difficulty", [0.0, 1.0])
    def test_the_footprint_and_height_hold_the_geoms(self, kind, difficulty):
        """Compiled alone, no geom reaches out of what the shape claims; what moves has a mass."""
        made = shape(kind, difficulty)
        geoms = "".join(
            f'<geom type="{g.type}" size="{" ".join(map(str, g.size))}" pos="{" ".join(map(str, g.pos))}"'
            f' quat="{" ".join(map(str, g.quat))}"/>'
            for g in made.geoms
        )
        model = mujoco.MjModel.from_xml_string(f"<mujoco><worldbody>{geoms}</worldbody></mujoco>")
        data = mujoco.MjData(model)
        mujoco.mj_forward(model, data)
        for geom in range(model.ngeom):
            centre, half = model.geom_aabb[geom, :3], model.geom_aabb[geom, 3:]
            turn = data.geom_xmat[geom].reshape(3, 3)
            middle = data.geom_xpos[geom] + turn @ centre
            reach = np.abs(turn) @ half
            assert (np.abs(middle[:2]) + reach[:2] <= np.array(made.half) + 0.002).all()
            assert middle[2] + reach[2] <= made.height + 0.002
        assert (made.mass is not None) == OBSTACLES.get(kind).dynamic
        assert made.mass is None or made.mass > 0

    @pytest.mark.parametrize("terrain", ["flat", "rough", "hills", "pyramid_stairs", "stepping_stones"])
    def test_passes_validation_on_every_sort_of_ground(self, kind, terrain, tmp_path):
        cfg = make_cfg(terrain, size=12, difficulty=[0, 0.5], obstacles=[{"kind": kind, "count": 5}])
        recipe = Recipe(cfg, 0)
        for index in range(3):
            made = make_variant(recipe, index, tmp_path)
            assert made.problem is None, made.problem

    @pytest.mark.parametrize("terrain", ["flat", "rough"])
    def test_rests_on_the_ground(self, kind, terrain):
        """By MuJoCo's rays: under each obstacle its underside is at the ground or in it, its top above."""
        _, world = world_with(kind, terrain)
        assert len(world.obstacles) == 6
        for thing in world.obstacles:
            assert thing.hang <= 0.02
            assert thing.rise >= 0.005
        data = start(world.model)
        group = np.array([1, 0, 0, 0, 0, 0], np.uint8)
        for geom in world.obstacle_geoms:
            world.model.geom_group[:] = 1
            world.model.geom_group[geom] = 0
            x, y = data.geom_xpos[geom, :2]
            hit = np.zeros(1, np.int32)
            top = 30 - mujoco.mj_ray(world.model, data, [x, y, 30], [0, 0, -1], group, 1, -1, hit)
            world.model.geom_group[:] = 1
            world.model.geom_group[world.terrain_geoms] = 0
            under = 30 - mujoco.mj_ray(world.model, data, [x, y, 30], [0, 0, -1], group, 1, -1, hit)
            assert top > under + 0.005

    def test_what_moves_stays_where_it_was_put(self, kind):
        """Half a second later it has neither fallen, jumped nor rolled off; what is fixed is no body."""
        _, world = world_with(kind, "rough", difficulty=0.2)
        geoms = world.obstacle_geoms
        bodies = {int(world.model.geom_bodyid[g]) for g in geoms}
        if not OBSTACLES.get(kind).dynamic:
            assert bodies == {0}
            return
        data = start(world.model)
        before = data.geom_xpos[geoms].copy()
        while data.time < 0.5:
            mujoco.mj_step(world.model, data)
        moved = data.geom_xpos[geoms] - before
        assert moved[:, 2].max() < 0.005, "nothing jumps out of the ground"
        assert moved[:, 2].min() > -0.02, "nothing falls"
        assert np.linalg.norm(moved[:, :2], axis=1).max() < 0.15, "nothing rolls off"

    def test_obstacles_keep_apart_from_one_another_the_border_and_the_starts(self, kind):
        cfg = make_cfg("flat", size=14, obstacles=[{"kind": kind, "count": 12}], task={"kind": "goal"})
        variant, world = build_world(cfg, seed=1)
        placed = variant.arena.obstacles
        assert len(placed) >= 4
        spots = np.array([p.pos[:2] for p in placed])
        radii = np.array([p.shape.radius for p in placed])
        away = np.linalg.norm(spots[:, None] - spots[None], axis=2) - radii[:, None] - radii[None]
        np.fill_diagonal(away, np.inf)
        assert away.min() >= 0.049
        assert (np.abs(spots) + radii[:, None] <= 7.001).all()
        start_xy = np.array(variant.arena.starts[0].pos[:2])
        radius = variant.draw.agents[0].robot.size.radius
        assert (np.linalg.norm(spots - start_xy, axis=1) - radii - radius).min() >= 0.05
        data = start(world.model)
        assert data.ncon == 0 or data.contact.dist.min() > -0.001

    def test_names_follow_the_vocabulary(self, kind):
        _, world = world_with(kind, "flat")
        stems = {"/".join(world.geom_names[g].split("/")[:2]) for g in world.obstacle_geoms}
        assert stems == {f"obstacle/{kind}_{i}" for i in range(6)}

    def test_a_larger_kind_is_larger(self, kind):
        """The size that is asked for is the size that is built."""
        key = next(k for k in ("size", "radius", "length") if k in specs(OBSTACLES.get(kind)))
        small, large = shape(kind, **{key: 0.3}), shape(kind, **{key: 0.9})
        assert math.isclose(large.radius / small.radius, 3, rel_tol=0.45)


@pytest.mark.parametrize("terrain", ["rough", "boulders"])
def test_large_balls_rest_on_hard_ground_too(terrain, tmp_path):
    cfg = make_cfg(
        terrain,
        size=40,
        difficulty=0.9,
        obstacles=[{"kind": "ball", "count": 30, "radius": 1.0}],
        task={"kind": "stand"},
    )
    made = make_variant(Recipe(cfg, 0), 0, tmp_path)
    assert made.problem is None, made.problem


def test_two_entries_of_one_kind_are_numbered_on():
    cfg = make_cfg(
        "flat",
        size=14,
        obstacles=[{"kind": "box", "count": 2}, {"kind": "log", "count": 1}, {"kind": "box", "count": 2}],
    )
    _, world = build_world(cfg)
    names = sorted(world.geom_names[g] for g in world.obstacle_geoms)
    assert names == ["obstacle/box_0", "obstacle/box_1", "obstacle/box_2", "obstacle/box_3", "obstacle/log_0"]
