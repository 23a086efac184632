"""The state of one agent in a batch of worlds, as task terms read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.build.engine import Data, Model, control_range
from envgen.build.world import World
from envgen.core.heightfield import Floats
from envgen.core.params import RobotSize


@dataclass(frozen=True)
class AgentLayout:
    """Where one agent's numbers are in the arrays of a model.

    Attributes:
        sensors: Slice of `sensordata` by the sensor's name without the agent's prefix.
        joint_pos: Indices into `qpos`, the root left out.
        joint_vel: Indices into `qvel`, the root left out.
        actuators: Indices into `ctrl`.
        low: (nu,) lower ends of the actuators' ctrlrange.
        high: (nu,) upper ends.
        start: (3,) position of the root at the start, in m.
    """

    sensors: Mapping[str, slice]
    joint_pos: NDArray[np.intp]
    joint_vel: NDArray[np.intp]
    actuators: NDArray[np.intp]
    low: Floats
    high: Floats
    start: Floats


def layout(world: World, agent: str) -> AgentLayout:
    """Find an agent's sensors, joints and actuators by its prefix."""
    model = world.model
    prefix = f"{agent}/"
    sensors = {}
    for i, name in enumerate(world.names("sensor")):
        if name.startswith(prefix):
            first = int(model.sensor_adr[i])
            sensors[name[len(prefix) :]] = slice(first, first + int(model.sensor_dim[i]))
    pos: list[int] = []
    vel: list[int] = []
    root = world.roots[agent]
    for i, name in enumerate(world.names("jnt")):
        if name.startswith(prefix) and int(model.jnt_bodyid[i]) != root:
            width = {0: (7, 6), 1: (4, 3)}.get(int(model.jnt_type[i]), (1, 1))
            pos += range(int(model.jnt_qposadr[i]), int(model.jnt_qposadr[i]) + width[0])
            vel += range(int(model.jnt_dofadr[i]), int(model.jnt_dofadr[i]) + width[1])
    actuators = [i for i, name in enumerate(world.names("actuator")) if name.startswith(prefix)]
    low, high = control_range(model)
    return AgentLayout(
        sensors,
        np.array(pos, dtype=np.intp),
        np.array(vel, dtype=np.intp),
        np.array(actuators, dtype=np.intp),
        low[actuators],
        high[actuators],
        np.array(model.body_pos[root]),
    )


class State(Protocol):
    """What terms read of a state; MjData and Snapshot have it."""

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


class BatchReading:
    """One agent in worlds that share its layout; every answer is (worlds, k).

    Args:
        worlds: The worlds.
        data: MuJoCo's state of each, sensors computed.
        agent: Agent id, the same in all.
        sizes: What the robot measures, in each world.
        params: The drawn parameters of the task, in each world.
    """

    def __init__(
        self,
        worlds: Sequence[World],
        data: Sequence[State],
        agent: str,
        sizes: Sequence[RobotSize],
        params: Sequence[Mapping[str, float]],
    ) -> None:
        self.worlds = len(worlds)
        self._worlds, self._data, self._sizes, self._params = worlds, data, sizes, params
        self._layout = [layout(world, agent) for world in worlds]
        number = worlds[0].agents.index(agent)
        self._goals = [w.goals[min(number, len(w.goals) - 1)] if len(w.goals) else w.goals for w in worlds]

    def sensor(self, name: str) -> Floats:
        return np.array([d.sensordata[at.sensors[name]] for d, at in self._pairs()])

    def joint_pos(self) -> Floats:
        return np.array([d.qpos[at.joint_pos] for d, at in self._pairs()])

    def joint_vel(self) -> Floats:
        return np.array([d.qvel[at.joint_vel] for d, at in self._pairs()])

    def action(self) -> Floats:
        """Controls on the scale of ctrlrange: -1 its lower end, 1 its upper."""
        return np.array(
            [
                2 * (d.ctrl[at.actuators] - at.low) / np.maximum(at.high - at.low, 1e-9) - 1
                for d, at in self._pairs()
            ]
        )

    def goal(self) -> Floats:
        return np.array(self._goals)

    def start(self) -> Floats:
        return np.array([at.start for at in self._layout])

    def time(self) -> Floats:
        return np.array([[d.time] for d in self._data])

    def ground(self, xy: Floats) -> Floats:
        return np.array([w.ground.at(p[:1], p[1:2]) for w, p in zip(self._worlds, xy)])

    def constant(self, name: str) -> Floats:
        if name in ("arena_x", "arena_y"):
            return np.array([[w.size[name == "arena_y"]] for w in self._worlds])
        return np.array([[float(getattr(size, name))] for size in self._sizes])

    def param(self, name: str) -> Floats:
        return np.array([[float(params[name])] for params in self._params])

    def _pairs(self) -> list[tuple[State, AgentLayout]]:
        return list(zip(self._data, self._layout))


def reset(model: Model, data: Data) -> None:
    """Put the state to the start: keyframe 0 if there is one, else the reference pose."""
    if model.nkey:
        mujoco.mj_resetDataKeyframe(model, data, 0)
    else:
        mujoco.mj_resetData(model, data)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A state that stays as it is while its MjData goes on.

    Attributes:
        time: In s.
        qpos: (nq,)
        qvel: (nv,)
        ctrl: (nu,)
        sensordata: (nsensordata,)
        xpos: (nbody, 3) positions of the bodies, in m.
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
    geom_xpos: Floats
    geom_xmat: Floats
    site_xmat: Floats
    contact_dist: Floats
    contact_geom: NDArray[np.int32]

    @classmethod
    def of(cls, data: Data) -> Snapshot:
        """Copy what the checks and terms read."""
        contact = data.contact
        return cls(
            time=data.time,
            qpos=np.array(data.qpos),
            qvel=np.array(data.qvel),
            ctrl=np.array(data.ctrl),
            sensordata=np.array(data.sensordata),
            xpos=np.array(data.xpos),
            geom_xpos=np.array(data.geom_xpos),
            geom_xmat=np.array(data.geom_xmat),
            site_xmat=np.array(data.site_xmat),
            contact_dist=np.array(contact.dist),
            contact_geom=np.array(contact.geom),
        )
