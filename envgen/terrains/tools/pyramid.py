"""Heights of a four-sided pyramid, upright or as a hollow."""

from __future__ import annotations

import numpy as np

from envgen.terrains.base import Floats, Patch


def pyramid(patch: Patch, slope: float, platform: float, border: float) -> Floats:
    """Return a pyramid that fills a patch; a long patch gets a long pyramid.

    Args:
        patch: The patch.
        slope: Rise per run of its sides.
        platform: Side of its level middle, in m.
        border: Width of its level rim, in m.

    Returns:
        (nrow, ncol) metres above the rim.
    """
    # heights follow the distance to the edge, so that all sides are equally steep
    inset = np.minimum(patch.size[0] / 2 - np.abs(patch.x), patch.size[1] / 2 - np.abs(patch.y))
    room = max(patch.radius - platform / 2 - border, 0.0)
    rise: Floats = slope * np.clip(inset - border, 0.0, room)
    return rise
