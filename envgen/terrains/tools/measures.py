"""Measures of ground that should grow with difficulty; each kind names one of them.

They read the ground map only, not the parameters, so that they can verify difficulty maps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from envgen.core.heightfield import Heights
from envgen.core.params import RobotSize
from envgen.terrains.base import Ground, Patch

Measure = Callable[[Ground, Patch, RobotSize], float]


def roughness(ground: Ground, patch: Patch, robot: RobotSize) -> float:
    """Return the standard deviation (m) of heights from their mean within a robot's radius."""
    sigma = (robot.radius / patch.cell[0], robot.radius / patch.cell[1])
    heights = ground.surface
    import cv2  # imported here, as prompts need the registry only

    wide = cv2.GaussianBlur(heights, (0, 0), *sigma, borderType=cv2.BORDER_REFLECT)
    return float((heights - wide).std())


def slope(ground: Ground, patch: Patch, robot: RobotSize) -> float:
    """Return the mean slope, as rise per run."""
    del robot
    along, across = np.gradient(ground.surface.astype(np.float64), patch.cell[1], patch.cell[0])
    return float(np.hypot(along, across).mean())


def step(ground: Ground, patch: Patch, robot: RobotSize) -> float:
    """Return the highest step (m) between neighbouring samples."""
    del patch, robot
    return max(float(np.abs(np.diff(ground.surface, axis=axis)).max()) for axis in (0, 1))


def gap(ground: Ground, patch: Patch, robot: RobotSize) -> float:
    """Return the mean width (m) of gaps: twice the area of pits divided by their perimeter.

    Pits that touch the edge of the ground count only if there are no others, as the ground beyond the last
    ring is no gap to cross.
    """
    del robot
    import cv2

    _, labels = cv2.connectedComponents(_void(ground).astype(np.uint8), connectivity=4)
    edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    closed = (labels > 0) & ~np.isin(labels, edge)
    closed = closed if closed.any() else labels > 0
    sides = sum(int(np.count_nonzero(np.diff(closed, axis=axis))) for axis in (0, 1))
    return float(2 * closed.sum() / sides * patch.cell[0]) if sides else 0.0


def void(ground: Ground, patch: Patch, robot: RobotSize) -> float:
    """Return the share of the ground that is pit."""
    del patch, robot
    return float(_void(ground).mean())


def walls(ground: Ground, patch: Patch, robot: RobotSize) -> float:
    """Return the share of the ground that is higher than a robot can step."""
    del patch
    low = float(np.median(ground.surface))
    return float((ground.surface > low + robot.step).mean())


def relief(ground: Ground, patch: Patch, robot: RobotSize) -> float:
    """Return the height range (m) from the 2nd to the 98th percentile."""
    del patch, robot
    low, high = np.percentile(ground.surface, (2, 98))
    return float(high - low)


def _void(ground: Ground) -> np.ndarray:
    """Return which samples (nrow, ncol) are the floor of a pit."""
    floor = ground.pit if ground.pit is not None else -np.inf
    heights: Heights = ground.surface
    return np.asarray(heights <= floor + 1e-3)


MEASURES: dict[str, tuple[Measure, str]] = {
    "roughness": (roughness, "m"),
    "slope": (slope, ""),
    "step": (step, "m"),
    "gap": (gap, "m"),
    "void": (void, ""),
    "walls": (walls, ""),
    "relief": (relief, "m"),
}
"""Each measure with its unit, by the name that a kind gives it."""
