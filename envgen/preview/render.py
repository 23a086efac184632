"""Frames of MuJoCo itself, where OpenGL exists: the arena from a corner, before the paper of the sheet."""

from __future__ import annotations

from typing import Any

import cv2
import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.build.engine import listening
from envgen.build.reading import reset
from envgen.build.world import World
from envgen.core.errors import InputError
from envgen.core.heightfield import Floats
from envgen.preview.gl import frame
from envgen.preview.theme import PAPER, Image

AZIMUTH, ELEVATION = 118.0, -36.0
"""Where the camera looks, in degrees: from the south-east, a third of the way down."""
_MARGIN = 1.03
_MOST = 4096


def render_world(world: World, width: int, height: int, camera: Any = None) -> Image:
    """A frame of the world at its start, with shadows.

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
    if not (8 <= width <= _MOST and 8 <= height <= _MOST):
        raise InputError(f"a frame of {width} × {height} is not possible", f"Give 8 to {_MOST} pixels.")
    model = world.model
    data = mujoco.MjData(model)
    with listening():
        reset(model, data)
        mujoco.mj_forward(model, data)
    # twice as fine: thin legs and far edges stay smooth
    finer = 2 if max(width, height) <= _MOST // 2 else 1
    image, seen = frame(
        model, data, camera or arena_camera(world, width / height), finer * width, finer * height
    )
    mixed = on_paper(image, seen)
    return np.asarray(cv2.resize(mixed, (width, height), interpolation=cv2.INTER_AREA))


def on_paper(image: Image, seen: NDArray[np.bool_]) -> Image:
    """A frame with the paper of the sheet where there is nothing.

    Args:
        image: (height, width, 3) RGB.
        seen: (height, width) where there is anything.
    """
    # the outermost pixel is mixed with the black behind it
    solid = cv2.erode(seen.astype(np.uint8), np.ones((3, 3), dtype=np.uint8)).astype(bool)
    return np.where(solid[..., None], image, np.array(PAPER, dtype=np.uint8))


def arena_camera(world: World, aspect: float) -> Any:
    """The free camera as near as the whole arena allows, for a frame of that shape (width over height)."""
    heights = world.ground.field.heights
    half_x, half_y = world.size[0] / 2, world.size[1] / 2
    low, high = float(heights.min()), float(heights.max()) + 0.5
    middle = np.array([0.0, 0.0, (low + high) / 2])
    corners = np.array([(x, y, z) for x in (-half_x, half_x) for y in (-half_y, half_y) for z in (low, high)])
    axes = np.stack(_axes(), axis=1)
    tangent = np.tan(np.radians(float(world.model.vis.global_.fovy)) / 2) / _MARGIN
    for _ in range(6):
        right, up, ahead = ((corners - middle) @ axes).T
        # a corner is in the frame if it is no farther aside than the frame is wide at its depth
        distance = max((np.abs(right) / aspect / tangent - ahead).max(), (np.abs(up) / tangent - ahead).max())
        # then the middle of what is seen goes to the middle of the frame, and so it may be nearer
        seen = up / (distance + ahead), right / (distance + ahead)
        middle += distance * (axes[:, 1] * np.mean([seen[0].min(), seen[0].max()]))
        middle += distance * (axes[:, 0] * np.mean([seen[1].min(), seen[1].max()]))
    camera = mujoco.MjvCamera()
    camera.type = mujoco.mjtCamera.mjCAMERA_FREE
    camera.lookat[:] = middle
    camera.azimuth, camera.elevation = AZIMUTH, ELEVATION
    camera.distance = float(distance)
    return camera


def _axes() -> tuple[Floats, Floats, Floats]:
    """Unit vectors to the right, up and ahead of the camera, in the frame of the world."""
    azimuth, elevation = np.radians(AZIMUTH), np.radians(ELEVATION)
    level = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    right = np.array([level[1], -level[0], 0.0])
    ahead = np.cos(elevation) * level + np.array([0.0, 0.0, np.sin(elevation)])
    return right, np.cross(right, ahead), ahead
