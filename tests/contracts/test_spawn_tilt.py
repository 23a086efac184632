"""Starts along slopes: what stands on three feet and more leans with the ground, what balances does not."""

from __future__ import annotations

import math

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, make_cfg, start

from envgen.core.families import ROBOTS
from envgen.core.heightfield import Heightfield
from envgen.core.params import RobotSize
from envgen.terrains.base import of_heights
from envgen.worlds.compiled.measure import measure_agent
from envgen.worlds.compiled.state import Snapshot
from envgen.worlds.ground_map import GroundMap
from envgen.worlds.placement.ground_contact import GroundContact
from envgen.worlds.robots.robot_model import RobotModel, robot_model
from envgen.worlds.robots.support import STEEPEST

WIDE = ("ant", "hexapod", "quadruped", "rover", "snake")
STEEP = {"slope": 0.3, "platform": 0.3, "border": 0}
HALF = {"model": "half_cheetah", "count": 6}
NARROW = ("biped", "humanoid", "point", "quadrotor")


def robot(name: str) -> RobotModel:
    params = {key: spec.at(0.5, RobotSize()) for key, spec in ROBOTS.get(name).params.items()}
    return robot_model(name, params)


def hillside(along: float, across: float = 0.0) -> GroundContact:
    """An even slope of 12 m with that rise/run along x and y."""
    x = np.linspace(-6, 6, 121)
    ground = of_heights(along * x[None, :] + across * x[:, None])
    return GroundContact(ground, GroundMap(Heightfield.centred(ground.surface, (12.0, 12.0)), sharp=False))


@pytest.mark.parametrize("name", WIDE)
def test_what_is_wide_stands_along_the_slope(name):
    """Facing uphill it pitches up, across the slope it rolls; all of its soles are at the ground."""
    model = robot(name)
    steep = min(0.25, *model.support.max_lean)
    uphill, carried = hillside(steep).stand(model, 0.0, 0.0, 0.0)
    assert uphill.pitch == pytest.approx(-math.atan(steep), abs=0.01)
    assert uphill.roll == pytest.approx(0.0, abs=0.01)
    assert carried == 1.0
    sideways, _ = hillside(steep).stand(model, 0.0, 0.0, round(math.pi / 2, 4))
    assert abs(sideways.roll) == pytest.approx(math.atan(steep), abs=0.01)
    assert sideways.pitch == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("name", NARROW)
def test_what_balances_or_flies_stays_upright(name):
    pose, _ = hillside(0.3, 0.1).stand(robot(name), 0.0, 0.0, 0.5)
    assert (pose.pitch, pose.roll) == (0.0, 0.0)


@pytest.mark.parametrize("name", [*WIDE, "half_cheetah", "hopper", "walker2d"])
def test_nobody_leans_so_far_that_it_tips(name):
    """However steep the ground is, its root stays over what it stands on."""
    model = robot(name)
    pose, _ = hillside(1.5, -1.2).stand(model, 0.0, 0.0, 0.0)
    along, across = math.tan(-pose.pitch), math.tan(pose.roll) * math.hypot(1, math.tan(pose.pitch))
    assert 0 <= along <= model.support.max_lean[0] + 1e-3 <= STEEPEST + 1e-3
    assert -model.support.max_lean[1] - 1e-3 <= across <= 1e-9
    soles = model.support.underside[model.support.contact_mask]
    assert along * model.size.stand <= np.ptp(soles[:, 0]) / 2
    assert -across * model.size.stand <= np.ptp(soles[:, 1]) / 2 + 1e-9


def test_a_planar_robot_tilts_by_its_hinge():
    """Its slides stay level: the body has no turn, the keyframe's hinge has it."""
    cfg = make_cfg("pyramid_slope", "half_cheetah", size=16, sub=STEEP, robots=[HALF], task={"kind": "walk"})
    leaning = 0
    for index in range(6):
        variant, world = build_world(cfg, index=index)
        pose = variant.arena.starts[-1]
        root = world.roots["half_cheetah_5"]
        # it may face along -x, which is a turn about the vertical
        assert world.model.body_quat[root][1:3] == pytest.approx([0.0, 0.0], abs=1e-9)
        hinge = mujoco.mj_name2id(world.model, mujoco.mjtObj.mjOBJ_JOINT, "half_cheetah_5/root_pitch")
        assert hinge >= 0
        at = world.model.jnt_qposadr[hinge]
        assert world.model.key_qpos[0, at] == pytest.approx(pose.pitch, abs=1e-4)
        leaning += pose.pitch != 0
    assert leaning


@pytest.mark.parametrize("name", [*WIDE, "half_cheetah"])
def test_a_robot_on_a_slope_starts_at_the_ground_and_measures_as_at_home(name):
    """In compiled worlds: nothing is in the ground, and its sizes are those of the robot upright."""
    several = [{"model": name, "count": 8}]
    cfg = make_cfg("pyramid_slope", name, size=16, sub=STEEP, robots=several, task={"kind": "walk"})
    leaning = 0
    for index in range(6):
        variant, world = build_world(cfg, index=index)
        state = Snapshot.of(start(world.model))
        assert state.contact_dist.min(initial=0.0) > -0.001
        for agent, pose in zip(variant.draw.agents, variant.arena.starts):
            leaning += pose.pitch != 0 or pose.roll != 0
            size = measure_agent(world, state, agent.id)
            for key in ("leg", "stand", "radius", "height", "step"):
                assert getattr(size, key) == pytest.approx(
                    getattr(agent.robot.size, key), rel=0.02, abs=0.002
                )
    assert leaning


def test_on_boxes_everyone_stands_upright():
    """Treads are level."""
    cfg = make_cfg("pyramid_stairs", "quadruped", robots=[{"model": "quadruped", "count": 6}], difficulty=0.9)
    for index in range(3):
        assert {(pose.pitch, pose.roll) for pose in build_world(cfg, index=index)[0].arena.starts} == {(0, 0)}
