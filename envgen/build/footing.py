"""The ground exactly under a robot: boxes by their own edges, a heightfield by its triangles."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from envgen.build.ground import GroundMap
from envgen.build.robot import RobotModel
from envgen.core.heightfield import Floats, Heightfield
from envgen.terrains.base import Ground

CLEARANCE = 0.002
"""Height of the lowest point of a robot over the ground at the start, in m."""
EDGE = 0.01
"""Boxes are taken to be so much (m) wider: points of the underside stand for 2 cm of it."""
SOLE = 0.02
"""Points of the underside within so much (m) of the lowest are what the robot stands on."""


@dataclass(frozen=True)
class Pose:
    """Where a root starts: position in m, heading in rad about z."""

    pos: tuple[float, float, float]
    yaw: float


class Footing:
    """Stands robots on the ground of one variant."""

    def __init__(self, ground: Ground, map_: GroundMap) -> None:
        self._map = map_
        self._plane = ground.plane if ground.plane is not None else -math.inf
        self._field = None if ground.field is None else Heightfield.centred(ground.field, map_.field.size)
        boxes = ground.boxes
        self._centre = np.stack([boxes[:, 0] + boxes[:, 1], boxes[:, 2] + boxes[:, 3]], axis=1) / 2
        self._half = np.stack([boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2]], axis=1) / 2
        self._top, self._yaw = boxes[:, 5], boxes[:, 6]
        self._turn = np.stack([np.cos(self._yaw), np.sin(self._yaw)], axis=1)
        # half extents along the axes of the world
        c, s = np.abs(self._turn[:, 0]), np.abs(self._turn[:, 1])
        reach = self._half
        self._reach = np.stack([c * reach[:, 0] + s * reach[:, 1], s * reach[:, 0] + c * reach[:, 1]], axis=1)

    def under(self, x: Floats, y: Floats) -> Floats:
        """Height (n,) in m that the ground surely does not exceed under points (n,)."""
        if not len(self._top):
            return self._map.above(x, y, 0.025)
        height = np.full(len(x), self._plane)
        if self._field is not None:
            height = np.maximum(height, self._field.above(x, y))
        low, high = np.array([x.min(), y.min()]), np.array([x.max(), y.max()])
        near = ((self._centre + self._reach >= low) & (self._centre - self._reach <= high)).all(axis=1)
        for box in np.flatnonzero(near):
            dx, dy = x - self._centre[box, 0], y - self._centre[box, 1]
            c, s = self._turn[box]
            inside = (np.abs(c * dx + s * dy) <= self._half[box, 0] + EDGE) & (
                np.abs(c * dy - s * dx) <= self._half[box, 1] + EDGE
            )
            height[inside] = np.maximum(height[inside], self._top[box])
        return height

    def stand(self, robot: RobotModel, x: float, y: float, yaw: float) -> tuple[Pose, float]:
        """The pose in which a robot stands just above the ground, and the share of its soles that carry.

        Args:
            robot: The robot.
            x: Of its root, in m.
            y: Of its root, in m.
            yaw: Heading, in rad.
        """
        x, y = round(x, 3), round(y, 3)
        points = robot.underside
        c, s = math.cos(yaw), math.sin(yaw)
        height = self.under(x + c * points[:, 0] - s * points[:, 1], y + s * points[:, 0] + c * points[:, 1])
        # within its margin, MuJoCo takes a geom over a heightfield to be deeper than it is
        clearance = CLEARANCE + 1.5 * robot.margin
        z = math.ceil((float(np.max(height - points[:, 2])) + clearance) * 10_000) / 10_000
        soles = points[:, 2] <= points[:, 2].min() + SOLE
        reach = (0.1 if len(self._top) else 0.3) * robot.size.leg + 2 * SOLE
        carried = z + points[soles, 2] - height[soles] <= reach
        return Pose((x, y, z), yaw), float(carried.mean())
