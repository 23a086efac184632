"""The contact of robots with the exact ground: boxes by their edges, a heightfield by its triangles."""

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
"""Margin (m) by which boxes are widened: the points of an underside are 2 cm apart."""
MIN_SLOPE = 0.08
"""Least rise/run with which a robot leans."""


class GroundContact:
    """The ground of one variant, for poses in which robots stand on it."""

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

    def upper_bound(self, x: Floats, y: Floats) -> Floats:
        """Return heights (n,) in m that the ground surely does not exceed at points (n,)."""
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
        """Return the pose of a robot just above the ground, and the share of its soles that carry it.

        A robot that stands on three bodies or more leans with the ground under its soles, as far as it is
        wide enough. A robot with one or two feet stays upright, and so does every robot on boxes.

        Args:
            robot: The robot.
            x: Position of its root, in m.
            y: Position of its root, in m.
            yaw: Heading, in rad.
        """
        x, y = round(x, 3), round(y, 3)
        support = robot.support
        points, soles = support.underside, support.contact_mask
        height = self._ground_under(points, x, y, yaw)
        pose, gaps = _touching_pose(robot, points, soles, height, (x, y, yaw))
        if any(support.max_lean) and self._no_box_near(x, y, robot.size.radius):
            slope = _fit_slope(support, height[soles])
            if math.hypot(*slope) >= MIN_SLOPE:
                leaning = self._leaning_pose(robot, slope, x, y, yaw)
                if leaning[1].mean() < gaps.mean():
                    pose, gaps = leaning
        reach = (0.1 if len(self._top) else 0.3) * robot.size.leg + 2 * SOLE
        return pose, float((gaps <= reach).mean())

    def _no_box_near(self, x: float, y: float, radius: float) -> bool:
        """Return whether no box is within `radius` (m): a robot that leans slips off the edges of boxes."""
        if not len(self._top):
            return True
        off = np.abs(self._centre - (x, y)) - self._reach
        return not bool((off <= radius).all(axis=1).any())

    def _ground_under(self, points: Floats, x: float, y: float, yaw: float) -> Floats:
        """Return heights (n,) of the ground under points (n, 3) of a robot with its root at (x, y), in m."""
        c, s = math.cos(yaw), math.sin(yaw)
        return self.upper_bound(
            x + c * points[:, 0] - s * points[:, 1], y + s * points[:, 0] + c * points[:, 1]
        )

    def _leaning_pose(
        self, robot: RobotModel, slope: tuple[float, float], x: float, y: float, yaw: float
    ) -> tuple[Pose, Floats]:
        """Return the pose along a slope (rise/run in the robot's own frame) and the gaps under its soles."""
        along, across = slope
        pitch = round(-math.atan(along), 4)
        roll = round(math.atan2(across, math.hypot(1.0, along)), 4)
        turn = tilt_matrix(pitch, roll)
        points, soles = robot.support.tilted_underside @ turn.T, robot.support.contact_points @ turn.T
        both = np.concatenate([points, soles])
        own = np.arange(len(both)) >= len(points)
        return _touching_pose(robot, both, own, self._ground_under(both, x, y, yaw), (x, y, yaw), pitch, roll)


def _touching_pose(
    robot: RobotModel,
    points: Floats,
    soles: NDArray[np.bool_],
    height: Floats,
    place: tuple[float, float, float],
    pitch: float = 0.0,
    roll: float = 0.0,
) -> tuple[Pose, Floats]:
    """Return the pose just above the ground, and the gap (k,) in m under each point of the soles.

    Args:
        robot: The robot.
        points: (n, 3) of its surface, turned as it leans, relative to its root, in m.
        soles: (n,) whether they are part of a sole; k of them are.
        height: (n,) height of the ground under them, in m.
        place: x and y of its root in m, heading in rad.
        pitch: As in `Pose`, in rad.
        roll: As in `Pose`, in rad.
    """
    # within its contact margin, MuJoCo overestimates the depth of a geom in a heightfield
    clearance = CLEARANCE + 1.5 * robot.margin
    z = math.ceil((float(np.max(height - points[:, 2])) + clearance) * 10_000) / 10_000
    x, y, yaw = place
    return Pose((x, y, z), yaw, pitch, roll), z + points[soles, 2] - height[soles]


def _fit_slope(support: Support, height: Floats) -> tuple[float, float]:
    """Return rise/run along x and y of the plane that fits the ground (k,) under the soles, within bounds."""
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
