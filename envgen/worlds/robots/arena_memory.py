"""How much of MuJoCo's arena a robot needs."""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.worlds.compiler import capture_warnings, control_range

Floats = NDArray[np.float64]


def arena_need(xml: str, home: Floats, touches: int, *, free: bool) -> int:
    """Bytes of arena seen while the robot thrashes on bumpy ground for two seconds.

    MuJoCo reserves 14 MiB a world by default; what is really used is some 10 kB. The draws are fixed, so
    that the figure is a property of the robot.
    """
    rng = np.random.default_rng(0)
    spec = mujoco.MjSpec.from_string(xml)
    bumps = spec.add_hfield(name="bumps", size=[4, 4, 0.15, 0.1], nrow=80, ncol=80)
    bumps.userdata = rng.uniform(0, 1, 6400)
    ground = spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_HFIELD, hfieldname="bumps", pos=[0, 0, -0.15])
    ground.contype = ground.conaffinity = touches  # and not what the robot's defaults say
    with capture_warnings():
        world = spec.compile()
        data = mujoco.MjData(world)
        low, high = control_range(world)
        steps = max(1, int(0.05 / world.opt.timestep))
        for look in range(100):
            if look == 0 or (look >= 40 and look % 10 == 0):  # it lands on its back and its sides, too
                mujoco.mj_resetData(world, data)
                data.qpos[:] = home
                if look and free:
                    tumbled = rng.normal(size=4)
                    data.qpos[3:7] = tumbled / np.linalg.norm(tumbled)
            data.ctrl[:] = rng.uniform(low, high)
            mujoco.mj_step(world, data, nstep=steps)
    return int(data.maxuse_arena)
