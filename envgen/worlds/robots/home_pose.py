"""Keyframes and home poses of robots from MJCF files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.robots.adapters import Adapter
from envgen.worlds.compiler import Model
from envgen.worlds.robots.root_joint import Root

Spec = Any
"""`mujoco.MjSpec`."""


@dataclass(frozen=True)
class RobotKeyframe:
    """A keyframe of one robot.

    Attributes:
        qpos: (nq,) joint positions, in m and rad.
        ctrl: (nu,) controls.
        act: (na,) activations of actuators.
    """

    qpos: NDArray[np.float64]
    ctrl: NDArray[np.float64]
    act: NDArray[np.float64]


def read_keyframes(model: Model, top: int) -> dict[str, RobotKeyframe]:
    """Return the keyframes by name, with the positions of the robot's own joints.

    Args:
        model: The robot in its scene.
        top: Root body of the robot.
    """
    joints = [j for j in range(model.njnt) if model.body_rootid[model.jnt_bodyid[j]] == top]
    width = [{0: 7, 1: 4}.get(int(model.jnt_type[j]), 1) for j in joints]
    cells = [int(model.jnt_qposadr[j]) + k for j, n in zip(joints, width) for k in range(n)]
    keys = {}
    for i in range(model.nkey):
        name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_KEY, i) or f"key_{i}"
        keys[name] = RobotKeyframe(
            np.array(model.key_qpos[i][cells]), np.array(model.key_ctrl[i]), np.array(model.key_act[i])
        )
    return keys


def custom_home(spec: Spec) -> NDArray[np.float64] | None:
    """Return the home pose that Gym's models declare in <custom>, (nq,), or None."""
    for numeric in spec.numerics:
        if numeric.name == "init_qpos":
            return np.array(numeric.data, dtype=float)
    return None


def home_pose(
    model: Model,
    root: Root,
    keys: dict[str, RobotKeyframe],
    custom: NDArray[np.float64] | None,
    adapter: Adapter | None,
) -> RobotKeyframe:
    """Return the home pose: keyframe `home`, the first, the adapter's, that of <custom>, or qpos0."""
    home, control, act = np.array(model.qpos0), np.zeros(model.nu), np.zeros(model.na)
    given = keys.get("home") or next(iter(keys.values()), None)
    if given is not None and given.qpos.shape == home.shape:
        home = given.qpos.copy()
        if given.ctrl.shape == control.shape:
            control = given.ctrl.copy()
        if given.act.shape == act.shape:
            act = given.act.copy()
    elif adapter is not None:
        for j in range(model.njnt):
            name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_JOINT, j) or ""
            for pattern, angle in adapter.home.items():
                if re.fullmatch(pattern, name):
                    home[model.jnt_qposadr[j]] = angle
    elif custom is not None and custom.shape == home.shape:
        home = custom
    for j in range(model.njnt):
        if model.jnt_limited[j] and model.jnt_type[j] in (2, 3):
            at = model.jnt_qposadr[j]
            home[at] = np.clip(home[at], *model.jnt_range[j])
    if root.kind != "free":  # the start pose is written to body pos; slides that are not at 0 would add to it
        home[root.slides] = model.qpos0[root.slides]
    if not control.any():
        control = _holding_control(model, home)
    return RobotKeyframe(home, control, act)


def _holding_control(model: Model, home: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the control (nu,) that holds the pose: position servos at their joint positions, others at 0."""
    control = np.zeros(model.nu)
    for i in range(model.nu):
        joint = int(model.actuator_trnid[i, 0])
        servo = model.actuator_biasprm[i, 1] < 0 and model.actuator_gainprm[i, 0] > 0
        if (
            model.actuator_trntype[i] == mujoco.mjtTrn.mjTRN_JOINT
            and servo
            and model.jnt_type[joint] in (2, 3)
        ):
            control[i] = home[model.jnt_qposadr[joint]] * model.actuator_gear[i, 0]
        if model.actuator_ctrllimited[i]:
            control[i] = np.clip(control[i], *model.actuator_ctrlrange[i])
    return control
