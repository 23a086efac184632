"""Shaded relief: a world from straight above, lit from the north-west, with true shadows.

Ground, obstacles and robots are drawn into an image of heights and one of colours; light and shadows are
computed from the heights.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats, Heightfield
from envgen.preview.shapes import half_extents, top_heights
from envgen.worlds.compiled.world import World
from envgen.worlds.robots.surface_points import Kinematics

Field = NDArray[np.float32]

SUN = 42.0
"""Elevation of the sun, in degrees; it is in the north-west, as usual on maps."""
EXAGGERATION = 1.35
"""Slopes are lit as if they were this much steeper, as maps do; shadows are true."""
STEEPEST = 2.5
"""Greatest slope that is drawn, so that an edge of a box is a line and not a hole."""
_BOX = int(mujoco.mjtGeom.mjGEOM_BOX)
_EDGE = cv2.BORDER_REPLICATE


@dataclass(frozen=True)
class View:
    """From metres to pixels: x to the right, y up, the origin of the world in the middle.

    Attributes:
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
        scale: Pixels per metre.
    """

    width: int
    height: int
    scale: float

    @classmethod
    def fitting(cls, size: tuple[float, float], width: int, height: int) -> View:
        """Return the largest view of an arena of `size` (m) within width and height (pixels)."""
        scale = min(width / size[0], height / size[1])
        return cls(max(2, round(size[0] * scale)), max(2, round(size[1] * scale)), scale)

    @property
    def x(self) -> Floats:
        """(width,) coordinates of the middles of the pixels, in m, left to right."""
        return np.asarray((np.arange(self.width) + 0.5 - self.width / 2) / self.scale)

    @property
    def y(self) -> Floats:
        """(height,) coordinates in m, top to bottom."""
        return np.asarray((self.height / 2 - np.arange(self.height) - 0.5) / self.scale)

    def pixels(self, xy: Floats) -> Floats:
        """(n, 2) positions in pixels, from the top left corner, of points (n, 2) in m."""
        points = np.asarray(xy, dtype=float).reshape(-1, 2)
        return points * [self.scale, -self.scale] + [self.width / 2, self.height / 2]

    def window(self, centre: Floats, reach: tuple[float, float]) -> tuple[slice, slice]:
        """(rows, columns) of the pixels within `reach` (m) of a point along x and y."""
        half = np.array([reach[0], -reach[1]])
        (left, upper), (right, lower) = self.pixels(np.array([centre - half, centre + half]))
        rows = slice(max(int(np.floor(upper)), 0), min(int(np.ceil(lower)), self.height))
        cols = slice(max(int(np.floor(left)), 0), min(int(np.ceil(right)), self.width))
        return rows, cols


def ground_heights(world: World, view: View) -> Field:
    """Return (height, width) height of the ground in m at the pixels of a view; boxes have sharp edges."""
    kinds = world.model.geom_type
    boxes = [g for g in world.terrain_geoms if kinds[g] == _BOX]
    base = world.ground.base
    if not boxes or base is not None:
        heights = _smooth(base or world.ground.field, view)
    else:
        low = float(world.ground.field.heights.min())
        heights = np.full((view.height, view.width), low, dtype=np.float32)
    turned = [g for g in boxes if world.model.geom_quat[g, 0] != 1]
    boxes = [g for g in boxes if world.model.geom_quat[g, 0] == 1]
    pos, half = world.model.geom_pos[boxes], world.model.geom_size[boxes]
    corner = view.pixels(np.concatenate([pos[:, :2] - half[:, :2], pos[:, :2] + half[:, :2]]))
    first, last = np.rint(corner[: len(boxes)]).astype(int), np.rint(corner[len(boxes) :]).astype(int)
    for (left, lower), (right, upper), high in zip(
        np.maximum(first, 0).tolist(), np.maximum(last, 0).tolist(), (pos[:, 2] + half[:, 2]).tolist()
    ):
        part = heights[upper:lower, left:right]
        np.maximum(part, np.float32(high), out=part)
    for geom in turned:
        inside, high = world.under_rotated_box(geom, view.x[None, :], view.y[:, None])
        np.maximum(heights, np.float32(high), out=heights, where=inside)
    return heights


def _smooth(field: Heightfield, view: View) -> Field:
    """(height, width) height of a heightfield in m at the pixels of a view."""
    nrow, ncol = field.heights.shape
    cols = _weights((view.x - field.origin[0]) / field.cell[0], ncol, view.scale * field.cell[0])
    rows = _weights((view.y - field.origin[1]) / field.cell[1], nrow, view.scale * field.cell[1])
    # not `@`: it would start threads, and each tile is small
    across = cv2.gemm(field.heights, cols, 1.0, None, 0.0, flags=cv2.GEMM_2_T)
    return np.asarray(cv2.gemm(rows, across, 1.0, None, 0.0))


def _weights(at: Floats, count: int, zoom: float) -> Field:
    """(len(at), count) weights of samples at fractional places: a cubic, widened where it shrinks.

    Source: Mitchell and Netravali, "Reconstruction filters in computer graphics" (1988), B = C = 1/3: edges
    are neither blurred nor ringed with halos.
    """
    width = max(1.0, 1.0 / zoom)
    reach = int(np.ceil(2 * width))
    offsets = np.arange(-reach, reach + 2)
    index = np.floor(at).astype(int)[:, None] + offsets
    d = np.abs(at[:, None] - index) / width
    near, far = (21 * d - 36) * d * d + 16, ((-7 * d + 36) * d - 60) * d + 32
    kernel = np.where(d < 1, near, np.where(d < 2, far, 0.0))
    kernel /= kernel.sum(axis=1, keepdims=True)
    weights = np.zeros((len(at), count))
    rows = np.broadcast_to(np.arange(len(at))[:, None], index.shape)
    np.add.at(weights, (rows, np.clip(index, 0, count - 1)), kernel)
    return weights.astype(np.float32)


def raise_geom(
    heights: Field, colours: Field, world: World, data: Kinematics, geom: int, view: View, colour: Floats
) -> bool:
    """Draw a geom into images of heights and colours, in place.

    Args:
        heights: (height, width) in m.
        colours: (height, width, 3), 0 to 255.
        world: Its world.
        data: Poses of its geoms.
        geom: Number of the geom.
        view: View of both images.
        colour: (3,) colour of the geom.

    Returns:
        Whether any of it is visible.
    """
    reach = half_extents(world.model, data, geom)
    if not np.isfinite(reach[0]):
        return False
    rows, cols = view.window(data.geom_xpos[geom][:2], reach)
    if rows.start >= rows.stop or cols.start >= cols.stop:
        return False
    tops = top_heights(world.model, data, geom, view.x[cols], view.y[rows])
    part = heights[rows, cols]
    seen = tops > part
    part[seen] = tops[seen]
    colours[rows, cols][seen] = colour
    return bool(seen.any())


def light(heights: Field, scale: float) -> tuple[Field, Field]:
    """Return the brightness of the surface.

    Args:
        heights: (height, width) in m.
        scale: Pixels per metre.

    Returns:
        (height, width) light on each pixel, 1 on level ground in the sun; and the share of the sun that
        reaches it, 0 to 1.
    """
    east, south = (
        np.clip(
            cv2.Sobel(
                heights, cv2.CV_32F, *axis, ksize=1, scale=0.5 * scale * EXAGGERATION, borderType=_EDGE
            ),
            -STEEPEST,
            STEEPEST,
        )
        for axis in ((1, 0), (0, 1))
    )
    # n . l over its value on level ground; the sun is at (-1, -1) in the image
    lean = np.float32(np.cos(np.radians(SUN)) / np.sqrt(2) / np.sin(np.radians(SUN)))
    facing = (1 + lean * (east + south)) / np.sqrt(1 + east * east + south * south)
    return np.maximum(facing, 0.0), _sunlit(heights, scale)


def _sunlit(heights: Field, scale: float) -> Field:
    """Return (height, width) the share of the sun that reaches each pixel, 0 to 1.

    The horizon towards the sun is a running maximum of what rises above the ray; doubling the distance
    at each step covers n pixels in log2(n) steps.
    """
    rise = np.tan(np.radians(SUN)) * np.sqrt(2) / scale  # of the ray over one pixel along the diagonal, in m
    farthest = float(np.ptp(heights)) / rise
    horizon, step = heights, 1
    while step <= min(2 * farthest, min(heights.shape) / 2):
        moved = horizon.copy()
        far = moved[step:, step:]
        np.maximum(far, horizon[:-step, :-step] - np.float32(step * rise), out=far)
        horizon, step = moved, 2 * step
    blocked = np.clip((horizon - heights) / np.float32(2.0 * rise), 0, 1)
    sunlit: Field = 1 - cv2.GaussianBlur(blocked, (0, 0), max(0.6, 0.05 * scale))
    return sunlit


def sky(heights: Field, scale: float) -> Field:
    """Return (height, width) the visible share of the sky, 1 in the open: pits and corners are darker."""
    # the mean height around a point, at half the resolution, is close enough
    small = cv2.resize(heights, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    around = cv2.GaussianBlur(small, (0, 0), max(0.5, 0.2 * scale))
    around = cv2.resize(around, heights.shape[::-1], interpolation=cv2.INTER_LINEAR)
    open_: Field = 1 - 0.22 * np.clip((around - heights) * np.float32(1.4), 0, 1)
    return open_


def shade(colours: Field, heights: Field, scale: float) -> NDArray[np.uint8]:
    """Light colours by heights.

    Args:
        colours: (height, width, 3), 0 to 255.
        heights: (height, width) in m.
        scale: Pixels per metre.

    Returns:
        (height, width, 3) RGB.
    """
    facing, sun = light(heights, scale)
    direct = facing * sun
    strength = (0.57 + 0.43 * direct) * sky(heights, scale)
    # what faces the sun leans to white, shadows to the blue of the sky
    glow = np.clip(strength - 1, 0, 1)
    part = np.minimum(strength, 1) * (1 - glow)
    white = 255 * glow
    blue = white + 11 * (1 - np.minimum(direct, 1)) * part
    channels = cv2.split(colours)
    lit = [cv2.multiply(channel, part) + add for channel, add in zip(channels, (white, white, blue))]
    # rounds and keeps within 0 to 255
    return np.asarray(cv2.convertScaleAbs(cv2.merge(lit)))
