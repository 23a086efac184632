"""The state of one agent in a batch of worlds, as task terms read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.worlds.compiled.row_tables import take
from envgen.worlds.compiled.task_context import TaskContext
from envgen.worlds.compiler import Data, Model


class State(Protocol):
    """The part of a simulation state that task terms read; MjData and Snapshot provide it."""

    @property
    def time(self) -> Any: ...
    @property
    def qpos(self) -> Any: ...
    @property
    def qvel(self) -> Any: ...
    @property
    def ctrl(self) -> Any: ...
    @property
    def sensordata(self) -> Any: ...


@dataclass(frozen=True, eq=False)
class BatchState:
    """The states of a batch of worlds as arrays, one row a world; rows of other sizes end in zeros.

    Attributes:
        time: (worlds,) in s.
        qpos: (worlds, nq)
        qvel: (worlds, nv)
        ctrl: (worlds, nu)
        sensordata: (worlds, nsensordata)
    """

    time: Floats
    qpos: Floats
    qvel: Floats
    ctrl: Floats
    sensordata: Floats

    @classmethod
    def of(cls, states: Sequence[State]) -> BatchState:
        """Copy states into arrays."""
        return cls(
            np.array([float(state.time) for state in states]),
            _stack([state.qpos for state in states]),
            _stack([state.qvel for state in states]),
            _stack([state.ctrl for state in states]),
            _stack([state.sensordata for state in states]),
        )


class BatchTaskState:
    """The state of one agent in a batch of worlds; every method returns an array (worlds, k).

    Args:
        context: The worlds and the inputs of their tasks.
        data: State of each world, with its sensors computed: as arrays, or MuJoCo's own.
        agent: Agent id, the same in all worlds.
        over: (worlds, agents) whether the episode of an agent is over; None where none is.
        asker: The agent whose term is evaluated, where a term reads the state of another agent.
    """

    def __init__(
        self,
        context: TaskContext,
        data: BatchState | Sequence[State],
        agent: str,
        over: NDArray[np.bool_] | None = None,
        asker: BatchTaskState | None = None,
    ) -> None:
        self.state = data if isinstance(data, BatchState) else BatchState.of(data)
        self.worlds = len(self.state.time)
        self._context, self._over, self._asker = context, over, asker
        self._agent, self._number = agent, context.teams.agents.index(agent)
        self._views: dict[int, BatchTaskState] = {}

    def sensor(self, name: str) -> Floats:
        return take(self.state.sensordata, self._context.columns(self._agent, "sensor", name))

    def sensors(self, prefix: str) -> Floats:
        return take(self.state.sensordata, self._context.columns(self._agent, "sensors", prefix))

    def joint_pos(self) -> Floats:
        return take(self.state.qpos, self._context.columns(self._agent, "joint_pos"))

    def joint_vel(self) -> Floats:
        return take(self.state.qvel, self._context.columns(self._agent, "joint_vel"))

    def action(self) -> Floats:
        """Return the controls scaled to [-1, 1] over ctrlrange."""
        low, span = self._context.control_span(self._agent)
        ctrl = take(self.state.ctrl, self._context.columns(self._agent, "actuators"))
        action: Floats = 2 * (ctrl - low) / span - 1
        return action

    def goal(self) -> Floats:
        return self._context.goal_of(self._number)

    def object(self, number: int) -> Floats:
        pos, _, centre = self._context.free_body(number)
        pose = take(self.state.qpos, pos)
        return pose[:, :3] + _rotate(pose[:, 3:], centre)

    def object_velocity(self, number: int) -> Floats:
        # qvel holds the linear velocity of the frame's origin and the angular velocity in the body's frame
        pos, vel, centre = self._context.free_body(number)
        twist = take(self.state.qvel, vel)
        spin = _rotate(take(self.state.qpos, pos)[:, 3:], _cross(twist[:, 3:], centre))
        velocity: Floats = twist[:, :3] + spin
        return velocity

    def role(self, name: str) -> Floats:
        return np.full((self.worlds, 1), float(self._context.teams.roles[self._number] == name))

    def start(self) -> Floats:
        return self._context.start_of(self._agent)

    def time(self) -> Floats:
        return np.array(self.state.time[:, None])

    def ground(self, xy: Floats) -> Floats:
        return self._context.ground(xy)

    def constant(self, name: str) -> Floats:
        return self._context.constant(self._agent, name)

    def param(self, name: str) -> Floats:
        return self._context.param(name)

    def others(self, group: str) -> list[BatchTaskState]:
        return [self._view(i) for i in self._context.teams.group(self._number, group)]

    def asking(self) -> BatchTaskState:
        return self._asker or self

    def in_play(self) -> Floats:
        if self._over is None:
            return np.ones((self.worlds, 1))
        playing: Floats = 1.0 - self._over[:, self._number, None].astype(np.float64)
        return playing

    def _view(self, agent: int) -> BatchTaskState:
        if agent not in self._views:
            name = self._context.teams.agents[agent]
            self._views[agent] = BatchTaskState(self._context, self.state, name, self._over, self)
        return self._views[agent]


def _stack(rows: Sequence[Floats]) -> Floats:
    """(n, k) rows, those that are shorter than the longest ended with zeros."""
    width = max(len(row) for row in rows)
    if all(len(row) == width for row in rows):
        return np.array(rows)
    stacked = np.zeros((len(rows), width))
    for at, row in zip(stacked, rows):
        at[: len(row)] = row
    return stacked


def _rotate(quat: Floats, vector: Floats) -> Floats:
    """Rotate vectors (n, 3) by quaternions (n, 4), w first."""
    axis = quat[:, 1:]
    turned: Floats = vector + 2.0 * _cross(axis, quat[:, :1] * vector + _cross(axis, vector))
    return turned


def _cross(a: Floats, b: Floats) -> Floats:
    """Return cross products (n, 3); for a few rows ten times as fast as numpy.cross."""
    product: Floats = a.take(_YZX, 1) * b.take(_ZXY, 1) - a.take(_ZXY, 1) * b.take(_YZX, 1)
    return product


_YZX, _ZXY = np.array([1, 2, 0]), np.array([2, 0, 1])


def reset(model: Model, data: Data) -> None:
    """Reset the state to keyframe 0, or to the reference pose in a model without keyframes."""
    if model.nkey:
        mujoco.mj_resetDataKeyframe(model, data, 0)
    else:
        mujoco.mj_resetData(model, data)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A copy of the state that stays unchanged while its MjData is stepped.

    Attributes:
        time: In s.
        qpos: (nq,)
        qvel: (nv,)
        ctrl: (nu,)
        sensordata: (nsensordata,)
        xpos: (nbody, 3) positions of the bodies, in m.
        xmat: (nbody, 9) orientations of the bodies.
        geom_xpos: (ngeom, 3) positions of the geoms, in m.
        geom_xmat: (ngeom, 9) orientations of the geoms.
        site_xmat: (nsite, 9) orientations of the sites.
        contact_dist: (ncon,) distance of each contact, in m; below 0 it penetrates.
        contact_geom: (ncon, 2) the geoms of each contact.
    """

    time: float
    qpos: Floats
    qvel: Floats
    ctrl: Floats
    sensordata: Floats
    xpos: Floats
    xmat: Floats
    geom_xpos: Floats
    geom_xmat: Floats
    site_xmat: Floats
    contact_dist: Floats
    contact_geom: NDArray[np.int32]

    @classmethod
    def of(cls, data: Data) -> Snapshot:
        """Copy the arrays that checks and task terms read."""
        contact = data.contact
        return cls(
            time=data.time,
            qpos=np.array(data.qpos),
            qvel=np.array(data.qvel),
            ctrl=np.array(data.ctrl),
            sensordata=np.array(data.sensordata),
            xpos=np.array(data.xpos),
            xmat=np.array(data.xmat),
            geom_xpos=np.array(data.geom_xpos),
            geom_xmat=np.array(data.geom_xmat),
            site_xmat=np.array(data.site_xmat),
            contact_dist=np.array(contact.dist),
            contact_geom=np.array(contact.geom),
        )


def start(model: Model) -> Snapshot:
    """Return the state of a world at its start."""
    data = mujoco.MjData(model)
    reset(model, data)
    mujoco.mj_forward(model, data)
    return Snapshot.of(data)
