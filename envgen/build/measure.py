"""Measuring a robot by its geoms in whatever world it stands."""

from __future__ import annotations

import numpy as np

from envgen.build.reading import Snapshot
from envgen.build.robot import flies, hip_height, measure, surface
from envgen.build.world import World
from envgen.core.params import RobotSize


def measure_agent(world: World, data: Snapshot, agent: str) -> RobotSize:
    """What an agent's robot measures and masters.

    Args:
        world: The world.
        data: Its state, with the robot at its home pose.
        agent: Agent id.
    """
    root = world.roots[agent]
    bodies = {root}
    for body in range(root + 1, world.model.nbody):
        if int(world.model.body_parentid[body]) in bodies:
            bodies.add(body)
    geoms = [g for g in range(world.model.ngeom) if int(world.model.geom_bodyid[g]) in bodies]
    points = surface(world.model, data, geoms)
    hip = hip_height(world.model, data, geoms)
    actuators = [i for i, name in enumerate(world.names("actuator")) if name.startswith(f"{agent}/")]
    flying = flies(world.model, data, actuators, float(world.model.body_subtreemass[root]))
    # upright, whatever the heading: radius and heights don't depend on yaw
    return measure(points, np.array(data.xpos[root]), hip, flying=flying)
