"""What task terms read of a world besides its state: goals, objects, sizes, and where numbers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.build.cast import Cast
from envgen.build.engine import Model
from envgen.build.world import World
from envgen.core.heightfield import Floats
from envgen.core.params import RobotSize

ROOT_JOINTS = ("root", "root_x", "root_y", "root_z", "root_pitch", "root_yaw")
"""Names of joints by which the root moves, where they are not free joints."""
_FREE, _SITE = int(mujoco.mjtJoint.mjJNT_FREE), int(mujoco.mjtObj.mjOBJ_SITE)


@dataclass(frozen=True)
class AgentLayout:
    """Where one agent's numbers are in the arrays of a model.

    Attributes:
        root: Its root body.
        root_joints: Joints by which the root moves.
        sensors: Slice of `sensordata` by the sensor's name without the agent's prefix.
        joint_pos: Indices into `qpos`, the root left out.
        joint_vel: Indices into `qvel`, the root left out.
        actuators: Indices into `ctrl`.
        low: (nu,) lower ends of the actuators' ctrlrange.
        high: (nu,) upper ends.
        start: (3,) position of the root at the start, in m.
    """

    root: int
    root_joints: tuple[int, ...]
    sensors: Mapping[str, slice]
    joint_pos: NDArray[np.intp]
    joint_vel: NDArray[np.intp]
    actuators: NDArray[np.intp]
    low: Floats
    high: Floats
    start: Floats


def _root_body(model: Model, sensor: int) -> int:
    """The body whose position a sensor measures."""
    measured = int(model.sensor_objid[sensor])
    return int(model.site_bodyid[measured]) if model.sensor_objtype[sensor] == _SITE else measured


def layout(world: World, agent: str) -> AgentLayout:
    """Find an agent's sensors, joints and actuators by its prefix."""
    model = world.model
    prefix = f"{agent}/"
    sensors, names = {}, world.names("sensor")
    for i, name in enumerate(names):
        if name.startswith(prefix):
            first = int(model.sensor_adr[i])
            sensors[name[len(prefix) :]] = slice(first, first + int(model.sensor_dim[i]))
    root, root_joints = _root_body(model, names.index(f"{prefix}root_pos")), []
    pos: list[int] = []
    vel: list[int] = []
    for i, name in enumerate(world.names("jnt")):
        if not name.startswith(prefix):
            continue
        kind = int(model.jnt_type[i])
        if model.jnt_bodyid[i] == root and (kind == _FREE or name[len(prefix) :] in ROOT_JOINTS):
            root_joints.append(i)
            continue
        width = {0: (7, 6), 1: (4, 3)}.get(kind, (1, 1))
        pos += range(int(model.jnt_qposadr[i]), int(model.jnt_qposadr[i]) + width[0])
        vel += range(int(model.jnt_dofadr[i]), int(model.jnt_dofadr[i]) + width[1])
    actuators = [i for i, name in enumerate(world.names("actuator")) if name.startswith(prefix)]
    limited = model.actuator_ctrllimited[actuators].astype(bool)[:, None]
    # a control without limits is the action itself
    bounds = np.where(limited, model.actuator_ctrlrange[actuators].reshape(-1, 2), (-1.0, 1.0))
    return AgentLayout(
        root,
        tuple(root_joints),
        sensors,
        np.array(pos, dtype=np.intp),
        np.array(vel, dtype=np.intp),
        np.array(actuators, dtype=np.intp),
        bounds[:, 0],
        bounds[:, 1],
        np.array(model.body_pos[root]),
    )


@dataclass(frozen=True, eq=False)
class Stage:
    """Worlds with the same agents, and all that their terms read but the state.

    Attributes:
        worlds: The worlds.
        cast: Their agents, teams and roles.
        sizes: What each agent's robot measures, in each world, by agent id.
        params: The drawn parameters of the task, in each world.
        goals: Which goal an agent has (`Task.goals`).
        objects: Names of the bodies that the task moves.
    """

    worlds: Sequence[World]
    cast: Cast
    sizes: Sequence[Mapping[str, RobotSize]]
    params: Sequence[Mapping[str, float]]
    goals: str = "agent"
    objects: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        worlds: Sequence[World],
        cast: Cast,
        sizes: Sequence[Mapping[str, RobotSize]],
        params: Sequence[Mapping[str, float]],
        task: Mapping[str, Any],
    ) -> Stage:
        """The stage of a task as it is in a pack."""
        return cls(worlds, cast, sizes, params, task.get("goals", "agent"), task.get("objects", ()))

    @cached_property
    def layouts(self) -> dict[str, list[AgentLayout]]:
        """Where each agent's numbers are, in each world."""
        return {agent: [layout(world, agent) for world in self.worlds] for agent in self.cast.agents}

    @cached_property
    def free_bodies(self) -> list[list[tuple[int, int]]]:
        """For each world, the first index into `qpos` and `qvel` of each object."""
        found = []
        for world in self.worlds:
            joints = [world.model.body_jntadr[world.body_names.index(name)] for name in self.objects]
            found.append([(int(world.model.jnt_qposadr[j]), int(world.model.jnt_dofadr[j])) for j in joints])
        return found

    def goal(self, agent: int) -> Floats:
        """(worlds, 3) position of an agent's goal, in m; (worlds, 0) where there is none."""
        number = {"agent": agent, "team": self.cast.side(agent)}.get(self.goals, 0)
        return np.array([w.goals[min(number, len(w.goals) - 1)] if len(w.goals) else [] for w in self.worlds])
