"""What moves by itself does so in stock MuJoCo, stays in its place, and lets a world run."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, make_cfg, start

from envgen.core.families import OBSTACLES
from envgen.core.params import RobotSize
from envgen.packs.recipe import Recipe
from envgen.packs.writing import make_variant
from envgen.validate.simulation import simulate
from envgen.worlds.compiled.task_context import layout

KINDS = OBSTACLES.names()
DYNAMIC = [kind for kind in KINDS if OBSTACLES.get(kind).dynamic]
PHYSICS = [
    {"gravity": 0},
    {"gravity": 1.62},
    {"gravity": 24.79},
    {"friction": 0.05},
    {"fluid": "water"},
    {"fluid": "none"},
    {"wind": [15, 0, 0]},
    {"timestep": 0.002, "integrator": "implicitfast"},
    {"integrator": "RK4"},
]


def world_of(kind, terrain="flat", model="ant", *, count=3, seed=0, difficulty=0.5, size=16, **changes):
    cfg = make_cfg(
        terrain,
        model,
        size=size,
        difficulty=difficulty,
        obstacles=[{"kind": kind, "count": count, **changes.pop("given", {})}],
        task={"kind": "stand"},
        **changes,
    )
    return build_world(cfg, seed)


def joints_of(world):
    """Indices (n,) of the obstacles' joints into qpos and qvel; none is a free joint."""
    joints = [i for i, name in enumerate(world.names("jnt")) if name.startswith("obstacle/")]
    return world.model.jnt_qposadr[joints], world.model.jnt_dofadr[joints]


def at_reference(model):
    """MuJoCo's state as `mj_resetData` leaves it: qpos0 and no control."""
    return mujoco.MjData(model)


def run(model, data, seconds):
    """(steps, nq) positions on the way."""
    path = []
    end = data.time + seconds
    while data.time < end:
        mujoco.mj_step(model, data)
        path.append(data.qpos.copy())
    return np.array(path)


def test_all_kinds_of_the_vocabulary_are_there():
    static = {"box", "cylinder", "sphere", "log", "wall", "ramp", "hurdle", "gate", "rubble"}
    dynamic = {"ball", "crate", "pendulum", "seesaw", "moving_platform", "spinner"}
    assert static | dynamic <= set(KINDS)
    assert dynamic <= set(DYNAMIC)
    assert not static & set(DYNAMIC)


@pytest.mark.parametrize("reset", [start, at_reference], ids=["keyframe", "qpos0"])
@pytest.mark.parametrize("model", ["ant", "quadruped"])
@pytest.mark.parametrize("kind", ["pendulum", "moving_platform"])
def test_it_still_swings_after_20_seconds(kind, model, reset):
    _, world = world_of(kind, model=model)
    data = reset(world.model)
    where, _ = joints_of(world)
    assert len(where) == 3
    second = round(1 / world.model.opt.timestep)
    path = run(world.model, data, 28)[:, where]
    first, last = np.ptp(path[: 8 * second], axis=0), np.ptp(path[-8 * second :], axis=0)
    assert (first > 0.2).all()
    assert (last >= 0.5 * first).all()
    assert (last <= 1.02 * first).all(), "nothing drives it but gravity or its spring"


@pytest.mark.parametrize("control", [0.0, 1.0, -50.0])
@pytest.mark.parametrize("reset", [start, at_reference], ids=["keyframe", "qpos0"])
def test_a_spinner_keeps_its_speed_whatever_its_control(reset, control):
    _, world = world_of("spinner", given={"speed": 2.0})
    model, data = world.model, reset(world.model)
    motors = [i for i, name in enumerate(world.names("actuator")) if name.startswith("obstacle/")]
    assert [world.names("actuator")[i] for i in motors] == [f"obstacle/spinner_{i}" for i in range(3)]
    data.ctrl[motors] = control
    _, where = joints_of(world)
    run(model, data, 2.0)
    assert np.abs(data.qvel[where]) == pytest.approx(2.0, rel=0.05)
    data.qvel[where] = 0.0  # something stopped it
    run(model, data, 2.0)
    assert np.abs(data.qvel[where]) == pytest.approx(2.0, rel=0.05)


