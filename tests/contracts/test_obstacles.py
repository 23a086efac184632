"""What every kind of obstacle promises."""

from __future__ import annotations

import math

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, make_cfg, start

from envgen.core.families import OBSTACLES, ROBOTS
from envgen.core.params import RobotSize, specs
from envgen.packs.recipe import Recipe
from envgen.packs.writing import make_variant
from envgen.worlds.mjcf.obstacles import bodies, fixed_geoms, motors
from envgen.worlds.placement.scatter import Placed

KINDS = OBSTACLES.names()


def shape(kind: str, difficulty: float = 0.5, seed: int = 0, **given):
    cls = OBSTACLES.get(kind)
    values = {key: spec.at(difficulty, RobotSize()) for key, spec in specs(cls).items()}
    return cls(**{**values, **given}).shape(np.random.default_rng(seed))


def alone(made):
    """A model of one obstacle, with nothing under it."""
    placed = Placed("it", made, (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))
    fixed = fixed_geoms(placed) if made.mass is None else bodies(placed, 0.0)[0]["geoms"]
    geom = '<geom name="{name}" type="{type}" size="{size}" pos="{pos}"{quat}{weight}/>'
    text = "".join(geom.format(**{"weight": "", **g}) for g in fixed)
    if made.mass is not None:  # its frame is in its middle; here it is held there
        text = f'<body pos="{bodies(placed, 0.0)[0]["pos"]}">{text}</body>'
    for body in bodies(placed, 0.0) if made.parts else []:
        text += f'<body name="{body["name"]}" pos="{body["pos"]}"{body["quat"]}>'
        text += f'<joint name="{body["name"]}" {body["joint"]}/>'
        text += "".join(geom.format(**g) for g in body["geoms"]) + "</body>"
    drive = "".join(
        f'<general joint="{m["joint"]}" gainprm="0" biastype="affine" biasprm="{m["bias"]}"/>'
        for m in motors(placed)
    )
    return mujoco.MjModel.from_xml_string(
        f'<mujoco><compiler angle="radian"/><option timestep="0.005"/><worldbody>{text}</worldbody>'
        f"<actuator>{drive}</actuator></mujoco>"
    )


def extents(model, data, geom):
    """Half extents of a geom along the axes of the world, in m."""
    turn, size = data.geom_xmat[geom].reshape(3, 3), model.geom_size[geom]
    match mujoco.mjtGeom(model.geom_type[geom]):
        case mujoco.mjtGeom.mjGEOM_SPHERE:
            return np.full(3, size[0])
        case mujoco.mjtGeom.mjGEOM_CAPSULE:
            return np.abs(turn[:, 2]) * size[1] + size[0]
        case mujoco.mjtGeom.mjGEOM_CYLINDER:
            return np.abs(turn[:, 2]) * size[1] + np.sqrt(1 - np.minimum(turn[:, 2] ** 2, 1)) * size[0]
        case mujoco.mjtGeom.mjGEOM_ELLIPSOID:
            return np.sqrt(np.square(turn * size).sum(axis=1))
    return np.abs(turn) @ size


