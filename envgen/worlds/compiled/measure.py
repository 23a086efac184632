"""Measurement of a robot in a compiled world."""

from __future__ import annotations

import math
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.params import RobotSize
from envgen.worlds.compiled.state import Snapshot
from envgen.worlds.compiled.world import World
from envgen.worlds.robots.capabilities import can_fly, hip_height, robot_size
from envgen.worlds.robots.support import up_axis
from envgen.worlds.robots.surface_points import surface_points

Floats = NDArray[np.float64]


def measure_agent(world: World, data: Snapshot, agent: str) -> RobotSize:
    """Return the size and abilities of an agent's robot.

    Args:
        world: The world.
        data: State of the world, with the robot in its home pose.
        agent: Agent id.
    """
    root = world.roots[agent]
    bodies = {root}
    for body in range(root + 1, world.model.nbody):
        if int(world.model.body_parentid[body]) in bodies:
            bodies.add(body)
    geoms = [g for g in range(world.model.ngeom) if int(world.model.geom_bodyid[g]) in bodies]
    at_home = _upright(data, root)
    points = surface_points(world.model, at_home, geoms)
    hip = hip_height(world.model, at_home, geoms)
    actuators = [i for i, name in enumerate(world.names("actuator")) if name.startswith(f"{agent}/")]
    flying = can_fly(world.model, at_home, actuators, float(world.model.body_subtreemass[root]))
    # radius and heights don't depend on yaw
    return robot_size(points, np.array(at_home.xpos[root]), hip, flying=flying)


@dataclass(frozen=True, eq=False)
class _Poses:
    """Poses of bodies, geoms and sites, as in `Snapshot`."""

    xpos: Floats
    geom_xpos: Floats
    geom_xmat: Floats
    site_xmat: Floats


def _upright(data: Snapshot, root: int) -> _Poses:
    """Rotate all poses about a root so that its up axis is the world's z."""
    up = up_axis(data.xmat[root])
    axis, turn = np.array([up[1], -up[0], 0.0]), np.zeros(9)  # shortest rotation from up to the world's z
    sine = float(np.linalg.norm(axis))
    quat = np.array([1.0, 0.0, 0.0, 0.0])
    if sine > 1e-9:
        mujoco.mju_axisAngle2Quat(quat, axis / sine, math.atan2(sine, float(up[2])))
    mujoco.mju_quat2Mat(turn, quat)
    matrix, centre = turn.reshape(3, 3), data.xpos[root]
    return _Poses(
        (data.xpos - centre) @ matrix.T + centre,
        (data.geom_xpos - centre) @ matrix.T + centre,
        (matrix @ data.geom_xmat.reshape(-1, 3, 3)).reshape(-1, 9),
        (matrix @ data.site_xmat.reshape(-1, 3, 3)).reshape(-1, 9),
    )
