"""The place of a task's object: where a ball or crate lies without rolling or sliding away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import WorkError
from envgen.core.heightfield import Floats
from envgen.obstacles.base import Shape
from envgen.worlds.ground_map import GroundMap
from envgen.worlds.placement.scatter import Placed
from envgen.worlds.placement.spawn_cells import SpawnCells
from envgen.worlds.sampling.draw import TaskObject

_SQUARE = np.stack(np.meshgrid(np.linspace(-1, 1, 25), np.linspace(-1, 1, 25)), axis=-1).reshape(-1, 2)
"""Samples (625, 2) of the unit square."""
MAX_HANG = 0.35
"""Greatest unevenness of the ground under an object, in multiples of its least half extent or height."""
MAX_SLOPE = 0.55
"""Steepest slope (rise/run) on which it stays: at friction 1, it slides from 1 on."""
SPOTS = 256
"""Greatest number of spots at which an object is tried."""
BATCH = 16
"""Spots that are tried together: mostly one of the nearest will do."""


def lay_object(task_object: TaskObject, area: SpawnCells, cost: Callable[[Floats], Floats]) -> Placed:
    """Put an object on the spot where it stays and where `cost` is least.

    Args:
        task_object: The object.
        area: The cells of the ground.
        cost: Of spots (n, 2) in m, (n,); infinite where it may not lie.

    Raises:
        WorkError: It stays nowhere.
    """
    shape, ground = task_object.shape, area.map
    cells = np.stack([area.x, area.y], axis=1)[area.connected]
    # balls stay at local minima only
    spots = np.round(ground.local_minima(1.5 * max(shape.half)) if shape.round else cells, 3)
    margin = shape.radius + area.robot_radius + 0.3
    inside = (np.abs(spots) <= np.array(area.size) / 2 - margin).all(axis=1)
    spots = spots[inside]
    spots = spots[np.isfinite(area.relief_at(spots[:, 0], spots[:, 1]))]
    spots = area.rng.permutation(spots[np.isfinite(cost(spots))])
    spots = spots[np.argsort(np.round(cost(spots), 1), kind="stable")][:SPOTS]
    for first in range(0, len(spots), BATCH):
        part = spots[first : first + BATCH]
        poses = object_poses(shape, part, ground)
        stable = np.flatnonzero(poses.stable & (poses.z > ground.pit))
        if len(stable):
            x, y = (float(v) for v in part[stable[0]])
            w, i, j, k = (float(v) for v in poses.quat[stable[0]])
            return Placed(task_object.name, shape, (x, y, float(poses.z[stable[0]])), (w, i, j, k))
    raise WorkError(
        f"the {task_object.kind.kind} of the task finds no place to lie",
        "Take another terrain, a larger terrain.size or a lower difficulty.",
    )


@dataclass(frozen=True)
class ObjectPoses:
    """Poses of an object at n spots.

    Attributes:
        z: (n,) height of its frame, in m.
        quat: (n, 4) orientation (w, x, y, z).
        stable: (n,) whether it stays there, neither hanging nor sliding.
    """

    z: Floats
    quat: Floats
    stable: NDArray[np.bool_]


def object_poses(shape: Shape, spots: Floats, ground: GroundMap) -> ObjectPoses:
    """Return the poses of an object at spots (n, 2) in m: a ball touches the ground, a crate lies on it."""
    half = np.array(shape.half)
    samples = _SQUARE[np.hypot(*_SQUARE.T) <= 1] if shape.round else _SQUARE
    x, y = (spots[:, [axis]] + samples[:, axis] * half[axis] for axis in (0, 1))
    upright = np.tile([1.0, 0.0, 0.0, 0.0], (len(spots), 1))
    if shape.round:
        bulge = half[0] * (1 - np.sqrt(np.maximum(1 - np.square(samples).sum(axis=1), 0)))
        z = (ground.upper_bound(x, y, 0.5 * min(ground.field.cell)) - bulge).max(axis=1)
        return ObjectPoses(np.round(z + 0.001, 4), upright, z - ground.at(*spots.T) <= 0.25 * half[0])
    under = ground.upper_bound(x, y)
    # the plane that fits best: samples are symmetric, so its parts are found one by one
    slope = np.stack(
        [under @ samples[:, k] / (np.square(samples[:, k]).sum() * half[k]) for k in (0, 1)], axis=1
    )
    over = under - slope @ (samples * half).T
    z, hang = over.max(axis=1), np.ptp(over, axis=1)
    quat = np.stack([1 + np.sqrt(1 + np.square(slope).sum(axis=1)), slope[:, 1], -slope[:, 0]], axis=1)
    quat = np.concatenate([quat, np.zeros((len(spots), 1))], axis=1)
    quat = np.round(quat / np.linalg.norm(quat, axis=1, keepdims=True), 5)
    stable = (hang <= MAX_HANG * min(*shape.half, shape.height)) & (np.hypot(*slope.T) <= MAX_SLOPE)
    return ObjectPoses(np.round(z + 0.001, 4), quat, stable)
