"""Joins of a patch with its neighbours on a board: a taper, a level rim, or a way down again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from envgen.terrains.base import Floats, Ground, Patch, of_boxes, of_heights
from envgen.terrains.tools.frames import frame_boxes

MIN_TAPER = 0.1
"""Least share of a patch over which a heightfield tapers at each edge."""
MAX_TAPER = 0.3
"""Greatest share: a high edge tapers over a longer way, so that the way in is not a wall."""
TAPER_SLOPE = 0.5
"""Slope (rise/run) of a taper between these shares."""
RIM = 0.05
"""Share of a patch that is a level rim at each edge, where boxes stand over a pit."""
GroundMaker = Callable[[Patch], Ground]
"""Fills a patch."""


def up_and_down(make: GroundMaker, patch: Patch) -> Ground:
    """Make ground that rises along x up to the middle of a patch, and mirror it on the way down."""
    nrow, ncol = patch.shape
    half = Patch((patch.size[0] / 2, patch.size[1]), (nrow, ncol // 2 + 1), open=True)
    up = make(half)
    left = up.boxes.copy()
    left[:, :2] -= half.size[0] / 2
    right = left.copy()
    right[:, 0], right[:, 1], right[:, 6] = -left[:, 1], -left[:, 0], -left[:, 6]
    if up.field is None:
        return of_boxes(patch, np.concatenate([left, right]), up.plane or 0.0, pit=up.pit is not None)
    # each sample of the patch, by its distance from the nearer end
    away = half.size[0] - np.abs(patch.x[0])
    at = np.clip(away / half.cell[0], 0, half.shape[1] - 1)
    first = np.minimum(at.astype(np.intp), half.shape[1] - 2)
    share = at - first
    return of_heights(up.field[:, first] * (1 - share) + up.field[:, first + 1] * share)


def boxes_in_rim(make: GroundMaker, patch: Patch) -> tuple[Floats, float]:
    """Make boxes (n, 7) over a pit within a level rim, and return them with the height of its floor."""
    nrow, ncol = patch.shape
    rim = [max(2, round(RIM * (n - 1))) for n in (ncol, nrow)]
    rim = [min(r, (n - 3) // 2) for r, n in zip(rim, (ncol, nrow))]
    size = tuple(side - 2 * r * cell for side, r, cell in zip(patch.size, rim, patch.cell))
    inner = Patch((size[0], size[1]), (nrow - 2 * rim[1], ncol - 2 * rim[0]), open=True)
    ground = make(inner)
    floor = ground.plane or 0.0
    outer, hole = (tuple(side / 2 for side in area) for area in (patch.size, size))
    return np.concatenate([ground.boxes, frame_boxes(outer, hole, (floor, 0.0))]), floor


def taper(heights: Floats, cell: tuple[float, float]) -> Floats:
    """Scale heights (nrow, ncol) smoothly to 0 at every edge."""
    weights = []
    for axis, width in ((1, cell[0]), (0, cell[1])):
        number = heights.shape[axis] - 1
        relief = float(np.abs(np.take(heights, (0, -1), axis)).max())
        # smoothstep is 1.5 times as steep in its middle as a straight ramp
        share = np.clip(1.5 * relief / TAPER_SLOPE / (number * width), MIN_TAPER, MAX_TAPER)
        inset = np.minimum(np.arange(number + 1), number - np.arange(number + 1))
        t = np.clip(inset / max(share * number, 1.0), 0.0, 1.0)
        weights.append(t * t * (3 - 2 * t))
    result: Floats = heights * weights[0][None, :] * weights[1][:, None]
    return result
