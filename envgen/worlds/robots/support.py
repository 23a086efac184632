"""What a robot stands on, and how far it leans with a slope."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from envgen.worlds.compiler import Data, Model
from envgen.worlds.robots.root_joint import Root
from envgen.worlds.robots.surface_points import collides, surface

Floats = NDArray[np.float64]

SOLE = 0.02
"""Points of the surface within so much (m) of the lowest are what the robot stands on."""
COLUMN = 0.02
"""Width (m) of the columns of which the lowest point is kept."""
STEEPEST = 0.6
"""Rise/run that a robot leans with at most: three quarters of the slope that it masters."""
SHARE = 0.7
"""Of the lean at which its root would be over the edge of what it stands on."""
FEWEST = {"free": 3, "planar": 2}
"""Bodies that must touch the ground at home for a robot to lean: on less it balances, and does so upright."""


@dataclass(frozen=True, eq=False)
class Support:
    """How a robot touches the ground at home; points are relative to its root, in m.

    Attributes:
        underside: (n, 3) lowest points of its surface.
        contact_mask: (n,) which of them it stands on.
        tilted_underside: (m, 3) points of its surface of which one is the lowest where it leans.
        max_lean: Rise/run along its own x and y that it leans with at most; 0 stays upright.
    """

    underside: Floats
    contact_mask: NDArray[np.bool_]
    tilted_underside: Floats
    max_lean: tuple[float, float]

    @cached_property
    def contact_points(self) -> Floats:
        """(k, 3) points that it stands on."""
        return self.underside[self.contact_mask]

    @cached_property
    def spread(self) -> tuple[Floats, Floats]:
        """(k, 2) how far these are from their middle in the plane, in m, and their second moments (2, 2)."""
        feet = self.contact_points[:, :2]
        off = feet - feet.mean(axis=0)
        return off, off.T @ off


def find_support(model: Model, data: Data, root: Floats, kind: Root, *, flying: bool) -> Support:
    """Find it.

    Args:
        model: The robot alone.
        data: Its state at home.
        root: (3,) position of its root, in m.
        kind: How that moves.
        flying: Whether it flies: then it stays upright.
    """
    geoms = [geom for geom in range(model.ngeom) if collides(model, geom)]
    points = surface(model, data, geoms) - root
    floor = float(points[:, 2].min())
    lows = [float(surface(model, data, [geom])[:, 2].min() - root[2]) for geom in geoms]
    touching = [geom for geom, low in zip(geoms, lows) if low <= floor + SOLE]
    points = np.concatenate([points, surface(model, data, touching, fine=True) - root])
    underside = points[_lowest(points)]
    soles = underside[:, 2] <= underside[:, 2].min() + SOLE
    most = (0.0, 0.0) if flying else _most(model, touching, underside[soles], kind)
    if not any(most):
        return Support(underside, soles, underside, most)
    seen = np.zeros(len(points), dtype=bool)  # numpy.unique would import numpy.ma, 20 ms in each process
    seen[_lowest(points)] = True
    # what is lowest at a lean between is lowest at one of these too, but for what bends sharply
    for along, across in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        turn = tilt_matrix(along * math.atan(most[0]), across * math.atan(most[1]))
        seen[_lowest(points @ turn.T)] = True
    return Support(underside, soles, points[seen], most)


def tilt_matrix(pitch: float, roll: float) -> Floats:
    """(3, 3) turn by roll about x, then by pitch about y, in rad."""
    cp, sp, cr, sr = math.cos(pitch), math.sin(pitch), math.cos(roll), math.sin(roll)
    return np.array([[cp, sp * sr, sp * cr], [0.0, cr, -sr], [-sp, cp * sr, cp * cr]])


def up_axis(xmat: Floats) -> Floats:
    """(3,) what is up for a robot that leans: the axis of its root, either way, nearest to the world's up.

    A root that is farther from upright than a robot ever leans stands as it does at home: up is up.

    Args:
        xmat: (9,) orientation of its root.
    """
    axes: list[float] = xmat.tolist()
    axis = max(range(3), key=lambda axis: abs(axes[6 + axis]))
    if abs(axes[6 + axis]) < 1 / math.hypot(1.0, math.hypot(STEEPEST, STEEPEST)):
        return np.array([0.0, 0.0, 1.0])
    return np.array(axes[axis::3]) * math.copysign(1.0, axes[6 + axis])


def _most(model: Model, touching: list[int], soles: Floats, kind: Root) -> tuple[float, float]:
    """Rise/run along x and y that it leans with at most.

    Args:
        model: The robot alone.
        touching: Geoms that it stands on.
        soles: (n, 3) points of these that it stands on, relative to its root, in m.
        kind: How its root moves.
    """
    bodies = {int(model.body_weldid[model.geom_bodyid[geom]]) for geom in touching}
    if len(bodies) < FEWEST.get(kind.kind, 1_000) or (kind.kind == "planar" and kind.pitch is None):
        return 0.0, 0.0
    height = max(-float(soles[:, 2].min()), 1e-3)
    along, across = (min(STEEPEST, SHARE * float(half) / height) for half in np.ptp(soles[:, :2], axis=0) / 2)
    return round(along, 4), 0.0 if kind.kind == "planar" else round(across, 4)


def _lowest(points: Floats) -> NDArray[np.intp]:
    """Which points are the lowest of each column."""
    columns = np.round(points[:, :2] / COLUMN).astype(np.int64)
    order = np.lexsort((points[:, 2], columns[:, 1], columns[:, 0]))
    kept = columns[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (kept[1:] != kept[:-1]).any(axis=1)
    return order[first]
