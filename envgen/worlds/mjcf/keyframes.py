"""Start poses and keyframes of a world."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from envgen.core.heightfield import Floats
from envgen.obstacles.base import Quat
from envgen.tasks.spawn import Pose
from envgen.worlds.mjcf.format import compose, numbers, quat_attribute
from envgen.worlds.mjcf.obstacles import home_qpos, motors
from envgen.worlds.placement.arena import Arena
from envgen.worlds.placement.resting import quat_from_euler
from envgen.worlds.placement.scatter import Placed
from envgen.worlds.robots.robot_model import RobotModel
from envgen.worlds.sampling.draw import Agent, Draw


def pose_attributes(agent: Agent, start: Pose) -> str:
    """Return the pos and quat attributes of an agent's root body at the start."""
    return f'pos="{numbers(start.pos)}"{quat_attribute(_root_quat(agent, start))}'


def _root_quat(agent: Agent, start: Pose) -> Quat:
    """Return the orientation of the root at the start: that at home, rotated by the start pose."""
    a, b, c, d = agent.robot.home_quat.tolist()
    if agent.robot.planar:  # it pitches by its hinge, as its slides must stay level
        start = Pose(start.pos, start.yaw)
    turn = quat_from_euler(start.yaw, start.pitch, start.roll)
    return turn if (a, b, c, d) == (1, 0, 0, 0) else compose(turn, (a, b, c, d))


def qpos(draw: Draw, arena: Arena, moving: list[Placed], others: Mapping[str, Floats] | None = None) -> str:
    """Return the joint positions of a keyframe: agents in order, then moving obstacles.

    Args:
        draw: The drawn variant.
        arena: Its arena.
        moving: Obstacles that move.
        others: (nq,) joint positions of agents that are not at home, by id.
    """
    values: list[float] = []
    for agent, start in zip(draw.agents, arena.starts):
        robot = agent.robot
        joints = (others or {}).get(agent.id, robot.home_qpos)
        if robot.root.kind == "free":
            values += [*start.pos, *_root_quat(agent, start), *joints[7:].tolist()]
        else:
            own = joints.copy()
            if robot.root.pitch is not None:
                own[robot.root.pitch] += start.pitch
            values += own.tolist()
    for placed in moving:
        values += home_qpos(placed)
    return numbers(values)


def robot_keyframes(draw: Draw, arena: Arena, moving: list[Placed], fluid: float) -> list[dict[str, str]]:
    """Return the other keyframes of each robot, with everything else at home."""
    found = []
    for agent in draw.agents:
        robot = agent.robot
        for name, key in robot.keyframes.items():
            if key.qpos.shape != robot.home_qpos.shape:
                continue
            own = key.qpos.copy()
            own[robot.root.slides] = robot.home_qpos[robot.root.slides]
            fits = key.ctrl.shape == robot.home_ctrl.shape and key.act.shape == robot.home_act.shape
            found.append(
                {
                    "name": f"{agent.id}/{name}",
                    "qpos": qpos(draw, arena, moving, {agent.id: own}),
                    "ctrl": ctrl(draw, moving, fluid, {agent.id: key.ctrl} if fits else {}),
                    "act": act(draw, {agent.id: key.act} if fits else {}),
                }
            )
    return found


def act(draw: Draw, others: Mapping[str, Floats] | None = None) -> str:
    """Return the activations of a keyframe, empty if all are 0; motors of obstacles have none."""
    given = others or {}
    values = np.concatenate([given.get(agent.id, agent.robot.home_act) for agent in draw.agents])
    return numbers(values) if values.any() else ""


def ctrl(draw: Draw, moving: list[Placed], fluid: float, others: Mapping[str, Floats] | None = None) -> str:
    """Return the controls of a keyframe, empty if all are 0; motors of obstacles ignore theirs."""
    given, gravity = others or {}, draw.physics.gravity
    own = [given.get(agent.id, _home_ctrl(agent.robot, gravity, fluid)) for agent in draw.agents]
    values = np.concatenate([*own, np.zeros(sum(len(motors(placed)) for placed in moving))])
    return numbers(values) if values.any() else ""


def _home_ctrl(robot: RobotModel, gravity: float, fluid: float) -> Floats:
    """Return the control (nu,) at the start; a flying robot hovers under the gravity (m/s2) of this world."""
    if not robot.flies:
        return robot.home_ctrl
    carried = sum(min(fluid * volume, mass) for volume, mass in robot.volumes.values())
    hover = robot.home_ctrl * gravity / 9.81 * (1 - carried / robot.mass)
    return np.asarray(np.clip(hover, robot.ctrl_range[:, 0], robot.ctrl_range[:, 1]))
