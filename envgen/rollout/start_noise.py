"""Noise of the start: pose and velocity of the robots at a reset.

Joints move by U(-s, s) rad or m within their ranges, and get velocities s N(0, 1) rad/s or m/s, as with
Gymnasium's `reset_noise_scale`. A root keeps its place: it turns by U(-s, s) rad about the vertical, tilts by
a quarter of that, and gets a level velocity s N(0, 1) m/s. So feet sink into the ground by a few per cent of
a leg's length at most, where s is 0.05.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.worlds.compiled.task_context import AgentLayout
from envgen.worlds.compiler import Model

TILT = 0.25
"""How far roots tilt, as a share of how far they turn: a tilt of the whole robot sinks its feet the most."""
LEVEL = 0.5
"""Up to which vertical component of its axis a root's slide joint is level."""
_FREE, _BALL = int(mujoco.mjtJoint.mjJNT_FREE), int(mujoco.mjtJoint.mjJNT_BALL)
_SLIDE = int(mujoco.mjtJoint.mjJNT_SLIDE)


class StartNoise:
    """Disturbs the start of one agent.

    Args:
        model: Its world.
        at: Its layout.
    """

    def __init__(self, model: Model, at: AgentLayout) -> None:
        self._model = model
        tree = model.body_rootid[model.jnt_bodyid] == model.body_rootid[at.root]
        joints = np.flatnonzero(tree)
        root = np.isin(joints, at.root_joints)
        ball = model.jnt_type[joints] == _BALL
        plain = joints[~root & ~ball & (model.jnt_type[joints] != _FREE)]
        self._pos, self._vel = _indices(model.jnt_qposadr[plain]), _indices(model.jnt_dofadr[plain])
        low, high = model.jnt_range[plain].T
        limited = low < high  # `jnt_limited` can't be read in a browser
        self._low, self._high = np.where(limited, low, -np.inf), np.where(limited, high, np.inf)
        self._balls: list[int] = joints[~root & ball].tolist()
        self._roots: list[int] = joints[root].tolist()

    def apply(self, qpos: Floats, qvel: Floats, size: float, rng: np.random.Generator) -> None:
        """Change a start state in place.

        Args:
            qpos: (nq,) positions.
            qvel: (nv,) velocities.
            size: Scale s of the noise.
            rng: Source of the draws: positions, velocities, ball joints, joints of the root.
        """
        model, count = self._model, len(self._pos)
        was = qpos[self._pos]
        moved = was + rng.uniform(-size, size, count)
        # a start that is out of its range is not moved into it
        qpos[self._pos] = np.clip(moved, np.minimum(self._low, was), np.maximum(self._high, was))
        qvel[self._vel] += size * rng.standard_normal(count)
        for joint in self._balls:
            pos, vel = int(model.jnt_qposadr[joint]), int(model.jnt_dofadr[joint])
            turn(qpos[pos : pos + 4], [float(rng.uniform(-size, size)) for _ in range(3)])
            qvel[vel : vel + 3] += size * rng.standard_normal(3)
        for joint in self._roots:
            self._move_root(qpos, qvel, joint, size, rng)

    def _move_root(
        self, qpos: Floats, qvel: Floats, joint: int, size: float, rng: np.random.Generator
    ) -> None:
        model, kind = self._model, int(self._model.jnt_type[joint])
        pos, vel = int(model.jnt_qposadr[joint]), int(model.jnt_dofadr[joint])
        upright = abs(float(model.jnt_axis[joint, 2])) >= LEVEL
        if kind in (_FREE, _BALL):
            yaw, roll, pitch = (float(rng.uniform(-size, size)) for _ in range(3))
            first = pos + 3 if kind == _FREE else pos
            turn(qpos[first : first + 4], [TILT * roll, TILT * pitch, yaw])
        elif kind != _SLIDE:
            qpos[pos] += (1.0 if upright else TILT) * float(rng.uniform(-size, size))
        if kind == _FREE:
            qvel[vel : vel + 2] += size * rng.standard_normal(2)
        elif kind == _SLIDE and not upright:
            qvel[vel] += size * float(rng.standard_normal())


def turn(quat: Floats, vector: Sequence[float]) -> None:
    """Turn an orientation (4,) (w, x, y, z) in place by a rotation vector (rad), in the parent's frame."""
    x, y, z = vector
    angle = math.sqrt(x * x + y * y + z * z)
    if angle == 0.0:
        return
    half = math.sin(0.5 * angle) / angle
    a, b, c, d = math.cos(0.5 * angle), half * x, half * y, half * z
    w, i, j, k = quat.tolist()
    quat[:] = (
        a * w - b * i - c * j - d * k,
        a * i + b * w + c * k - d * j,
        a * j - b * k + c * w + d * i,
        a * k + b * j - c * i + d * w,
    )


def _indices(values: NDArray[np.int32]) -> NDArray[np.intp]:
    return np.asarray(values, dtype=np.intp)
