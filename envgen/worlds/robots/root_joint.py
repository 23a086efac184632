"""Classification of a robot's root by its joints: free, planar, level or fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import mujoco
import numpy as np

from envgen.worlds.compiler import Model

RootKind = Literal["free", "planar", "level", "fixed"]


@dataclass(frozen=True)
class Root:
    """The root body of a robot.

    Attributes:
        name: Name of the body.
        body: Number of the body.
        kind: `free`; `planar` (x, z and pitch); `level` (x, y and perhaps yaw); `fixed` (anything less).
        joints: Numbers of its joints, which are not counted among the robot's own.
        slides: Indices into qpos of its sliding joints.
        pitch: Index into qpos of the hinge about +y, through its origin, of a planar root; or None.
    """

    name: str
    body: int
    kind: RootKind
    joints: tuple[int, ...]
    slides: list[int]
    pitch: int | None = None


def read_root(model: Model, body: int) -> Root:
    """Classify a body by its own joints."""
    first = int(model.body_jntadr[body])
    joints = range(first, first + int(model.body_jntnum[body])) if first >= 0 else range(0)
    slides = [j for j in joints if model.jnt_type[j] == mujoco.mjtJoint.mjJNT_SLIDE]
    hinges = [j for j in joints if model.jnt_type[j] == mujoco.mjtJoint.mjJNT_HINGE]
    kind: RootKind = "fixed"
    if any(model.jnt_type[j] == mujoco.mjtJoint.mjJNT_FREE for j in joints):
        kind = "free"
    elif len(slides) == 2 and len(hinges) <= 1 and len(joints) == len(slides) + len(hinges):
        span = np.abs(np.array([model.jnt_axis[j] for j in slides])).sum(axis=0) > 1e-6
        turn = np.abs(model.jnt_axis[hinges[0]]) > 1e-6 if hinges else None
        if (
            span.tolist() == [True, False, True]
            and turn is not None
            and turn.tolist() == [False, True, False]
        ):
            kind = "planar"
        elif span.tolist() == [True, True, False] and (turn is None or turn.tolist() == [False, False, True]):
            kind = "level"
    name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_BODY, body) or ""
    pitch = None
    if kind == "planar" and hinges[0] == joints[-1] and not np.any(model.jnt_pos[hinges[0]]):
        pitch = int(model.jnt_qposadr[hinges[0]]) if model.jnt_axis[hinges[0], 1] > 0 else None
    return Root(name, body, kind, tuple(joints), [int(model.jnt_qposadr[j]) for j in slides], pitch)


_JOINTS = {0: "a free", 1: "a ball", 2: "a slide", 3: "a hinge"}


def describe_root(model: Model, root: Root) -> str:
    """Describe the joints of a root, such as `has a slide joint only`."""
    if not root.joints:
        return "is fixed to the world"
    return f"has {' and '.join(_JOINTS[int(model.jnt_type[j])] for j in root.joints)} joint only"
