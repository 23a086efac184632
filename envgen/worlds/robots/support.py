"""Support of a robot: the points it stands on, and how far it may lean with a slope."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from envgen.worlds.compiler import Data, Model
from envgen.worlds.robots.root_joint import Root
from envgen.worlds.robots.surface_points import collides, surface_points

Floats = NDArray[np.float64]

SOLE = 0.02
"""A robot stands on the points of its surface within this height (m) of the lowest."""
COLUMN = 0.02
"""Width (m) of vertical columns; the lowest point of each is kept."""
STEEPEST = 0.6
"""Steepest rise/run with which a robot leans: three quarters of the slope that it can climb."""
LEAN_MARGIN = 0.7
"""Share of the lean at which the root would be over the edge of the support."""
MIN_CONTACTS = {"free": 3, "planar": 2}
"""Least number of bodies on the ground for a robot to lean; one with fewer balances upright."""


@dataclass(frozen=True, eq=False)
class Support:
    """Contact of a robot with the ground at home; points are relative to its root, in m.

    Attributes:
        underside: (n, 3) lowest points of its surface.
        contact_mask: (n,) whether it stands on a point.
        tilted_underside: (m, 3) points that may be the lowest at some lean.
        max_lean: Greatest lean as rise/run along its own x and y; (0, 0) for one that stays upright.
    """

    underside: Floats
    contact_mask: NDArray[np.bool_]
    tilted_underside: Floats
    max_lean: tuple[float, float]

    @cached_property
    def contact_points(self) -> Floats:
        """(k, 3) points of the underside that it stands on."""
        return self.underside[self.contact_mask]

    @cached_property
    def spread(self) -> tuple[Floats, Floats]:
        """Offsets (k, 2) of the contact points from their mean, in m, and their second moments (2, 2)."""
        feet = self.contact_points[:, :2]
        off = feet - feet.mean(axis=0)
        return off, off.T @ off


def find_support(model: Model, data: Data, root: Floats, kind: Root, *, flying: bool) -> Support:
    """Find the support of a robot.

    Args:
        model: The robot alone.
        data: Its state at home.
        root: (3,) position of its root, in m.
        kind: Its root joint.
        flying: Whether it flies; a flying robot stays upright.
    """
    geoms = [geom for geom in range(model.ngeom) if collides(model, geom)]
    points = surface_points(model, data, geoms) - root
    floor = float(points[:, 2].min())
    lows = [float(surface_points(model, data, [geom])[:, 2].min() - root[2]) for geom in geoms]
    touching = [geom for geom, low in zip(geoms, lows) if low <= floor + SOLE]
    points = np.concatenate([points, surface_points(model, data, touching, fine=True) - root])
    underside = points[_lowest(points)]
    soles = underside[:, 2] <= underside[:, 2].min() + SOLE
    most = (0.0, 0.0) if flying else _max_lean(model, touching, underside[soles], kind)
    if not any(most):
        return Support(underside, soles, underside, most)
    seen = np.zeros(len(points), dtype=bool)  # numpy.unique would import numpy.ma: 20 ms in each process
    seen[_lowest(points)] = True
    # a point that is lowest at a smaller lean is lowest at one of these too, except at sharp bends
    for along, across in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        turn = tilt_matrix(along * math.atan(most[0]), across * math.atan(most[1]))
        seen[_lowest(points @ turn.T)] = True
    return Support(underside, soles, points[seen], most)


def tilt_matrix(pitch: float, roll: float) -> Floats:
    """Return the rotation (3, 3) by roll about x, then by pitch about y, in rad."""
    cp, sp, cr, sr = math.cos(pitch), math.sin(pitch), math.cos(roll), math.sin(roll)
    return np.array([[cp, sp * sr, sp * cr], [0.0, cr, -sr], [-sp, cp * sr, cp * cr]])


def up_axis(xmat: Floats) -> Floats:
    """Return the up axis (3,) of a robot: the axis of its root, of either sign, nearest to the world's z.

    Where the root is farther from upright than a robot ever leans, that is its home pose: the world's z.

    Args:
        xmat: (9,) orientation of its root.
    """
    axes: list[float] = xmat.tolist()
    axis = max(range(3), key=lambda axis: abs(axes[6 + axis]))
    if abs(axes[6 + axis]) < 1 / math.hypot(1.0, math.hypot(STEEPEST, STEEPEST)):
        return np.array([0.0, 0.0, 1.0])
    return np.array(axes[axis::3]) * math.copysign(1.0, axes[6 + axis])


def _max_lean(model: Model, touching: list[int], soles: Floats, kind: Root) -> tuple[float, float]:
    """Return the greatest lean as rise/run along x and y.

    Args:
        model: The robot alone.
        touching: Geoms that it stands on.
        soles: (n, 3) contact points, relative to its root, in m.
        kind: Its root joint.
    """
    bodies = {int(model.body_weldid[model.geom_bodyid[geom]]) for geom in touching}
    if len(bodies) < MIN_CONTACTS.get(kind.kind, 1_000) or (kind.kind == "planar" and kind.pitch is None):
        return 0.0, 0.0
    height = max(-float(soles[:, 2].min()), 1e-3)
    along, across = (
        min(STEEPEST, LEAN_MARGIN * float(half) / height) for half in np.ptp(soles[:, :2], axis=0) / 2
    )
    return round(along, 4), 0.0 if kind.kind == "planar" else round(across, 4)


def _lowest(points: Floats) -> NDArray[np.intp]:
    """Return the indices of the lowest point in each column."""
    columns = np.round(points[:, :2] / COLUMN).astype(np.int64)
    order = np.lexsort((points[:, 2], columns[:, 1], columns[:, 0]))
    kept = columns[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (kept[1:] != kept[:-1]).any(axis=1)
    return order[first]