def test_spinners_turn_both_ways():
    _, world = world_of("spinner", count=12, size=24)
    bias = world.model.actuator_biasprm[world.model.nu - 12 :, 0]
    assert (bias > 0).any()
    assert (bias < 0).any()


@pytest.mark.parametrize("terrain", ["flat", "slope", "rough", "hills"])
@pytest.mark.parametrize("kind", ["crate", "seesaw"])
def test_it_rests(kind, terrain):
    """Nothing pushes it: two seconds later it hasn't gone anywhere, and doesn't move."""
    for seed in range(3):
        _, world = world_of(kind, terrain, count=5, seed=seed)
        model = world.model
        bodies = [i for i, name in enumerate(world.body_names) if name.startswith("obstacle/")]
        assert bodies
        data = start(model)
        before = data.xpos[bodies].copy()
        run(model, data, 2.0)
        assert np.linalg.norm(data.xpos[bodies] - before, axis=1).max() < 0.05
        for body in bodies:
            velocity = np.zeros(6)
            mujoco.mj_objectVelocity(model, data, mujoco.mjtObj.mjOBJ_BODY, body, velocity, 0)
            assert np.linalg.norm(velocity[3:]) < 0.01
            assert np.linalg.norm(velocity[:3]) < 0.05


@pytest.mark.parametrize("seed", range(6))
def test_crates_lie_on_the_hardest_ground_without_touching_it(seed):
    _, world = world_of("crate", "rough", count=12, seed=seed, difficulty=1.0)
    data = start(world.model)
    assert data.ncon == 0 or data.contact.dist.min() > -1e-3


def test_a_crate_lies_along_the_slope():
    _, world = world_of(
        "crate", {"sub_terrains": [{"kind": "slope", "slope": 0.3}], "size": [16, 16]}, count=4
    )
    data = start(world.model)
    up = [data.xmat[i].reshape(3, 3)[2, 2] for i, n in enumerate(world.body_names) if "crate" in n]
    assert min(up) == pytest.approx(np.cos(np.arctan(0.3)), abs=0.005)


def test_a_pushed_crate_slides_and_tips_as_a_body():
    _, world = world_of("crate", count=1)
    model, data = world.model, start(world.model)
    body = world.body_names.index("obstacle/crate_0")
    assert world.names("jnt")[model.body_jntadr[body]] == "obstacle/crate_0"
    # its frame is in its middle: the position of the body is where the crate is
    assert np.linalg.norm(model.body_ipos[body]) < 0.002
    before = data.xpos[body].copy()
    data.xfrc_applied[body, 0] = 2 * 9.81 * model.body_mass[body]
    run(model, data, 0.5)
    assert data.xpos[body, 0] - before[0] > 0.3


def test_a_seesaw_tips_under_a_weight_and_stops_at_its_end():
    _, world = world_of("seesaw", count=1)
    model, data = world.model, start(world.model)
    where, _ = joints_of(world)
    body = world.body_names.index("obstacle/seesaw_0/plank")
    geom = int(model.body_geomadr[body])
    turn, half = data.geom_xmat[geom].reshape(3, 3), model.geom_size[geom, 0]
    ends = [data.geom_xpos[geom] + side * half * turn[:, 0] for side in (-1, 1)]
    raised = max(ends, key=lambda end: end[2])
    run(model, data, 1.0)
    assert abs(data.qpos[where[0]]) < 0.01
    force = np.array([0, 0, -0.5 * 9.81 * model.body_mass[body]])
    for _ in range(round(6 / model.opt.timestep)):
        data.qfrc_applied[:] = 0
        point = data.xpos[body] + data.xmat[body].reshape(3, 3) @ turn.T @ (raised - data.xpos[body])
        mujoco.mj_applyFT(model, data, force, np.zeros(3), point, body, data.qfrc_applied)
        mujoco.mj_step(model, data)
    span = max(abs(model.jnt_range[world.names("jnt").index("obstacle/seesaw_0/plank")]))
    assert abs(data.qpos[where[0]]) == pytest.approx(span, rel=0.1)


