"""A world with textures for a picture: ground coloured by height, with a grid of metres.

The MJCF of a pack has no textures, as a policy's camera may see them. For pictures the text is compiled again
with textures, which are filled in memory.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import mujoco
import numpy as np
from lxml import etree
from numpy.typing import NDArray

from envgen.core.errors import WorkError
from envgen.preview.relief import sky
from envgen.preview.theme import FIXED, MOVING, Colour, HeightScale, mixed
from envgen.preview.tile import height_range
from envgen.worlds.compiled.world import MAP_CELL, TERRAIN, World
from envgen.worlds.compiler import capture_warnings, compile_text

_TEXTURED = ("hfield", "plane")
_FINEST = 1024
"""Longer side of a texture, in pixels."""
_ALBEDO = 0.72
"""Reflected share of light of the brightest ground: level ground in the sun is then almost white."""
_SHADE = 0.93
"""Brightness of every second square metre."""
_MAX_SQUARES = 60
"""Arenas longer than this, in m, get squares of 10 m."""


def build_textured_world(
    text: str, files: Mapping[str, bytes], cell: float = MAP_CELL, scale: HeightScale | None = None
) -> World:
    """Compile an env.xml to a world whose ground is coloured by height.

    Args:
        text: Content of an env.xml of envgen, or of another MJCF that is safe to read.
        files: Contents of the files that it names.
        cell: Cell of the ground map where the terrain is boxes, in m.
        scale: Colours of heights; by default those of this world alone.

    Raises:
        WorkError: MuJoCo refuses it.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise WorkError(f"it is not XML: {error}") from None
    assets = root.find("asset")
    if assets is None:
        assets = etree.SubElement(root, "asset")
    grounds = [g for g in root.iterfind("worldbody/geom") if g.get("name", "").startswith(TERRAIN)]
    for geom in grounds:
        if geom.get("type") in _TEXTURED:
            _add_texture(assets, geom)
    with capture_warnings():
        model = compile_text(etree.tostring(root, encoding="unicode"), files)
    world = World(model, cell)
    apply_colours(world, scale or HeightScale.of(np.array([height_range(world)])))
    return world


def _add_texture(assets: etree._Element, geom: etree._Element) -> None:
    """Give a geom a blank texture of its own."""
    name = f"tint/{geom.get('name')}"
    side = str(_FINEST)
    etree.SubElement(
        assets, "texture", name=name, type="2d", builtin="flat", rgb1="1 1 1", width=side, height=side
    )
    etree.SubElement(
        assets, "material", name=name, texture=name, texrepeat="1 1", specular="0.1", shininess="0.1"
    )
    geom.set("material", name)
    geom.set("rgba", "1 1 1 1")


def apply_colours(world: World, scale: HeightScale) -> None:
    """Colour the ground of a textured world by height and its obstacles by whether they move, in place."""
    model = world.model
    pages = {name: i for i, name in enumerate(world.names("tex")) if name.startswith("tint/")}
    for geom in world.terrain_geoms:
        page = pages.get(f"tint/{world.geom_names[geom]}")
        if page is not None:
            _write_texture(world, geom, page, scale)
        else:
            top = model.geom_pos[geom, 2] + model.geom_size[geom, 2]
            model.geom_rgba[geom, :3] = _ALBEDO / 255 * scale.colour(np.array([top], dtype=np.float32))[0]
    for geom in world.obstacle_geoms:
        colour = MOVING if model.geom_bodyid[geom] else FIXED
        model.geom_rgba[geom] = (*(np.array(_lighten(colour)) / 255), 1.0)


def _lighten(colour: Colour) -> Colour:
    """Lighten a colour: one that is dark as a flat mark is black on a body in the shade."""
    return mixed(colour, (255, 255, 255), 0.25)


def _write_texture(world: World, geom: int, page: int, scale: HeightScale) -> None:
    """Write the colours of a heightfield or plane into its texture."""
    model = world.model
    width, height = int(model.tex_width[page]), int(model.tex_height[page])
    if model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_HFIELD:
        field = int(model.geom_dataid[geom])
        half = model.hfield_size[field, :2]
        nrow, ncol = int(model.hfield_nrow[field]), int(model.hfield_ncol[field])
        first = int(model.hfield_adr[field])
        unit = model.hfield_data[first : first + nrow * ncol].reshape(nrow, ncol)
        heights = (unit * model.hfield_size[field, 2] + model.geom_pos[geom, 2]).astype(np.float32)
        heights = np.asarray(cv2.resize(heights, (width, height), interpolation=cv2.INTER_LINEAR))
    else:
        half = model.geom_size[geom, :2]
        half = half if (half > 0).all() else np.full(2, float(model.stat.extent))
        heights = np.full((height, width), model.geom_pos[geom, 2], dtype=np.float32)
    # the texture is square, whatever the shape of the ground
    colours = _ALBEDO * scale.colour(heights) * sky(heights, width / (2 * float(half[0])))[..., None]
    colours *= _squares(model.geom_pos[geom, :2], half, width, height)[..., None]
    first, size = int(model.tex_adr[page]), width * height * 3
    # rows of heights go up along y, rows of an image down
    model.tex_data[first : first + size] = np.rint(colours[::-1]).astype(np.uint8).ravel()


def _squares(
    middle: NDArray[np.float64], half: NDArray[np.float64], width: int, height: int
) -> NDArray[np.float32]:
    """Return (height, width) brightness of squares of a metre, which show the scale of a picture."""
    side = 1.0 if 2 * half.max() <= _MAX_SQUARES else 10.0
    x, y = (
        centre + extent * ((2 * np.arange(count) + 1) / count - 1)
        for centre, extent, count in zip(middle, half, (width, height))
    )
    odd = (np.floor(x / side)[None, :] + np.floor(y / side)[:, None]) % 2 > 0
    return np.where(odd, np.float32(_SHADE), np.float32(1.0))