def world_with(kind, terrain, difficulty=0.4, seed=0):
    cfg = make_cfg(
        terrain,
        size=14,
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
        """Standing alone for 12 s, no geom reaches out of what the shape claims, however its parts move."""
        made = shape(kind, difficulty)
        model = alone(made)
        data = mujoco.MjData(model)
        while data.time < 12:
            mujoco.mj_forward(model, data)
            for geom in range(model.ngeom):
                middle, reach = data.geom_xpos[geom], extents(model, data, geom)
                assert (np.abs(middle[:2]) + reach[:2] <= np.array(made.half) + 0.002).all()
                assert middle[2] + reach[2] <= made.height + 0.002
            mujoco.mj_step(model, data, nstep=20)
            if not model.nv:
                break
        assert made.moves == OBSTACLES.get(kind).dynamic
        assert made.mass is None or made.mass > 0

    def test_parts_are_clear_of_what_is_fixed(self, kind):
        """Standing alone for 12 s, nothing touches anything, and parts stay above the height they claim."""
        for difficulty in (0.0, 0.5, 1.0):
            made = shape(kind, difficulty)
            if not made.parts:
                continue
            model = alone(made)
            data = mujoco.MjData(model)
            moving = np.flatnonzero(model.geom_bodyid)
            while data.time < 12:
                mujoco.mj_step(model, data)
                assert data.ncon == 0
                for geom in moving:
                    under = data.geom_xpos[geom, 2] - extents(model, data, geom)[2]
                    assert under >= made.clear - 0.002

    def test_difficulty_changes_it_steadily(self, kind):
        """Height and size never turn back as difficulty rises, and something that is measured does change."""
        steps = [shape(kind, d) for d in np.linspace(0, 1, 6)]
        speeds = [[abs(p.joint.speed or p.joint.stiffness) for p in s.parts] for s in steps]
        measured = [[s.height, s.radius, *v] for s, v in zip(steps, speeds)]
        change = np.diff(np.array(measured), axis=0)
        assert ((change >= -1e-9).all(axis=0) | (change <= 1e-9).all(axis=0)).all()
        graded = any(spec.easy is not None for spec in specs(OBSTACLES.get(kind)).values())
        assert graded == bool((np.abs(change) > 1e-6).any())

    @pytest.mark.parametrize("terrain", ["flat", "rough", "hills", "pyramid_stairs", "stepping_stones"])
    def test_passes_validation_on_every_sort_of_ground(self, kind, terrain, tmp_path):
        cfg = make_cfg(terrain, size=12, difficulty=[0, 0.5], obstacles=[{"kind": kind, "count": 5}])
        recipe = Recipe(cfg, 0)
        for index in range(3):
            made = make_variant(recipe, index, tmp_path)
            assert made.problem is None, made.problem

    @pytest.mark.parametrize("model", ROBOTS.names())
    def test_is_valid_with_every_robot(self, kind, model, tmp_path):
        """At the density of `some`, on another sort of ground for each kind and robot."""
        grounds = ("rough", "slope", "stairs", "hills")
        terrain = grounds[(KINDS.index(kind) + ROBOTS.names().index(model)) % len(grounds)]
        some = [{"kind": kind, "density": [0.03, 0.1]}]
        recipe = Recipe(make_cfg(terrain, model, size=12, difficulty=[0, 0.6], obstacles=some), 0)
        for index in range(2):
            made = make_variant(recipe, index, tmp_path)
            assert made.problem is None, made.problem

    @pytest.mark.parametrize("terrain", ["flat", "rough"])
    def test_rests_on_the_ground(self, kind, terrain):
        """By MuJoCo's rays: under each obstacle its underside is at the ground or in it, its top above."""
        _, world = world_with(kind, terrain)
        assert len(world.obstacle_spans) >= 3
        for whole in world.obstacle_spans:
            assert whole.bottom <= 0.02
            assert whole.top >= 0.005
        data = start(world.model)
        group = np.array([1, 0, 0, 0, 0, 0], np.uint8)

        def highest(geoms, x, y):
            hit = np.zeros(1, np.int32)
            world.model.geom_group[:] = 1
            world.model.geom_group[geoms] = 0
            return 30 - mujoco.mj_ray(world.model, data, [x, y, 30], [0, 0, -1], group, 1, -1, hit)

        rises = {whole.name: -np.inf for whole in world.obstacle_spans}
        for geom in world.obstacle_geoms:
            x, y = data.geom_xpos[geom, :2]
            stem = "/".join(world.geom_names[geom].split("/")[:2])
            rises[stem] = max(rises[stem], highest(geom, x, y) - highest(world.terrain_geoms, x, y))
        assert min(rises.values()) > 0.005

    def test_what_moves_stays_where_it_was_put(self, kind):
        """Half a second later nothing has fallen, jumped or rolled off; what is fixed is no body."""
        _, world = world_with(kind, "rough", difficulty=0.2)
        model = world.model
        geoms = world.obstacle_geoms
        bodies = {int(model.geom_bodyid[g]) for g in geoms}
        assert (bodies == {0}) != OBSTACLES.get(kind).dynamic
        data = start(model)
        free = [b for b in bodies if model.body_dofnum[b] == 6]
        before = data.xpos.copy()
        while data.time < 0.5:
            mujoco.mj_step(model, data)
        moved = data.xpos[free] - before[free]
        assert moved[:, 2].max(initial=0) < 0.005, "nothing jumps out of the ground"
        assert moved[:, 2].min(initial=0) > -0.02, "nothing falls"
        assert np.linalg.norm(moved[:, :2], axis=1).max(initial=0) < 0.15, "nothing rolls off"

    def test_obstacles_keep_apart_from_one_another_the_border_and_the_starts(self, kind):
        cfg = make_cfg("flat", size=18, obstacles=[{"kind": kind, "count": 12}], task={"kind": "goal"})
        variant, world = build_world(cfg, seed=1)
        placed = variant.arena.obstacles
        assert len(placed) >= 4
        spots = np.array([p.pos[:2] for p in placed])
        radii = np.array([p.shape.radius for p in placed])
        away = np.linalg.norm(spots[:, None] - spots[None], axis=2) - radii[:, None] - radii[None]
        np.fill_diagonal(away, np.inf)
        assert away.min() >= 0.049
        assert (np.abs(spots) + radii[:, None] <= 9.001).all()
        start_xy = np.array(variant.arena.starts[0].pos[:2])
        radius = variant.draw.agents[0].robot.size.radius
        assert (np.linalg.norm(spots - start_xy, axis=1) - radii - radius).min() >= 0.05
        data = start(world.model)
        assert data.ncon == 0 or data.contact.dist.min() > -0.001

    def test_names_follow_the_vocabulary(self, kind):
        _, world = world_with(kind, "flat")
        assert [whole.name for whole in world.obstacle_spans] == [
            f"obstacle/{kind}_{i}" for i in range(len(world.obstacle_spans))
        ]
        for joint, body in zip(world.model.jnt_bodyid, world.names("jnt")):
            if body.startswith("obstacle/"):
                assert world.body_names[joint] == body

    def test_a_larger_kind_is_larger(self, kind):
        """The size that is asked for is the size that is built."""
        known = specs(OBSTACLES.get(kind))
        keys = [k for k in ("size", "radius", "length", "width", "height", "travel") if k in known]
        small, large = (shape(kind, **dict.fromkeys(keys, size)) for size in (0.3, 0.9))
        assert math.isclose(large.radius / small.radius, 3, rel_tol=0.45)
        for key in keys:
            one, two = (shape(kind, **{key: size}) for size in (0.6, 0.9))
            assert (two.radius, two.height) != (one.radius, one.height), key


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


@pytest.mark.parametrize("kind", OBSTACLES.names())
def test_none_of_a_kind_is_none(kind):
    """A density that rounds to 0, or a range of counts that begins there."""
    world = build_world(
        make_cfg("flat", obstacles=[{"kind": kind, "count": 0}, {"kind": "box", "count": 1}])
    )[1]
    assert {name.split("_")[0] for name in (thing.name for thing in world.obstacles)} == {"obstacle/box"}


def test_how_many_found_room_is_drawn_too():
    variant = build_world(make_cfg("flat", size=6, obstacles=[{"kind": "wall", "count": 400}]))[0]
    there = variant.values["obstacles[0].placed"]
    assert "obstacles[0].placed" not in variant.draw.values, "placing leaves the draw as it was"
    assert 0 < there < variant.draw.values["obstacles[0].count"] == 400
    assert sum(placed.name.startswith("wall") for placed in variant.arena.obstacles) == there
