"""The upper surface of geoms as seen from straight above, from which relief is drawn."""

from __future__ import annotations

import cv2
import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.worlds.compiler import Model
from envgen.worlds.robots.surface_points import Kinematics

Field = NDArray[np.float32]
_SHAPE = mujoco.mjtGeom


def half_extents(model: Model, data: Kinematics, geom: int) -> tuple[float, float]:
    """Return half extents (x, y) in m of a geom's bounding box, infinite for a plane."""
    kind, size = int(model.geom_type[geom]), model.geom_size[geom]
    axes = np.abs(data.geom_xmat[geom].reshape(3, 3)[:2])
    if kind == _SHAPE.mjGEOM_SPHERE:
        return float(size[0]), float(size[0])
    if kind == _SHAPE.mjGEOM_CAPSULE:
        reach = axes[:, 2] * size[1] + size[0]
    elif kind == _SHAPE.mjGEOM_CYLINDER:
        reach = axes[:, 2] * size[1] + np.sqrt(np.maximum(0, 1 - axes[:, 2] ** 2)) * size[0]
    elif kind == _SHAPE.mjGEOM_ELLIPSOID:
        reach = np.sqrt((axes * size) ** 2 @ np.ones(3))
    elif kind == _SHAPE.mjGEOM_BOX:
        reach = axes @ size
    else:
        reach = np.full(2, float(model.geom_rbound[geom]) or np.inf)
    return float(reach[0]), float(reach[1])


def top_heights(model: Model, data: Kinematics, geom: int, x: Floats, y: Floats) -> Field:
    """Return the height of the highest point of a geom above each point.

    Args:
        model: The model.
        data: Poses of its geoms.
        geom: Number of a sphere, capsule, cylinder, ellipsoid, box or mesh.
        x: (ncol,) coordinates in m.
        y: (nrow,) coordinates in m.

    Returns:
        (nrow, ncol) heights in m, minus infinity outside the geom.
    """
    kind, size = int(model.geom_type[geom]), model.geom_size[geom]
    pos, axes = data.geom_xpos[geom], data.geom_xmat[geom].reshape(3, 3)
    dx, dy = (x - pos[0])[None, :], (y - pos[1])[:, None]
    # a vertical ray (dx, dy, t): in the geom's frame it starts at `start` and has the direction axes[2]
    start = [dx * axes[0, i] + dy * axes[1, i] for i in range(3)]
    way = axes[2]
    if kind == _SHAPE.mjGEOM_SPHERE:
        height = _ball(dx, dy, float(size[0]))
    elif kind == _SHAPE.mjGEOM_ELLIPSOID:
        height = _quadric([s / r for s, r in zip(start, size)], way / size, 1.0)
    elif kind == _SHAPE.mjGEOM_CAPSULE:
        height = _capsule(start, way, dx, dy, axes[:, 2], size)
    elif kind == _SHAPE.mjGEOM_CYLINDER:
        height = _cylinder(start, way, size)
    elif kind == _SHAPE.mjGEOM_BOX:
        near, far = _slabs(start, way, size)
        height = np.where(near <= far, far, -np.inf)
    else:
        height = _hull(model, data, geom, x, y) - pos[2]
    return np.asarray(height + pos[2], dtype=np.float32)


def _ball(dx: Floats, dy: Floats, radius: float) -> Floats:
    rest = radius * radius - dx * dx - dy * dy
    return np.where(rest >= 0, np.sqrt(np.maximum(rest, 0)), -np.inf)


def _quadric(start: list[Floats], way: Floats, bound: float) -> Floats:
    """Return where rays leave the set of points with |p|^2 <= bound, over the given coordinates."""
    a = sum(float(w) ** 2 for w in way)
    b = np.sum([s * w for s, w in zip(start, way)], axis=0)
    c = np.sum([s * s for s in start], axis=0) - bound
    if a < 1e-9:
        return np.where(c <= 0, np.inf, -np.inf)
    rest = b * b - a * c
    return np.where(rest >= 0, (np.sqrt(np.maximum(rest, 0)) - b) / a, -np.inf)


def _capsule(start: list[Floats], way: Floats, dx: Floats, dy: Floats, axis: Floats, size: Floats) -> Floats:
    radius, half = float(size[0]), float(size[1])
    height = np.full(np.broadcast_shapes(dx.shape, dy.shape), -np.inf)
    for end in (-half, half):
        ball = _ball(dx - end * axis[0], dy - end * axis[1], radius)
        np.maximum(height, ball + end * axis[2], out=height)
    side = _quadric(start[:2], way[:2], radius * radius)
    with np.errstate(invalid="ignore"):
        inside = np.isfinite(side) & (np.abs(start[2] + side * way[2]) <= half)
    return np.where(inside, np.maximum(height, side), height)


def _cylinder(start: list[Floats], way: Floats, size: Floats) -> Floats:
    radius, half = float(size[0]), float(size[1])
    leave = _quadric(start[:2], way[:2], radius * radius)
    enter = -_quadric([-s for s in start[:2]], way[:2], radius * radius)
    near, far = _slabs(start[2:], way[2:], np.array([half]))
    low, high = np.maximum(enter, near), np.minimum(leave, far)
    return np.where((low <= high) & np.isfinite(high), high, -np.inf)


def _slabs(start: list[Floats], way: Floats, half: Floats) -> tuple[Floats, Floats]:
    """Return where rays enter and leave |p_i| <= half_i for all i."""
    near, far = np.float64(-np.inf) * np.ones(1), np.float64(np.inf) * np.ones(1)
    for s, w, h in zip(start, way, half):
        if abs(w) < 1e-7:
            inside = np.abs(s) <= h
            near, far = np.where(inside, near, np.inf), np.where(inside, far, -np.inf)
        else:
            ends = (-h - s) / w, (h - s) / w
            near, far = np.maximum(near, np.minimum(*ends)), np.minimum(far, np.maximum(*ends))
    return near, far


def _hull(model: Model, data: Kinematics, geom: int, x: Floats, y: Floats) -> Floats:
    """Return the convex outline of a mesh at the height of its top."""
    height = np.full((len(y), len(x)), -np.inf)
    mesh = int(model.geom_dataid[geom])
    if int(model.geom_type[geom]) != _SHAPE.mjGEOM_MESH or mesh < 0 or min(height.shape) < 2:
        return height
    first = int(model.mesh_vertadr[mesh])
    vertices = model.mesh_vert[first : first + int(model.mesh_vertnum[mesh])]
    points = vertices @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom]
    pixels = np.stack([(points[:, 0] - x[0]) / (x[1] - x[0]), (points[:, 1] - y[0]) / (y[1] - y[0])], axis=1)
    mask = np.zeros(height.shape, dtype=np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(pixels).astype(np.int32)), 1)
    height[mask > 0] = float(points[:, 2].max())
    return height
