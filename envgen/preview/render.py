"""Frames drawn by MuJoCo where OpenGL works: the arena from a corner, on the colour of the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.core.heightfield import Floats
from envgen.preview.gl import frame
from envgen.preview.theme import PAPER, Image
from envgen.worlds.compiled.state import reset
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import Data, Model, capture_warnings

AZIMUTH, ELEVATION = 62.0, -36.0
"""Direction of the camera in degrees: from the south-west, a third of the way down. Stairs and races go along
x, so risers are visible, and runners are seen from behind."""
_MARGIN = 1.03
_MAX = 4096


def render_world(world: World, width: int, height: int, camera: Any = None) -> Image:
    """Draw a frame of the world at its start, with shadows.

    Args:
        world: The world.
        width: In pixels.
        height: In pixels.
        camera: A `mujoco.MjvCamera`; by default one that sees the whole arena.

    Returns:
        (height, width, 3) RGB.

    Raises:
        InputError: The frame is too large or too small.
        WorkError: No OpenGL works here.
    """
    if not (8 <= width <= _MAX and 8 <= height <= _MAX):
        raise InputError(
            f"a frame must have sides of 8 to {_MAX} pixels, got {width} × {height}", "Give another size."
        )
    model = world.model
    data = mujoco.MjData(model)
    with capture_warnings():
        reset(model, data)
        mujoco.mj_forward(model, data)
    # twice as fine: thin legs and far edges stay smooth
    finer = 2 if max(width, height) <= _MAX // 2 else 1
    camera = camera or arena_camera(world, data, width / height)
    # the edge of the shadow map is speckled, so it must be outside the frame
    reach = max(float(camera.distance), 1.6 * max(world.size))
    image, seen = frame(model, data, camera, finer * width, finer * height, reach)
    mixed = on_paper(image, seen)
    return np.asarray(cv2.resize(mixed, (width, height), interpolation=cv2.INTER_AREA))


def on_paper(image: Image, seen: NDArray[np.bool_]) -> Image:
    """Return a frame with the colour of the sheet in its empty parts.

    Args:
        image: (height, width, 3) RGB.
        seen: (height, width) where there is anything.
    """
    # the outermost pixel is mixed with the black behind it
    solid = cv2.erode(seen.astype(np.uint8), np.ones((3, 3), dtype=np.uint8)).astype(bool)
    return np.where(solid[..., None], image, np.array(PAPER, dtype=np.uint8))


def arena_camera(world: World, data: Data, aspect: float) -> Any:
    """Return the nearest free camera that sees the whole arena, for an aspect of width over height."""
    heights = world.ground.field.heights
    half_x, half_y = world.size[0] / 2, world.size[1] / 2
    things = [g for g in range(world.model.ngeom) if g not in set(world.terrain_geoms)]
    low, high = float(heights.min()), float(heights.max())
    if world.model.nhfield:  # it is a slab with visible sides
        low -= float(world.model.hfield_size[:, 3].max())
    if things:
        high = max(high, float(_reach(world.model, data, things)[1][2]))
    corners = np.array([(x, y, z) for x in (-half_x, half_x) for y in (-half_y, half_y) for z in (low, high)])
    return fit_camera(world, corners, aspect, AZIMUTH, ELEVATION)


def portrait_camera(
    world: World, data: Data, geoms: Sequence[int], aspect: float, azimuth: float, elevation: float
) -> Any:
    """Return a free camera for which some geoms fill half of a frame."""
    low, high = _reach(world.model, data, geoms)
    middle, half = (low + high) / 2, 0.75 * np.maximum(high - low, 0.2)
    corners = np.array([middle + half * (x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    return fit_camera(world, corners, aspect, azimuth, elevation)


def _reach(model: Model, data: Data, geoms: Sequence[int]) -> tuple[Floats, Floats]:
    """Return least and greatest (3,) corner in m of the box around some geoms."""
    axes = data.geom_xmat[geoms].reshape(-1, 3, 3)
    centre = data.geom_xpos[geoms] + np.einsum("gij,gj->gi", axes, model.geom_aabb[geoms, :3])
    half = np.einsum("gij,gj->gi", np.abs(axes), model.geom_aabb[geoms, 3:])
    return (centre - half).min(axis=0), (centre + half).max(axis=0)


def fit_camera(world: World, corners: Floats, aspect: float, azimuth: float, elevation: float) -> Any:
    """Return the nearest free camera that sees all points (n, 3) in m; angles in degrees."""
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
    axes = np.stack(_axes(azimuth, elevation), axis=1)
    tangent = np.tan(np.radians(float(world.model.vis.global_.fovy)) / 2) / _MARGIN
    for _ in range(6):
        right, up, ahead = ((corners - middle) @ axes).T
        # a corner is in the frame if it is no farther aside than the frame is wide at its depth
        distance = max((np.abs(right) / aspect / tangent - ahead).max(), (np.abs(up) / tangent - ahead).max())
        # then the middle of what is seen goes to the middle of the frame, and so it may be nearer
        seen = up / (distance + ahead), right / (distance + ahead)
        middle = middle + distance * (axes[:, 1] * np.mean([seen[0].min(), seen[0].max()]))
        middle = middle + distance * (axes[:, 0] * np.mean([seen[1].min(), seen[1].max()]))
    camera = mujoco.MjvCamera()
    camera.type = mujoco.mjtCamera.mjCAMERA_FREE
    camera.lookat[:] = middle
    camera.azimuth, camera.elevation = azimuth, elevation
    camera.distance = float(distance)
    return camera


def _axes(azimuth: float, elevation: float) -> tuple[Floats, Floats, Floats]:
    """Return the world-frame unit vectors right, up and ahead of a camera; angles in degrees."""
    turn, tilt = np.radians(azimuth), np.radians(elevation)
    level = np.array([np.cos(turn), np.sin(turn), 0.0])
    right = np.array([level[1], -level[0], 0.0])
    ahead = np.cos(tilt) * level + np.array([0.0, 0.0, np.sin(tilt)])
    return right, np.cross(right, ahead), ahead
