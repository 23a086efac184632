"""Mirror images of what a robot observes and does, left and right exchanged.

What happens to a symmetric robot is as true mirrored: who learns from both has to try half
as much (Mittal et al., 2024, https://arxiv.org/abs/2403.04359).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.core.heightfield import Floats
from envgen.rollout.rollout import Rollout
from envgen.worlds.compiled.state import BatchState
from envgen.worlds.compiled.task_context import AgentLayout
from envgen.worlds.compiler import Data, Model

SAMPLES = 24
"""Random states in which both images are compared."""
_JOINTS = (int(mujoco.mjtTrn.mjTRN_JOINT), int(mujoco.mjtTrn.mjTRN_JOINTINPARENT))
_FREE, _HINGE = int(mujoco.mjtJoint.mjJNT_FREE), int(mujoco.mjtJoint.mjJNT_HINGE)
_VECTOR, _TURN = np.array([1.0, -1.0, 1.0]), np.array([-1.0, 1.0, -1.0])
"""A vector mirrored at the plane y = 0, and a rotation."""
_TOLERANCE = 1e-4
"""Relative difference of images: accelerations at the limits of joints are as exact as the solver."""
_CLEAR = 5.0
"""Metres above the start, where nothing touches."""
REMEDY = "Leave out mirror."
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Signed:
    """A permutation with signs: value i of an image is `sign[i]` times value `index[i]`."""

    index: Ints
    sign: Floats

    def __call__(self, values: Floats) -> Floats:
        """Return the image of (..., k) values."""
        return np.asarray(values[..., self.index] * self.sign)


@dataclass(frozen=True, eq=False)
class Mirror:
    """Mirror images of the observations and actions of a robot."""

    observation: Signed
    action: Signed


def find_mirror(rollout: Rollout) -> Mirror:
    """Find the mirror image of a rollout's only agent, in its first variant.

    Joints are matched by their axes at the reference pose, actuators by their joints, and what is observed by
    comparing random states with their images.

    Raises:
        InputError: The robot is not symmetric, or something that it observes has no image.
    """
    agent = rollout.agents[0]
    world, at = rollout.worlds[0], rollout.context.layouts[agent][0]
    model = world.model
    if [int(model.jnt_type[i]) for i in at.root_joints] != [_FREE]:
        raise InputError(f"{agent} moves in a plane: it is its own mirror image", REMEDY)
    joints = [i for i in range(model.njnt) if int(model.jnt_qposadr[i]) in set(at.joint_pos.tolist())]
    pose = _joint_images(model, at, joints, agent)
    action = _actuator_images(model, at, dict(zip(joints, zip(pose.index, pose.sign))), joints, agent)
    return Mirror(_observation_images(rollout, agent, at, pose, action), action)


def _at_reference(model: Model, at: AgentLayout) -> Data:
    """Return the robot in the reference pose of its joints, at the origin and level."""
    data = mujoco.MjData(model)
    data.qpos[:] = model.qpos0
    root = int(model.jnt_qposadr[at.root_joints[0]])
    data.qpos[root : root + 7] = [0, 0, 0, 1, 0, 0, 0]
    mujoco.mj_kinematics(model, data)
    return data


def _joint_images(model: Model, at: AgentLayout, joints: list[int], agent: str) -> Signed:
    """Return which joint is the image of each, by place, and whether it turns the same way."""
    data = _at_reference(model, at)
    index, sign = [], []
    for joint in joints:
        kind = int(model.jnt_type[joint])
        axis = data.xaxis[joint] * (_TURN if kind == _HINGE else _VECTOR)
        for place, other in enumerate(joints):
            apart = float(np.abs(data.xanchor[other] - data.xanchor[joint] * _VECTOR).max())
            along = float(axis @ data.xaxis[other])
            if apart < 1e-4 and abs(along) > 1 - 1e-6 and int(model.jnt_type[other]) == kind:
                index.append(place)
                sign.append(np.sign(along))
                break
        else:
            name = model.joint(joint).name
            raise InputError(f"{agent} is not symmetric: there is no joint opposite to {name}", REMEDY)
    return Signed(np.array(index, dtype=np.intp), np.array(sign))


def _actuator_images(
    model: Model, at: AgentLayout, images: dict[int, tuple[int, float]], joints: list[int], agent: str
) -> Signed:
    # what acts otherwise, such as at a site, has the number of something else
    driven = [
        int(model.actuator_trnid[i, 0]) if model.actuator_trntype[i] in _JOINTS else -1 for i in at.actuators
    ]
    gears = [float(model.actuator_gear[i, 0]) for i in at.actuators]
    index, sign = [], []
    for number, joint in enumerate(driven):
        place, way = images.get(joint, (-1, 0.0))
        other = driven.index(joints[place]) if place >= 0 and joints[place] in driven else -1
        way *= np.sign(gears[number] * gears[other])
        ends = (at.low[number], at.high[number]) if way > 0 else (-at.high[number], -at.low[number])
        if other < 0 or not np.allclose(ends, (at.low[other], at.high[other])):
            name = model.actuator(int(at.actuators[number])).name
            raise InputError(f"{agent} is not symmetric: there is no actuator opposite to {name}", REMEDY)
        index.append(other)
        sign.append(way)
    if len(set(index)) < len(index):
        raise InputError(
            f"{agent} has several actuators on a joint, whose images can't be told apart", REMEDY
        )
    return Signed(np.array(index, dtype=np.intp), np.array(sign))


def _observation_images(
    rollout: Rollout, agent: str, at: AgentLayout, pose: Signed, action: Signed
) -> Signed:
    """Compare observations of random states and their images."""
    exact = {"observation_noise": 0, "start_noise": 0, "latency": 0}
    probe = Rollout(rollout.variants[0], slots=[0] * (2 * SAMPLES), randomize=exact)
    probe.reset()
    model, state, rng = rollout.worlds[0].model, probe.state, np.random.default_rng(0)
    goal = np.asarray(probe.context.goal[0][0])
    way = goal[:2] - at.start[:2] if len(goal) else np.array([1.0, 0.0])
    angle = float(np.arctan2(way[1], way[0]))
    heading = np.array([np.cos(angle / 2), 0.0, 0.0, np.sin(angle / 2)])
    free = at.root_joints[0]
    pos, vel = int(model.jnt_qposadr[free]), int(model.jnt_dofadr[free])
    zero, place = np.asarray(model.qpos0)[at.joint_pos], at.start + np.array([0, 0, _CLEAR])
    for sample in range(SAMPLES):
        turn = rng.normal(size=4) * [1, 0.3, 0.3, 0.5]
        turn /= np.linalg.norm(turn)
        moved, rate = rng.uniform(-0.3, 0.3, len(zero)), rng.uniform(-1, 1, len(zero))
        linear, angular = rng.uniform(-1, 1, 3), rng.uniform(-1, 1, 3)
        control = rng.uniform(-1, 1, len(at.actuators))
        both = (
            (turn, moved, rate, linear, angular, control),
            (
                turn * [1, -1, 1, -1],
                pose(moved),
                pose(rate),
                linear * _VECTOR,
                angular * _TURN,
                action(control),
            ),
        )
        for slot, (q, joint, speed, line, spin, act) in zip((sample, SAMPLES + sample), both):
            state.qpos[slot, pos : pos + 3] = place
            mujoco.mju_mulQuat(state.qpos[slot, pos + 3 : pos + 7], heading, q)
            state.qpos[slot, at.joint_pos] = zero + joint
            mujoco.mju_rotVecQuat(state.qvel[slot, vel : vel + 3], line, heading)
            state.qvel[slot, vel + 3 : vel + 6] = spin
            state.qvel[slot, at.joint_vel] = speed
            state.ctrl[slot, at.actuators] = at.low + (act + 1) / 2 * (at.high - at.low)
    probe.refresh()
    _check_motion(model, at, state, pose, heading, agent)
    seen = probe.observe()[agent]
    index, sign = _matches(seen[:SAMPLES], seen[SAMPLES:])
    begin = 0
    for name, size in probe.observation_layout(agent):
        own = slice(begin, begin + size)
        if name == "height_scan" and size:
            grid = np.arange(size).reshape(round(size**0.5), -1)[:, ::-1]  # (x, y)
            index[own], sign[own] = begin + grid.ravel(), 1.0
        elif name == "feet" and size:
            index[own], sign[own] = begin + _feet(model, at), 1.0
        elif (sign[own] == 0).any():
            raise InputError(f"{name} of {agent} has no mirror image", REMEDY)
        begin += size
    return Signed(index, sign)


def _check_motion(
    model: Model, at: AgentLayout, state: BatchState, pose: Signed, heading: Floats, agent: str
) -> None:
    """Refuse a robot whose image accelerates otherwise, as one that is heavier or stronger on one side."""
    free = copy.copy(model)
    free.opt.disableflags |= int(mujoco.mjtDisableBit.mjDSBL_CONSTRAINT)  # limits are as exact as the solver
    free.opt.wind[:] = 0
    data, back, rows = mujoco.MjData(free), heading * [1, -1, -1, -1], []
    vel = int(model.jnt_dofadr[at.root_joints[0]])
    for slot in range(2 * SAMPLES):
        data.qpos[:], data.qvel[:], data.ctrl[:] = state.qpos[slot], state.qvel[slot], state.ctrl[slot]
        mujoco.mj_forward(free, data)
        linear = np.zeros(3)
        mujoco.mju_rotVecQuat(linear, data.qacc[vel : vel + 3], back)
        rows.append(np.concatenate([linear, data.qacc[vel + 3 : vel + 6], data.qacc[at.joint_vel]]))
    seen, image = np.array(rows[:SAMPLES]), np.array(rows[SAMPLES:])
    expected = np.concatenate([seen[:, :3] * _VECTOR, seen[:, 3:6] * _TURN, pose(seen[:, 6:])], axis=1)
    if np.abs(image - expected).max() > _TOLERANCE * (1 + np.abs(seen).max()):
        raise InputError(f"{agent} is not symmetric: its two sides do not move alike", REMEDY)


def _matches(seen: Floats, image: Floats) -> tuple[Ints, Floats]:
    """Return, for each column of the image, which column it is, and with which sign; sign 0 if it is none."""
    count = seen.shape[1]
    index, sign = np.arange(count), np.zeros(count)
    for column in range(count):
        for other in (column, *range(count)):
            for way in (1.0, -1.0):
                off = np.abs(image[:, column] - way * seen[:, other]).max()
                if off <= _TOLERANCE * (1 + np.abs(seen[:, other]).max()):
                    index[column], sign[column] = other, way
                    break
            if sign[column]:
                break
    return index, sign


def _feet(model: Model, at: AgentLayout) -> Ints:
    """Return which touch sensor is opposite to each, by their sites at the reference pose."""
    data = _at_reference(model, at)
    starts = {int(model.sensor_adr[i]): int(model.sensor_objid[i]) for i in range(model.nsensor)}
    sites = [starts[part.start] for name, part in at.sensors.items() if name.startswith("touch_")]
    places = data.site_xpos[sites]
    apart = np.linalg.norm(places[None] - (places * _VECTOR)[:, None], axis=2)
    return np.asarray(apart.argmin(axis=1))


def rsl_rl_symmetry(mirror: Mirror, group: str, device: str) -> dict[str, Any]:
    """Return the `symmetry_cfg` of rsl_rl's PPO: each minibatch with its mirror image."""
    import torch

    def images(signed: Signed) -> tuple[Any, Any]:
        sign = torch.tensor(signed.sign, dtype=torch.float32, device=device)
        return torch.from_numpy(signed.index).to(device), sign

    (seen, seen_sign), (done, done_sign) = images(mirror.observation), images(mirror.action)

    def augment(env: Any, obs: Any, actions: Any) -> tuple[Any, Any]:
        if obs is not None:
            image = obs.clone()
            image[group] = obs[group][:, seen] * seen_sign
            obs = torch.cat([obs, image])
        if actions is not None:
            actions = torch.cat([actions, actions[:, done] * done_sign])
        return obs, actions

    return {"data_augmentation_func": augment, "use_data_augmentation": True}
