"""How a robot's root can move: freely, in a vertical plane, in a level plane, or not at all."""

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
        name: Of the body.
        body: Its number.
        kind: `free`; `planar` (x, z and pitch); `level` (x, y and perhaps yaw); `fixed` (anything less).
        joints: Numbers of its own joints, which are no joints of the robot's limbs.
        slides: Indices into qpos of its sliding joints.
        pitch: Index into qpos of the hinge by which a planar root tilts about its own origin, or None; it
            turns about +y, and its slides stay level.
    """

    name: str
    body: int
    kind: RootKind
    joints: tuple[int, ...]
    slides: list[int]
    pitch: int | None = None


def root_of(model: Model, body: int) -> Root:
    """What a body can do by its own joints."""
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


def describe(model: Model, root: Root) -> str:
    """The joints of a root in words: `has a slide joint only`."""
    if not root.joints:
        return "is fixed to the world"
    return f"has {' and '.join(_JOINTS[int(model.jnt_type[j])] for j in root.joints)} joint only"