@pytest.mark.parametrize("kind", DYNAMIC)
class TestEveryDynamic:
    @pytest.mark.parametrize("physics", PHYSICS, ids=str)
    def test_is_valid_in_any_physics(self, kind, physics, tmp_path):
        cfg = make_cfg("slope", obstacles=[{"kind": kind, "count": 4}], size=14, physics=physics)
        made = make_variant(Recipe(cfg, 0), 0, tmp_path)
        assert made.problem is None, made.problem

    def test_survives_20_seconds_of_a_wild_robot(self, kind):
        _, world = world_of(kind, "rough", size=10, difficulty=0.4)
        model, data = world.model, start(world.model)
        at = layout(world, "ant_0")
        rng = np.random.default_rng(0)
        while data.time < 20:
            data.ctrl[at.actuators] = rng.uniform(at.low, at.high)
            mujoco.mj_step(model, data, nstep=10)
        assert data.warning.number.sum() == 0
        assert np.isfinite(data.qpos).all()

    def test_its_motion_stays_within_its_footprint(self, kind):
        """For 20 s no part comes near a start, a goal or another obstacle."""
        cfg = make_cfg(
            "flat", size=16, obstacles=[{"kind": kind, "count": 5}], task={"kind": "goal"}, difficulty=0.7
        )
        variant, world = build_world(cfg, 2)
        model, data = world.model, start(world.model)
        spots = {p.name: (np.array(p.pos[:2]), p.shape.radius) for p in variant.arena.obstacles}
        size = variant.draw.agents[0].robot.size
        agent, goal = np.array(variant.arena.starts[0].pos[:2]), np.array(variant.arena.goals[0][:2])
        parts = [g for g in world.obstacle_geoms if model.body_dofnum[model.geom_bodyid[g]] == 1]
        for _ in range(100 if parts else 0):
            mujoco.mj_step(model, data, nstep=round(0.2 / model.opt.timestep))
            for geom in parts:
                middle, radius = spots[world.geom_names[geom].split("/")[1]]
                away = np.linalg.norm(data.geom_xpos[geom, :2] - middle)
                assert away <= radius
        for middle, radius in spots.values():
            assert np.linalg.norm(middle - agent) >= radius + size.radius + 0.05
            assert np.linalg.norm(middle - goal) >= radius + 0.05

    def test_the_keyframe_is_the_reference_pose(self, kind):
        _, world = world_of(kind, "rough")
        model = world.model
        own = [i for i, name in enumerate(world.names("jnt")) if name.startswith("obstacle/")]
        for joint in own:
            first = model.jnt_qposadr[joint]
            width = 7 if model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE else 1
            at = slice(first, first + width)
            assert model.key_qpos[0, at] == pytest.approx(model.qpos0[at], abs=1e-9)
        assert own

    def test_an_agent_has_its_own_actuators_and_joints_alone(self, kind):
        _, world = world_of(kind)
        _, bare = world_of("box")
        mine, plain = layout(world, "ant_0"), layout(bare, "ant_0")
        assert mine.actuators.tolist() == plain.actuators.tolist()
        assert mine.joint_pos.tolist() == plain.joint_pos.tolist()

    def test_it_is_in_nobodys_way(self, kind):
        """What moves does not block; the posts, rails and stands that hold it do."""
        _, world = world_of(kind, difficulty=0.9)
        size = RobotSize(leg=0.1, stand=0.1, radius=0.05, height=0.1, step=0.01, slope=0.7, gap=0.1)
        blocked = bool(world.blocked(size).any())
        assert blocked == any(thing.fixed for thing in world.obstacles)


def test_random_control_leaves_motors_of_obstacles_alone():
    _, world = world_of("spinner")
    data = mujoco.MjData(world.model)
    simulate(world.model, data, np.random.default_rng(0))
    own = [i for i, name in enumerate(world.names("actuator")) if name.startswith("obstacle/")]
    assert (data.ctrl[own] == 0).all()
    assert np.abs(np.delete(data.ctrl, own)).min() > 0


