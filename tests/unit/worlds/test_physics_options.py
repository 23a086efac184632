"""Settings of an EnvCfg change what happens in the world, by as much as they should."""

from __future__ import annotations

import math

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, make_cfg, start

from envgen.worlds.compiler import compile_text


def dropped(**physics):
    """A ball's body 2 m above the floor of a world with these physics: its path over 0.3 s."""
    cfg = make_cfg(
        "flat",
        obstacles=[{"kind": "ball", "count": 1, "radius": 0.2}],
        physics=physics,
        task={"kind": "stand"},
    )
    _, world = build_world(cfg)
    model, data = world.model, start(world.model)
    body = world.body_names.index("obstacle/ball_0")
    joint = model.body_jntadr[body]
    data.qpos[model.jnt_qposadr[joint] + 2] = 2.0
    start_pos = data.qpos[model.jnt_qposadr[joint] : model.jnt_qposadr[joint] + 3].copy()
    while data.time < 0.3:
        mujoco.mj_step(model, data)
    return data.xpos[body] - start_pos, data.time


@pytest.mark.parametrize("gravity", [0, 1.62, 3.71, 9.81, 24.79])
def test_a_body_falls_with_the_gravity_set(gravity):
    moved, time = dropped(gravity=gravity, fluid="none")
    assert moved[2] == pytest.approx(-gravity * time**2 / 2, rel=0.05, abs=1e-4)


def test_wind_blows_and_needs_a_fluid():
    still, _ = dropped()
    blown, _ = dropped(wind=[20, 0, 0])
    assert abs(still[0]) < 1e-6
    assert blown[0] > 0.05
    other, _ = dropped(wind=[0, -20, 0])
    assert other[1] < -0.05


def test_water_slows_what_falls():
    air, _ = dropped()
    water, _ = dropped(fluid="water")
    assert abs(water[2]) < 0.7 * abs(air[2])


SLOPE = math.radians(17)


def slid(friction: float, terrain: str = "flat") -> float:
    """How far a box of friction 1 slides in a second on the ground of a world tilted by 17 degrees."""
    cfg = make_cfg(terrain, physics={"friction": friction}, task={"kind": "stand"}, difficulty=0)
    variant, _ = build_world(cfg)
    geom = '<geom type="box" size=".1 .1 .1" mass="1" friction="1"/>'
    box = f'<body name="probe" pos="0 0 0.11"><freejoint/>{geom}</body>'
    text = variant.rendered.text.replace("</worldbody>", box + "</worldbody>")
    text = text[: text.index("<keyframe>")] + "</mujoco>"
    model = compile_text(text, variant.rendered.files)
    model.opt.gravity[:] = [9.81 * math.sin(SLOPE), 0, -9.81 * math.cos(SLOPE)]
    data = mujoco.MjData(model)
    body = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, "probe")
    while data.time < 1:
        mujoco.mj_step(model, data)
    return float(data.xpos[body, 0])


def test_ice_is_slippery_whatever_slides_on_it():
    """tan 17 deg = 0.31: it slides on ice and stays on ground of friction 1 (design: terrains.md)."""
    assert slid(0.05) > 1.0
    assert slid(0.2) > 0.2
    assert abs(slid(1.0)) < 0.02
    expected = 9.81 * (math.sin(SLOPE) - 0.05 * math.cos(SLOPE)) / 2
    assert slid(0.05) == pytest.approx(expected, rel=0.1)


def test_obstacles_are_as_slippery_as_the_ground():
    cfg = make_cfg(
        "rough",
        physics={"friction": 0.1},
        obstacles=[{"kind": kind, "count": 1} for kind in ("box", "cylinder", "log", "ball")],
    )
    _, world = build_world(cfg)
    ours = [*world.terrain_geoms, *world.obstacle_geoms]
    assert (world.model.geom_friction[ours, 0] == 0.1).all()
    assert (world.model.geom_priority[ours] == 1).all()
    others = sorted(set(range(world.model.ngeom)) - set(ours))
    assert (world.model.geom_priority[others] == 0).all()


@pytest.mark.parametrize("terrain", ["rough", "pyramid_stairs", "stepping_stones", "gap"])
def test_friction_reaches_every_geom_of_every_ground(terrain):
    _, world = build_world(make_cfg(terrain, size=12, physics={"friction": 0.25}))
    assert np.allclose(world.model.geom_friction[world.terrain_geoms, 0], 0.25)


def test_timestep_integrator_and_fluid_are_what_is_asked():
    _, world = build_world(make_cfg(physics={"timestep": 0.002, "integrator": "RK4", "fluid": "none"}))
    assert world.model.opt.timestep == 0.002
    assert world.model.opt.integrator == mujoco.mjtIntegrator.mjINT_RK4
    assert world.model.opt.density == 0
    _, world = build_world(make_cfg())
    assert world.model.opt.timestep == 0.01
    assert world.model.opt.density == pytest.approx(1.204)


def test_water_carries_a_robot_by_what_it_displaces():
    """The hollow ant hovers (the lift is its weight at most), the humanoid hardly sinks."""

    def risen(model_name, fluid):
        _, world = build_world(make_cfg("flat", model_name, physics={"fluid": fluid}, task={"kind": "stand"}))
        model, data = world.model, start(world.model)
        data.qpos[2] += 2
        mujoco.mj_forward(model, data)
        before = data.subtree_com[1, 2]
        while data.time < 0.3:
            mujoco.mj_step(model, data)
        return data.subtree_com[1, 2] - before

    assert abs(risen("ant", "water")) < 0.05
    assert risen("ant", "air") < -0.3
    assert abs(risen("humanoid", "water")) < 0.2
    assert risen("humanoid", "air") < -0.3


def test_gravcomp_stays_constant_where_gravity_differs():
    """Buoyancy is a share of the weight: on the Moon water lifts as much less as it pulls less."""
    for gravity in (1.62, 9.81):
        _, world = build_world(make_cfg("flat", "humanoid", physics={"fluid": "water", "gravity": gravity}))
        data = start(world.model)
        weight = world.model.body_subtreemass[1] * gravity
        assert 0.5 < data.qfrc_gravcomp[2] / weight < 1.5
