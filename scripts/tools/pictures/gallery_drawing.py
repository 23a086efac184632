"""Drawing of one picture of the gallery; its panels are worlds rendered by MuJoCo."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import cv2
import mujoco
import numpy as np

from envgen.core import cfgio
from envgen.core.errors import EnvgenError
from envgen.packs.make import make
from envgen.preview.render import portrait_camera, render_world
from envgen.preview.textured_world import build_textured_world
from envgen.preview.theme import PAPER, HeightScale, Image
from envgen.preview.tile import Scene, height_range
from envgen.worlds.compiled.state import reset
from envgen.worlds.compiled.world import World
from tools.pictures.gallery_entries import GalleryEntry

DRAWS = 6
"""Seeds that are tried for one panel."""
QUALITY = 80
"""Of WebP, of 100."""


def draw(entry: GalleryEntry, folder: Path) -> Image:
    """Draw the panels of a picture side by side.

    Raises:
        EnvgenError: There is no valid world for a panel.
    """
    made = [variant(panel, folder) for panel in entry.panels]
    images = []
    for i, (one, scale) in enumerate(zip(made, scales([one.world() for one in made]))):
        world = build_textured_world(one.xml, one.files, one.cell, scale)
        camera = close_up(world, entry.size, entry.close[i]) if entry.close else None
        images.append(render_world(world, *entry.size, camera))
    gap = np.full((entry.size[1], 8, 3), PAPER, dtype=np.uint8)
    return np.hstack([part for image in images for part in (image, gap)][:-1])


def scales(worlds: list[World]) -> list[HeightScale]:
    """Return the colour scale of each panel: a colour is a height relative to the level of the panel.

    The level is 0 if part of the ground is at 0, else the median height of the ground outside pits.
    """
    levels = []
    for world in worlds:
        heights = world.ground.field.heights
        if world.ground.sharp and heights.min() < -0.05:
            heights = heights[heights > heights.min() + 1e-3]
        levels.append(0.0 if np.mean(np.abs(heights) < 2e-3) > 0.1 else float(np.median(heights)))
    ranges = np.array([height_range(world) for world in worlds])
    shared = HeightScale.of(ranges - np.array(levels)[:, None])
    return [
        HeightScale(shared.low + level, shared.high + level, shared.middle + level, shared.unit)
        for level in levels
    ]


def variant(panel: dict[str, Any], folder: Path) -> Any:
    """Return a valid world of an EnvCfg, of the first seed that gives one."""
    problem: EnvgenError | None = None
    for seed in range(DRAWS):
        parsed = cfgio.parse(panel, "the gallery")
        try:
            variant = make(parsed, 1, seed, out=tempfile.mkdtemp(dir=folder), jobs=1)[0]
            # a small ground may have room for few of the obstacles or for none
            if seed == DRAWS - 1 or len(variant.world().obstacles) >= 2 * bool(parsed.obstacles):
                return variant
        except EnvgenError as error:
            problem = error
        if seed == DRAWS // 2:  # some obstacles need more room
            wider = [1.6 * side for side in panel["terrain"]["size"]]
            panel = {**panel, "terrain": {**panel["terrain"], "size": wider}}
    assert problem is not None
    raise problem


def close_up(world: World, size: tuple[int, int], azimuth: float) -> Any:
    """Return a camera whose frame the robot fills, from a given side."""
    data = mujoco.MjData(world.model)
    reset(world.model, data)
    mujoco.mj_forward(world.model, data)
    scene = Scene(world)
    turn = azimuth + np.degrees(scene.agents[0].yaw)
    return portrait_camera(world, data, scene.other_geoms, size[0] / size[1], turn, -16.0)


def encode(image: Image) -> bytes:
    """Encode a picture as WebP."""
    bgr = np.ascontiguousarray(image[..., ::-1])
    done, data = cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    assert done
    return bytes(data.tobytes())
