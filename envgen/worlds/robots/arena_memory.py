"""Arena memory of MuJoCo that a robot needs."""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.worlds.compiler import capture_warnings, control_range

Floats = NDArray[np.float64]


def measure_arena_memory(xml: str, home: Floats, touches: int, *, free: bool) -> int:
    """Return the bytes of arena memory used while the robot moves at random on bumpy ground.

    MuJoCo reserves 14 MiB a world by default, of which some 10 kB are used. The seed is fixed, so that the
    result is a property of the robot.

    Args:
        xml: MJCF of the robot.
        home: (nq,) home pose.
        touches: Contact type and affinity bits of the ground.
        free: Whether the root has a free joint.
    """
    rng = np.random.default_rng(0)
    spec = mujoco.MjSpec.from_string(xml)
    bumps = spec.add_hfield(name="bumps", size=[4, 4, 0.15, 0.1], nrow=80, ncol=80)
    bumps.userdata = rng.uniform(0, 1, 6400)
    ground = spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_HFIELD, hfieldname="bumps", pos=[0, 0, -0.15])
    ground.contype = ground.conaffinity = touches  # overrides the robot's default class
    with capture_warnings():
        world = spec.compile()
        data = mujoco.MjData(world)
        low, high = control_range(world)
        steps = max(1, int(0.05 / world.opt.timestep))
        for sample in range(100):
            if sample == 0 or (sample >= 40 and sample % 10 == 0):  # drop it on its back and sides, too
                mujoco.mj_resetData(world, data)
                data.qpos[:] = home
                if sample and free:
                    tumbled = rng.normal(size=4)
                    data.qpos[3:7] = tumbled / np.linalg.norm(tumbled)
            data.ctrl[:] = rng.uniform(low, high)
            mujoco.mj_step(world, data, nstep=steps)
    return int(data.maxuse_arena)
