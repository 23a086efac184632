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
from envgen.worlds.compiled.ground_maps import GroundMaps
from envgen.worlds.compiled.row_tables import Columns, Indices, RowTables
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

    What terms read has one row for each row of a batch. At first row i is world i; `show` changes that.

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
    def rows(self) -> RowTables:
        """Cache of the values read, by row of the batch."""
        return RowTables()

    def show(self, rows: Sequence[int] | Indices) -> None:
        """Set which world each row of the batch shows; there may be more rows than worlds."""
        self.rows.show(rows)

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
    def ground_maps(self) -> GroundMaps:
        """The ground maps of the worlds."""
        return GroundMaps([world.ground.field for world in self.worlds])

    def goal_of(self, number: int) -> Floats:
        """Return the position of the goal (rows, 3) of an agent, by its number, in m."""
        return self.rows.table(("goal", number), lambda: self.goal[number])

    def start_of(self, agent: str) -> Floats:
        """Return the position of an agent's root at the start (rows, 3), in m."""
        return self.rows.table(("start", agent), lambda: self.start[agent])

    def constant(self, agent: str, name: str) -> Floats:
        """Return a constant of an agent, (rows, 1): a size of its robot, or `arena_x`, `arena_y` in m."""
        if name in ("arena_x", "arena_y"):
            side = int(name == "arena_y")
            return self.rows.table(name, lambda: np.array([[world.size[side]] for world in self.worlds]))
        return self.rows.table(
            ("constant", agent, name),
            lambda: np.array([[float(getattr(sizes[agent], name))] for sizes in self.sizes]),
        )

    def param(self, name: str) -> Floats:
        """Return a drawn parameter of the task (rows, 1)."""
        return self.rows.table(
            ("param", name), lambda: np.array([[float(params[name])] for params in self.params])
        )

    def columns(self, agent: str, kind: str, name: str = "") -> Columns:
        """Return where an agent's numbers are in the arrays of a batch.

        Args:
            agent: Agent id.
            kind: `joint_pos` in qpos, `joint_vel` in qvel, `actuators` in ctrl; `sensor` and `sensors` in
                sensordata.
            name: Of the sensor, or what the names of sensors begin with.
        """
        return self.rows.columns(
            (agent, kind, name), lambda: [_find(at, kind, name) for at in self.layouts[agent]]
        )

    def control_span(self, agent: str) -> tuple[Floats, Floats]:
        """Return the lower ends of an agent's control ranges and their widths, each (rows, nu)."""
        layouts = self.layouts[agent]
        low = self.rows.table(("low", agent), lambda: np.array([at.low for at in layouts]))
        return low, self.rows.table(
            ("span", agent), lambda: np.array([np.maximum(at.high - at.low, 1e-9) for at in layouts])
        )

    def free_body(self, number: int) -> tuple[Columns, Columns, Floats]:
        """Return columns of an object's pose in qpos and velocity in qvel, and its centre (rows, 3) in m."""
        things = self.things[number]
        return (
            self.rows.columns(("pose", number), lambda: [at.pos + np.arange(7) for at in things]),
            self.rows.columns(("twist", number), lambda: [at.vel + np.arange(6) for at in things]),
            self.rows.table(("centre", number), lambda: np.array([at.centre for at in things])),
        )

    def ground(self, xy: Floats) -> Floats:
        """Return heights of the ground map, in m.

        Args:
            xy: (rows, 2) a point in each row, or (rows, points, 2), in m.

        Returns:
            (rows, 1) or (rows, points).
        """
        if len(self.worlds) == 1 and xy.shape == (1, 2):
            x, y = xy[0].tolist()
            return np.array([[self.worlds[0].ground.field.at_point(x, y)]])
        points = xy[:, None] if xy.ndim == 2 else xy
        return self.ground_maps.at(self.rows.rows, points[..., 0], points[..., 1])


def _find(at: AgentLayout, kind: str, name: str) -> Columns:
    """Find an agent's numbers in one world: see `TaskContext.columns`."""
    if kind == "sensor":
        return at.sensors[name]
    if kind == "sensors":
        parts = [np.arange(part.start, part.stop) for key, part in at.sensors.items() if key.startswith(name)]
        return np.concatenate(parts) if parts else slice(0, 0)
    found: Indices = getattr(at, kind)
    return found
