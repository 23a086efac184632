"""Inputs of task terms that do not change during an episode: goals, objects, sizes, and array indices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.core.params import RobotSize
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import control_range
from envgen.worlds.sampling.teams import Teams


@dataclass(frozen=True)
class AgentLayout:
    """Indices of one agent's values in the arrays of a model.

    Attributes:
        root: Number of its root body.
        root_joints: Numbers of the joints of the root.
        sensors: Slice of `sensordata` by the sensor's name without the agent's prefix.
        joint_pos: Indices into `qpos`, without the root's joints.
        joint_vel: Indices into `qvel`, without the root's joints.
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


def layout(world: World, agent: str) -> AgentLayout:
    """Find the sensors, joints and actuators whose names have the agent's prefix."""
    model, root = world.model, world.roots[agent]
    sensors = (model.sensor_adr, model.sensor_dim)
    joints = (model.jnt_bodyid, model.jnt_type, model.jnt_qposadr, model.jnt_dofadr)
    found = _found(
        f"{agent}/",
        root,
        world.names("sensor"),
        tuple(part.tobytes() for part in sensors),
        world.names("jnt"),
        tuple(part.tobytes() for part in joints),
        world.names("actuator"),
    )
    low, high = control_range(model)
    actuators = found[-1]
    return AgentLayout(root, *found, low[actuators], high[actuators], np.array(model.body_pos[root]))


Indices = NDArray[np.intp]


@lru_cache(maxsize=32)
def _found(
    prefix: str,
    root: int,
    sensor: tuple[str, ...],
    of_sensor: tuple[bytes, ...],
    joint: tuple[str, ...],
    of_joint: tuple[bytes, ...],
    actuator: tuple[str, ...],
) -> tuple[tuple[int, ...], Mapping[str, slice], Indices, Indices, Indices]:
    """Find the indices by names and MuJoCo's numbers; cached, as most variants of an EnvCfg agree in them.

    Returns:
        Joints of the root, slices of the sensors, and indices into `qpos`, `qvel` and `ctrl`.
    """
    sensors = {
        name[len(prefix) :]: slice(first, first + width)
        for name, first, width in _rows(sensor, of_sensor)
        if name.startswith(prefix)
    }
    root_joints = []
    pos: list[int] = []
    vel: list[int] = []
    for i, (name, body, kind, q, v) in enumerate(_rows(joint, of_joint)):
        if not name.startswith(prefix):
            continue
        if body == root:
            root_joints.append(i)
            continue
        width = {0: (7, 6), 1: (4, 3)}.get(kind, (1, 1))
        pos += range(q, q + width[0])
        vel += range(v, v + width[1])
    ctrl = [i for i, name in enumerate(actuator) if name.startswith(prefix)]
    at_pos, at_vel, at_ctrl = (np.array(part, dtype=np.intp) for part in (pos, vel, ctrl))
    for part in (at_pos, at_vel, at_ctrl):
        part.setflags(write=False)  # shared by many variants
    return tuple(root_joints), MappingProxyType(sensors), at_pos, at_vel, at_ctrl


def _rows(names: tuple[str, ...], numbers: tuple[bytes, ...]) -> Iterator[tuple[Any, ...]]:
    return zip(names, *(np.frombuffer(part, dtype=np.int32).tolist() for part in numbers), strict=True)


@dataclass(frozen=True)
class FreeBody:
    """Indices of a free body's values in the arrays of a model.

    Attributes:
        pos: First index into `qpos`.
        vel: First index into `qvel`.
        centre: (3,) centre of mass in the frame of the body, in m.
    """

    pos: int
    vel: int
    centre: Floats


def _free_body(world: World, name: str) -> FreeBody:
    model, body = world.model, world.body_names.index(name)
    joint = int(model.body_jntadr[body])
    first = int(model.jnt_qposadr[joint]), int(model.jnt_dofadr[joint])
    return FreeBody(*first, np.array(model.body_ipos[body]))


@dataclass(frozen=True, eq=False)
class TaskContext:
    """A batch of worlds with the same agents, and the inputs of their task terms other than the state.

    Attributes:
        worlds: The worlds.
        teams: Their agents, teams and roles.
        sizes: Size of each agent's robot by agent id, one mapping per world.
        params: Drawn parameters of the task, one mapping per world.
        goals: How goals are assigned to agents (`Task.goals`).
        objects: Names of the bodies of the task's objects, such as a ball.
    """

    worlds: Sequence[World]
    teams: Teams
    sizes: Sequence[Mapping[str, RobotSize]]
    params: Sequence[Mapping[str, float]]
    goals: str = "agent"
    objects: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        worlds: Sequence[World],
        teams: Teams,
        sizes: Sequence[Mapping[str, RobotSize]],
        params: Sequence[Mapping[str, float]],
        task: Mapping[str, Any],
    ) -> TaskContext:
        """Build the context of a task from its JSON in a pack."""
        return cls(worlds, teams, sizes, params, task.get("goals", "agent"), task.get("objects", ()))

    @cached_property
    def layouts(self) -> dict[str, list[AgentLayout]]:
        """Layout of each agent, one per world."""
        return {agent: [layout(world, agent) for world in self.worlds] for agent in self.teams.agents}

    @cached_property
    def things(self) -> list[list[FreeBody]]:
        """Indices of each object, one per world."""
        return [[_free_body(world, name) for world in self.worlds] for name in self.objects]

    @cached_property
    def goal(self) -> list[Floats]:
        """(worlds, 3) position of each agent's goal, in m; (worlds, 0) where there is none."""
        number = [
            {"agent": agent, "team": self.teams.side(agent)}.get(self.goals, 0)
            for agent in range(len(self.teams.agents))
        ]
        return [
            np.array([w.goals[min(n, len(w.goals) - 1)] if len(w.goals) else [] for w in self.worlds])
            for n in number
        ]

    @cached_property
    def start(self) -> dict[str, Floats]:
        """(worlds, 3) position of each agent's root at the start, in m."""
        return {agent: np.array([at.start for at in found]) for agent, found in self.layouts.items()}

    @cached_property
    def constants(self) -> dict[tuple[str, str], Floats]:
        """Cache of `constant`: (worlds, 1) values by agent and name."""
        return {}

    def constant(self, agent: str, name: str) -> Floats:
        """Return a constant of an agent, (worlds, 1): a size of its robot, or `arena_x`, `arena_y` in m."""
        key = agent, name
        if key not in self.constants:
            if name in ("arena_x", "arena_y"):
                values = [world.size[name == "arena_y"] for world in self.worlds]
            else:
                values = [float(getattr(sizes[agent], name)) for sizes in self.sizes]
            self.constants[key] = np.array(values)[:, None]
        return self.constants[key]

    @cached_property
    def _maps(self) -> NDArray[np.float32] | None:
        """(worlds, samples) ground maps in one array; None where their grids differ."""
        fields = [world.ground.field for world in self.worlds]
        grids = {(field.heights.shape, field.cell, field.origin) for field in fields}
        if len(grids) > 1:
            return None
        return np.stack([field.heights.ravel() for field in fields])

    def ground(self, xy: Floats) -> Floats:
        """Return the height of the ground map (worlds, 1), in m, under points (worlds, 2)."""
        if len(self.worlds) == 1 or self._maps is None:
            points = zip(self.worlds, xy.tolist())
            return np.array([[world.ground.field.at_point(x, y)] for world, (x, y) in points])
        return self.worlds[0].ground.field.at_each(self._maps, xy[:, 0], xy[:, 1])[:, None]
