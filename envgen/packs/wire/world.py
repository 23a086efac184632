"""Data that a runtime needs besides the model: agents, objects, ground, randomisation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

import mujoco
import numpy as np

from envgen.core.params import RobotSize
from envgen.policies.gait import gait_for
from envgen.tasks.expr import Memo, evaluate
from envgen.worlds.compiled.state import BatchTaskState, start
from envgen.worlds.compiled.task_context import AgentLayout, TaskContext
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import Model
from envgen.worlds.physics_options import BUOYANT
from envgen.worlds.sampling.teams import Teams
from envgen.worlds.team_colours import colour_number, team_rgb

Plain: TypeAlias = dict[str, Any]
"""JSON data, in the shape of a type of `spec`."""
CONSTANTS = ("leg", "stand", "radius", "height")
"""Constants of a robot; those of the arena are `arena_x` and `arena_y`."""
_JOINTS = ("free", "ball", "slide", "hinge")
_RK4 = int(mujoco.mjtIntegrator.mjINT_RK4)


@dataclass(frozen=True, eq=False)
class WorldInfo:
    """One world with the data that its model lacks.

    Attributes:
        world: The world.
        teams: Its agents, teams and roles.
        robots: Name of each agent's robot.
        sizes: Size of each agent's robot.
        params: Drawn parameters of the task.
        task: The task as data, from pack.json.
        settings: `EnvCfg.randomize`, number or distribution by key.
        frame_skip: Physics steps per control step.
        episode: Length of an episode, in s.
        seed: Seed of the pack.
        stream: Number of its random streams.
    """

    world: World
    teams: Teams
    robots: Mapping[str, str]
    sizes: Mapping[str, RobotSize]
    params: Mapping[str, float]
    task: Mapping[str, Any]
    settings: Mapping[str, Any]
    frame_skip: int
    episode: float
    seed: int
    stream: int

    @cached_property
    def context(self) -> TaskContext:
        """The context in which task terms are evaluated."""
        return TaskContext.of([self.world], self.teams, [self.sizes], [self.params], self.task)


def world_header(info: WorldInfo, observations: Observations) -> Plain:
    """Return the part of a `WorldSpec` that a runtime needs."""
    world, context = info.world, info.context
    model: Model = world.model
    field = world.ground.field
    return {
        "timestep": float(model.opt.timestep),
        "rk4": int(model.opt.integrator) == _RK4,
        "frame_skip": info.frame_skip,
        "episode": info.episode,
        "nbody": int(model.nbody),
        "arena": [float(side) for side in world.size],
        "agents": [_agent(info, number, terms) for number, terms in enumerate(observations.of(info))],
        "objects": [
            {"name": name, "pos": thing[0].pos, "vel": thing[0].vel, "centre": thing[0].centre.tolist()}
            for name, thing in zip(context.objects, context.things)
        ],
        "params": {key: float(value) for key, value in info.params.items()},
        "ground": {
            "nrow": field.heights.shape[0],
            "ncol": field.heights.shape[1],
            "cell": [float(side) for side in field.cell],
            "origin": [float(side) for side in field.origin],
        },
        "randomize": {
            "settings": dict(info.settings),
            "seed": str(info.seed),
            "stream": info.stream,
            "friction_geoms": [*world.terrain_geoms, *world.obstacle_geoms],
            "buoyant": float(model.opt.density) > BUOYANT,
        },
    }


def _agent(info: WorldInfo, number: int, observation: Sequence[Plain]) -> Plain:
    """Return an `AgentSpec`."""
    teams, world, context = info.teams, info.world, info.context
    model: Model = world.model
    agent = teams.agents[number]
    at = context.layouts[agent][0]
    home = model.key_ctrl[0] if model.nkey else np.zeros(model.nu)
    size = info.sizes[agent]
    names = world.names("actuator")
    robot = info.robots[agent]
    actuators = at.actuators.tolist()
    actuator_names = [names[i].removeprefix(f"{agent}/") for i in actuators]
    return {
        "id": agent,
        "robot": robot,
        "team": teams.by_agent[number],
        "role": teams.roles[number],
        "colour": [
            round(part, 4) for part in team_rgb(colour_number(teams.by_agent[number], teams.side(number)))
        ],
        "root": at.root,
        "root_joints": [
            {
                "type": _JOINTS[int(model.jnt_type[joint])],
                "joint": joint,
                "dof": int(model.jnt_dofadr[joint]),
            }
            for joint in at.root_joints
        ],
        "bodies": np.flatnonzero(model.body_rootid == model.body_rootid[at.root]).tolist(),
        "sensors": _sensors(at),
        "joint_pos": at.joint_pos.tolist(),
        "joint_vel": at.joint_vel.tolist(),
        "actuators": actuators,
        "actuator_names": actuator_names,
        "low": at.low.tolist(),
        "high": at.high.tolist(),
        "home": home[at.actuators].tolist(),
        "start": at.start.tolist(),
        "goal": context.goal[number][0].tolist(),
        "constants": {
            **{key: float(getattr(size, key)) for key in CONSTANTS},
            "arena_x": float(world.size[0]),
            "arena_y": float(world.size[1]),
        },
        "observation": observation,
        "gait": _gait(robot, tuple(actuator_names), tuple(at.low.tolist()), tuple(at.high.tolist())),
    }


@lru_cache(maxsize=64)
def _gait(
    robot: str, actuators: tuple[str, ...], low: tuple[float, ...], high: tuple[float, ...]
) -> Plain | None:
    """Return the robot's pattern as a `Gait`, or None; the same for most variants of a job."""
    gait = gait_for(robot, actuators, low, high)
    if gait is None:
        return None
    return {"frequency": gait.frequency, "offset": gait.offset, "cos": gait.cos, "sin": gait.sin}


def _sensors(at: AgentLayout) -> list[Plain]:
    return [
        {"name": name, "adr": where.start, "dim": where.stop - where.start}
        for name, where in at.sensors.items()
    ]


class Observations:
    """Sizes of the observation terms of one task.

    A size is found by evaluating the term on a state, so it is cached for agents of the same structure.

    Args:
        task: The task as data.
    """

    def __init__(self, task: Mapping[str, Any]) -> None:
        self._terms: Sequence[Mapping[str, Any]] = task["observation"]
        self._known: dict[str, list[list[Plain]]] = {}

    def of(self, info: WorldInfo) -> list[list[Plain]]:
        """Return by agent the terms in order, each with its size."""
        teams, layouts = info.teams, [at[0] for at in info.context.layouts.values()]
        shapes = [(_sensors(at), len(at.joint_pos), len(at.joint_vel), len(at.actuators)) for at in layouts]
        key = json.dumps([teams.agents, teams.by_agent, teams.roles, shapes])
        if key not in self._known:
            state = [start(info.world.model)]
            self._known[key] = [
                self._sizes(BatchTaskState(info.context, state, agent)) for agent in teams.agents
            ]
        return self._known[key]

    def _sizes(self, state: BatchTaskState) -> list[Plain]:
        memo = Memo()
        return [
            {"name": term["name"], "size": int(evaluate(term["expr"], state, memo).shape[1])}
            for term in self._terms
        ]
