"""The ground exactly under a robot: boxes by their own edges, a heightfield by its triangles."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats, Heightfield
from envgen.tasks.spawn import Pose
from envgen.terrains.base import Ground
from envgen.worlds.ground_map import GroundMap
from envgen.worlds.robots.robot_model import RobotModel
from envgen.worlds.robots.support import SOLE, Support, tilt_matrix

CLEARANCE = 0.002
"""Height of the lowest point of a robot over the ground at the start, in m."""
EDGE = 0.01
"""Boxes are taken to be so much (m) wider: points of the underside stand for 2 cm of it."""
LEAST = 0.08
"""Rise/run from which on a robot leans with the ground."""


class Footing:
    """Stands robots on the ground of one variant."""

    def __init__(self, ground: Ground, map_: GroundMap) -> None:
        self._map = map_
        self._plane = ground.plane if ground.plane is not None else -math.inf
        self._field = None if ground.field is None else Heightfield.centred(ground.field, map_.field.size)
        boxes = ground.boxes
        self._top, self._yaw = boxes[:, 5], boxes[:, 6]
        if not len(boxes):
            return
        self._centre = np.stack([boxes[:, 0] + boxes[:, 1], boxes[:, 2] + boxes[:, 3]], axis=1) / 2
        self._half = np.stack([boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2]], axis=1) / 2
        self._turn = np.stack([np.cos(self._yaw), np.sin(self._yaw)], axis=1)
        # half extents along the axes of the world
        c, s = np.abs(self._turn[:, 0]), np.abs(self._turn[:, 1])
        reach = self._half
        self._reach = np.stack([c * reach[:, 0] + s * reach[:, 1], s * reach[:, 0] + c * reach[:, 1]], axis=1)

    def under(self, x: Floats, y: Floats) -> Floats:
        """Height (n,) in m that the ground surely does not exceed under points (n,)."""
        if not len(self._top):
            return self._map.upper_bound(x, y, 0.025)
        height = np.full(len(x), self._plane)
        if self._field is not None:
            height = np.maximum(height, self._field.upper_bound(x, y))
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

        What stands on three bodies and more leans with the ground under its soles, as far as it is wide
        enough for that; what has two feet or one stays upright, and so does everyone on boxes.

        Args:
            robot: The robot.
            x: Of its root, in m.
            y: Of its root, in m.
            yaw: Heading, in rad.
        """
        x, y = round(x, 3), round(y, 3)
        support = robot.support
        points, soles = support.underside, support.contact_mask
        height = self._below(points, x, y, yaw)
        pose, gaps = _set(robot, points, soles, height, (x, y, yaw))
        if any(support.max_lean) and self._smooth(x, y, robot.size.radius):
            lean = _lean(support, height[soles])
            if math.hypot(*lean) >= LEAST:
                leaning = self._lean(robot, lean, x, y, yaw)
                if leaning[1].mean() < gaps.mean():
                    pose, gaps = leaning
        reach = (0.1 if len(self._top) else 0.3) * robot.size.leg + 2 * SOLE
        return pose, float((gaps <= reach).mean())

    def _smooth(self, x: float, y: float, radius: float) -> bool:
        """Whether no box is that near (m): boxes are level, and a robot that leans slips off their edges."""
        if not len(self._top):
            return True
        off = np.abs(self._centre - (x, y)) - self._reach
        return not bool((off <= radius).all(axis=1).any())

    def _below(self, points: Floats, x: float, y: float, yaw: float) -> Floats:
        """(n,) height of the ground under points (n, 3) of a robot with its root at (x, y), in m."""
        c, s = math.cos(yaw), math.sin(yaw)
        return self.under(x + c * points[:, 0] - s * points[:, 1], y + s * points[:, 0] + c * points[:, 1])

    def _lean(
        self, robot: RobotModel, slope: tuple[float, float], x: float, y: float, yaw: float
    ) -> tuple[Pose, Floats]:
        """The pose along a slope (rise/run in the robot's own frame), and what is under its soles."""
        along, across = slope
        pitch = round(-math.atan(along), 4)
        roll = round(math.atan2(across, math.hypot(1.0, along)), 4)
        turn = tilt_matrix(pitch, roll)
        points, soles = robot.support.tilted_underside @ turn.T, robot.support.contact_points @ turn.T
        both = np.concatenate([points, soles])
        own = np.arange(len(both)) >= len(points)
        return _set(robot, both, own, self._below(both, x, y, yaw), (x, y, yaw), pitch, roll)


def _set(
    robot: RobotModel,
    points: Floats,
    soles: NDArray[np.bool_],
    height: Floats,
    place: tuple[float, float, float],
    pitch: float = 0.0,
    roll: float = 0.0,
) -> tuple[Pose, Floats]:
    """Just above the ground, and how far (k,) in m the ground is below each point of the soles.

    Args:
        robot: The robot.
        points: (n, 3) of its surface, turned as it leans, relative to its root, in m.
        soles: (n,) which of them it stands on, k of them.
        height: (n,) of the ground under them, in m.
        place: Its x and y in m and its heading in rad.
        pitch: As in `Pose`, in rad.
        roll: As in `Pose`, in rad.
    """
    # within its margin, MuJoCo takes a geom over a heightfield to be deeper than it is
    clearance = CLEARANCE + 1.5 * robot.margin
    z = math.ceil((float(np.max(height - points[:, 2])) + clearance) * 10_000) / 10_000
    x, y, yaw = place
    return Pose((x, y, z), yaw, pitch, roll), z + points[soles, 2] - height[soles]


def _lean(support: Support, height: Floats) -> tuple[float, float]:
    """Rise/run along x and y of the plane that fits the ground (k,) under the soles best, within bounds."""
    most, (off, moments) = support.max_lean, support.spread
    rise = off.T @ (height - height.mean())
    least = 1e-9 * max(float(np.trace(moments)), 1e-12)
    if not most[1]:
        along, across = float(rise[0] / max(moments[0, 0], least)), 0.0
    else:
        determinant = max(float(moments[0, 0] * moments[1, 1] - moments[0, 1] ** 2), least**2)
        along = float(rise[0] * moments[1, 1] - rise[1] * moments[0, 1]) / determinant
        across = float(rise[1] * moments[0, 0] - rise[0] * moments[0, 1]) / determinant
    return min(max(along, -most[0]), most[0]), min(max(across, -most[1]), most[1])
