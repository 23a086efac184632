"""Obstacles of a compiled world as upright boxes, for clearances, resting heights and blocked cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats, Heightfield
from envgen.worlds.compiler import Model
from envgen.worlds.ground_map import GroundMap

Points = TypeVar("Points", float, Floats)
_SPHERE, _CAPSULE, _CYLINDER = (
    int(kind)
    for kind in (mujoco.mjtGeom.mjGEOM_SPHERE, mujoco.mjtGeom.mjGEOM_CAPSULE, mujoco.mjtGeom.mjGEOM_CYLINDER)
)
_U, _V = (axis.ravel() for axis in np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 5)))


@dataclass(frozen=True)
class ObstacleSpan:
    """Vertical extent of an obstacle with all its geoms, such as a gate whose lintel is above the ground.

    Attributes:
        name: `obstacle/<kind>_<i>`.
        bottom: Height of its lowest point above the ground, in m.
        top: Height of its highest point above the ground, in m.
    """

    name: str
    bottom: float
    top: float


@dataclass(frozen=True)
class ObstacleBox:
    """Bounding box of one geom of an obstacle: a rectangular footprint and heights above the ground.

    Attributes:
        name: Name of the geom.
        centre: Centre (x, y) of the footprint, in m.
        half: Half extents of the footprint along its own axes, in m.
        yaw: Heading of the first of these axes, in rad.
        fixed: Whether the geom is fixed to the world.
        bottom: Height of its lowest point above the ground, in m; below 0 if it reaches into the ground.
        top: Height of its highest point above the ground, in m.
    """

    name: str
    centre: tuple[float, float]
    half: tuple[float, float]
    yaw: float
    fixed: bool
    bottom: float
    top: float

    def distance(self, x: float, y: float) -> float:
        """Return the horizontal distance (m) of a point (m) from the footprint, 0 inside."""
        u, v = self._local(x, y)
        return math.hypot(max(abs(u) - self.half[0], 0.0), max(abs(v) - self.half[1], 0.0))

    def cover(self, mask: NDArray[np.bool_], field: Heightfield, margin: float) -> None:
        """Mark the samples of a field within `margin` (m) of the footprint.

        Args:
            mask: (nrow, ncol) changed in place.
            field: The grid of the mask.
            margin: In m.
        """
        reach = math.hypot(*self.half) + margin
        cols = _span(self.centre[0], reach, field.origin[0], field.cell[0], mask.shape[1])
        rows = _span(self.centre[1], reach, field.origin[1], field.cell[1], mask.shape[0])
        u, v = self._local(field.x[None, cols], field.y[rows, None])
        mask[rows, cols] |= (np.abs(u) <= self.half[0] + margin) & (np.abs(v) <= self.half[1] + margin)

    @cached_property
    def _rotation(self) -> tuple[float, float]:
        """Cosine and sine of the yaw."""
        return float(np.cos(self.yaw)), float(np.sin(self.yaw))

    def _local(self, x: Points, y: Points) -> tuple[Points, Points]:
        """Transform points (m) into the frame of the footprint."""
        (c, s), dx, dy = self._rotation, x - self.centre[0], y - self.centre[1]
        return c * dx + s * dy, c * dy - s * dx


def obstacle_spans(boxes: list[ObstacleBox]) -> list[ObstacleSpan]:
    """Group boxes by obstacle, which the first two parts of their names tell."""
    groups: dict[str, list[ObstacleBox]] = {}
    for box in boxes:
        groups.setdefault("/".join(box.name.split("/")[:2]), []).append(box)
    return [
        ObstacleSpan(name, min(box.bottom for box in group), max(box.top for box in group))
        for name, group in groups.items()
    ]


def _span(centre: float, reach: float, origin: float, cell: float, count: int) -> slice:
    """Return the indices of the samples within `reach` (m) of a coordinate, as a slice."""
    first = math.floor((centre - reach - origin) / cell)
    last = math.ceil((centre + reach - origin) / cell) + 1
    return slice(min(max(first, 0), count), min(max(last, 0), count))


def obstacle_boxes(
    model: Model, geoms: Sequence[int], names: Sequence[str], ground: GroundMap
) -> list[ObstacleBox]:
    """Return one box for each geom of an obstacle, in the start pose of the world.

    Args:
        model: The compiled world.
        geoms: The geoms of its obstacles.
        names: Name of every geom of the model.
        ground: The ground map.
    """
    if not geoms:
        return []
    bodies = model.geom_bodyid[geoms]
    welded = model.body_weldid[bodies]
    pos, axes = model.geom_pos[geoms], _matrices(model.geom_quat[geoms])
    # transform up the tree to the world (body 0), with the bodies in their start poses
    outer = bodies
    while outer.any():
        turn = _matrices(model.body_quat[outer])
        pos = model.body_pos[outer] + np.einsum("nij,nj->ni", turn, pos)
        axes = turn @ axes
        outer = model.body_parentid[outer]
    extent, yaw, lean = _extents(model.geom_type[geoms], model.geom_size[geoms], axes)
    c, s = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
    u, v = _U * extent[:, :1], _V * extent[:, 1:2]
    under = ground.at(pos[:, :1] + c * u - s * v, pos[:, 1:2] + s * u + c * v)
    # a long geom may lie along a slope: take the height of its underside point by point
    line = pos[:, 2:] + lean[:, None] * _U
    bottom = np.min(line - extent[:, 2:] - under, axis=1)
    top = np.max(line + extent[:, 2:] - under, axis=1)
    return [
        ObstacleBox(
            names[geom],
            (float(pos[i, 0]), float(pos[i, 1])),
            (float(extent[i, 0]), float(extent[i, 1])),
            float(yaw[i]),
            bool(welded[i] == 0),
            float(bottom[i]),
            float(top[i]),
        )
        for i, geom in enumerate(geoms)
    ]


def _extents(kinds: NDArray[np.int32], size: Floats, axes: Floats) -> tuple[Floats, Floats, Floats]:
    """Return half extents (n, 3) along the heading, across and up; headings (n,); rise (n,) to the end."""
    number = np.arange(len(kinds))
    half = np.array(size, dtype=float)
    sphere, capsule, cylinder = kinds == _SPHERE, kinds == _CAPSULE, kinds == _CYLINDER
    half[sphere] = size[sphere, :1]
    half[capsule] = np.stack(
        [size[capsule, 0], size[capsule, 0], size[capsule, 0] + size[capsule, 1]], axis=1
    )
    half[cylinder] = np.stack([size[cylinder, 0], size[cylinder, 0], size[cylinder, 1]], axis=1)
    # the axis with the greatest horizontal extent gives the heading
    lead = np.argmax(np.hypot(axes[:, 0], axes[:, 1]) * half, axis=1)
    ahead = axes[number, :, lead]
    yaw = np.arctan2(ahead[:, 1], ahead[:, 0])
    c, s = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
    along, across = c * axes[:, 0] + s * axes[:, 1], c * axes[:, 1] - s * axes[:, 0]
    parts = np.abs(np.stack([along, across, axes[:, 2]], axis=1))
    radius = np.where(capsule, half[:, 0], 0.0)[:, None]
    straight = half - np.where(capsule[:, None], half[:, :1], 0.0)
    straight[capsule, :2] = 0.0
    extent = np.einsum("nij,nj->ni", parts, straight) + radius
    extent[sphere] = half[sphere]
    lean = ahead[:, 2] * straight[number, lead]
    extent[:, 2] -= np.abs(lean)
    return extent, yaw, lean


def _matrices(quats: Floats) -> Floats:
    """Return rotation matrices (n, 3, 3) of quaternions (n, 4), w first."""
    w, x, y, z = np.asarray(quats, dtype=float).T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), -1, 0)