ANT = RobotSize(leg=0.52, stand=0.52, radius=0.5, height=0.8, step=0.26, slope=0.8, gap=0.4)


def mask_at(world, x, y):
    field = world.ground.field
    col, row = (round((at - o) / c) for at, o, c in zip((x, y), field.origin, field.cell))
    return bool(world.blocked(ANT)[row, col])


def middle_and_ends(variant, reach):
    """The middle of the first obstacle, and the points `reach` from it along its length, in m."""
    placed = variant.arena.obstacles[0]
    w, _, _, z = placed.quat
    ahead = np.array([w * w - z * z, 2 * w * z])
    middle = np.array(placed.pos[:2])
    return middle, middle - reach * ahead, middle + reach * ahead


@pytest.mark.parametrize(("height", "low"), [(1.6, False), (0.6, True)])
def test_a_gate_is_open_if_it_is_high_enough(height, low):
    variant, world = world_of("gate", count=1, given={"width": 2.4, "height": height})
    middle, *posts = middle_and_ends(variant, 1.25)
    assert mask_at(world, *middle) == low
    assert all(mask_at(world, *post) for post in posts)


@pytest.mark.parametrize(
    ("kind", "given", "blocks"),
    [
        ("hurdle", {"height": 0.2, "length": 2}, False),
        ("hurdle", {"height": 0.5, "length": 2}, True),
        ("wall", {"height": 0.2, "length": 2}, False),
        ("wall", {"height": 1.5, "length": 2}, True),
        ("sphere", {"radius": 0.6}, True),
        ("rubble", {"size": 2, "height": 0.6}, True),
        ("crate", {"size": 1, "height": 1}, False),
        ("spinner", {"height": 1.0, "radius": 2}, True),
    ],
)
def test_what_is_higher_than_a_step_is_in_the_way(kind, given, blocks):
    variant, world = world_of(kind, count=1, given=given)
    assert mask_at(world, *variant.arena.obstacles[0].pos[:2]) == blocks


def test_a_ramp_is_driven_up():
    """A ball pushed along its axis ends on top; from the other side it meets a wall."""
    variant, world = world_of("ramp", count=1, given={"height": 0.5, "slope": 0.25, "width": 2.0})
    ramp = variant.arena.obstacles[0]
    w, _, _, z = ramp.quat
    ahead = np.array([w * w - z * z, 2 * w * z])
    geom = world.obstacle_geoms[0]
    data = start(world.model)
    hit = np.zeros(1, np.int32)

    def surface(along):
        x, y = np.array(ramp.pos[:2]) + along * ahead
        return 5 - mujoco.mj_ray(world.model, data, [x, y, 5], [0, 0, -1], None, 1, -1, hit)

    half = ramp.shape.half[0]
    heights = [surface(along) for along in np.linspace(-0.95 * half, 0.6 * half, 12)]
    rises = np.diff(heights)
    assert (rises >= -1e-6).all()
    run_ = np.diff(np.linspace(-0.95 * half, 0.6 * half, 12))
    assert (rises / run_).max() == pytest.approx(0.25, abs=0.01)
    assert max(surface(along) for along in np.linspace(-half, half, 60)) == pytest.approx(0.5, abs=0.02)
    assert world.geom_names[geom] == "obstacle/ramp_0"


def test_rubble_is_one_heap_of_rooted_slabs():
    kind = OBSTACLES.get("rubble")
    for pieces in (5, 9, 15):
        made = kind(size=2.0, height=0.5, pieces=pieces).shape(np.random.default_rng(1))
        assert len(made.geoms) == pieces
        other = kind(size=2.0, height=0.5, pieces=pieces).shape(np.random.default_rng(2))
        assert other != made
        for geom in made.geoms:
            w, x, y, z = geom.quat
            up = np.abs([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)])
            assert geom.pos[2] - up @ np.array(geom.size) < -0.05, "each slab goes on below the ground"
