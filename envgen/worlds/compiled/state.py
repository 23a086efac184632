"""The state of one agent in a batch of worlds, as task terms read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.worlds.compiled.task_context import AgentLayout, TaskContext
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


class BatchTaskState:
    """The state of one agent in a batch of worlds; every method returns an array (worlds, k).

    Args:
        context: The worlds and the inputs of their tasks.
        data: MuJoCo's state of each world, with its sensors computed.
        agent: Agent id, the same in all worlds.
        over: (worlds, agents) whether the episode of an agent is over; None where none is.
        asker: The agent whose term is evaluated, where a term reads the state of another agent.
    """

    def __init__(
        self,
        context: TaskContext,
        data: Sequence[State],
        agent: str,
        over: NDArray[np.bool_] | None = None,
        asker: BatchTaskState | None = None,
    ) -> None:
        self.worlds = len(context.worlds)
        self._context, self._data, self._over, self._asker = context, data, over, asker
        self._agent, self._number = agent, context.teams.agents.index(agent)
        self._layout = context.layouts[agent]
        self._views: dict[int, BatchTaskState] = {}

    def sensor(self, name: str) -> Floats:
        return np.array([d.sensordata[at.sensors[name]] for d, at in self._pairs()])

    def sensors(self, prefix: str) -> Floats:
        names = [name for name in self._layout[0].sensors if name.startswith(prefix)]
        if not names:
            return np.zeros((self.worlds, 0))
        rows = ([d.sensordata[at.sensors[name]] for name in names] for d, at in self._pairs())
        return np.array([np.concatenate(row) for row in rows])

    def joint_pos(self) -> Floats:
        return np.array([d.qpos[at.joint_pos] for d, at in self._pairs()])

    def joint_vel(self) -> Floats:
        return np.array([d.qvel[at.joint_vel] for d, at in self._pairs()])

    def action(self) -> Floats:
        """Return the controls scaled to [-1, 1] over ctrlrange."""
        return np.array(
            [
                2 * (d.ctrl[at.actuators] - at.low) / np.maximum(at.high - at.low, 1e-9) - 1
                for d, at in self._pairs()
            ]
        )

    def goal(self) -> Floats:
        return self._context.goal[self._number]

    def object(self, number: int) -> Floats:
        return np.array(
            [
                d.qpos[at.pos : at.pos + 3] + _rotated(d.qpos[at.pos + 3 : at.pos + 7], at.centre)
                for d, at in zip(self._data, self._context.things[number])
            ]
        )

    def object_velocity(self, number: int) -> Floats:
        # qvel holds the linear velocity of the frame's origin and the angular velocity in the body's frame
        return np.array(
            [
                d.qvel[at.vel : at.vel + 3]
                + _rotated(
                    d.qpos[at.pos + 3 : at.pos + 7], _crossed(d.qvel[at.vel + 3 : at.vel + 6], at.centre)
                )
                for d, at in zip(self._data, self._context.things[number])
            ]
        )

    def role(self, name: str) -> Floats:
        return np.full((self.worlds, 1), float(self._context.teams.roles[self._number] == name))

    def start(self) -> Floats:
        return self._context.start[self._agent]

    def time(self) -> Floats:
        return np.array([[d.time] for d in self._data])

    def ground(self, xy: Floats) -> Floats:
        return self._context.ground(xy)

    def constant(self, name: str) -> Floats:
        return self._context.constant(self._agent, name)

    def param(self, name: str) -> Floats:
        return np.array([[float(params[name])] for params in self._context.params])

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
            self._views[agent] = BatchTaskState(self._context, self._data, name, self._over, self)
        return self._views[agent]

    def _pairs(self) -> list[tuple[State, AgentLayout]]:
        return list(zip(self._data, self._layout))


def _rotated(quat: Floats, vector: Floats) -> Floats:
    """Rotate a vector (3,) by a quaternion (w, x, y, z)."""
    result = np.zeros(3)
    mujoco.mju_rotVecQuat(result, vector, quat)
    return result


def _crossed(a: Floats, b: Floats) -> Floats:
    """Return the cross product of two vectors (3,); ten times as fast as numpy.cross."""
    result = np.zeros(3)
    mujoco.mju_cross(result, a, b)
    return result


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
