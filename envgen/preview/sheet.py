"""Contact sheets: many variants in one picture, legible for 4 as for 400."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.preview.legend import METER, Heading, Legend, draw_heading, draw_meter, heading_height
from envgen.preview.theme import (
    BOLD,
    INK,
    PAPER,
    QUIET,
    HeightScale,
    Image,
    clean,
    shorten,
    text_width,
    write,
)
from envgen.preview.tile import draw_world, height_range
from envgen.worlds.compiled.world import World

__all__ = ["Heading", "Tile", "contact_sheet", "png_bytes", "write_png"]

LEAST_TILE = 44
"""Least width of a tile in pixels; with more tiles the sheet gets longer instead."""
_FRAME = (206, 203, 195)


@dataclass(frozen=True, eq=False)
class Tile:
    """One picture of a sheet.

    Attributes:
        title: Short and always shown: the index of the variant.
        subtitle: What else there is to say (terrain, robots); shortened or left out where tiles are small.
        world: Drawn from above, unless there is an image.
        difficulty: 0 to 1; always shown if given.
        image: (height, width, 3) RGB shown instead, such as a rendered frame.
    """

    title: str
    subtitle: str = ""
    world: World | None = None
    difficulty: float | None = None
    image: NDArray[np.uint8] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Layout:
    """Layout of a sheet, in pixels.

    Attributes:
        columns: Tiles side by side.
        tile: Width of a tile.
        picture: Height of its picture.
        gap: Between tiles.
        margin: Around the sheet.
        font: Size of the labels.
    """

    columns: int
    tile: int
    picture: int
    gap: int
    margin: int
    font: float

    @property
    def meter(self) -> int:
        """Thickness of the meter of difficulty."""
        return max(2, round(0.2 * self.font))

    @property
    def pitch(self) -> int:
        """From one row to the next."""
        return self.picture + self.meter + round(1.75 * self.font) + self.gap

    @classmethod
    def of(cls, count: int, width: int, shape: float, columns: int | None) -> Layout:
        """The layout for `count` tiles whose pictures have that shape (height over width)."""
        margin = max(12, round(0.02 * width))
        room = width - 2 * margin
        columns = columns or _columns(count, shape, max(1, room // (LEAST_TILE + 6)))
        gap = int(np.clip(0.09 * room / columns, 6, 28))
        tile = max(16, (room - (columns - 1) * gap) // columns)
        font = float(np.clip(0.072 * tile, 9, 18))
        return cls(columns, tile, max(8, round(tile * shape)), gap, margin, font)


def _columns(count: int, shape: float, most: int) -> int:
    """Return the number of columns of an almost square sheet; one more if fewer places stay empty."""
    square = max(1, math.ceil(math.sqrt(count * shape) - 1e-9))
    options = [c for c in (square, square + 1) if c <= min(count, most)] or [min(count, most)]
    return min(options, key=lambda c: -count % c)


def contact_sheet(
    tiles: Sequence[Tile],
    *,
    columns: int | None = None,
    width: int = 1600,
    heading: Heading | None = None,
) -> Image:
    """Draw many variants with one scale of heights, labels and a legend.

    Args:
        tiles: What to show, row by row.
        columns: Tiles side by side; by default as many as make the sheet about square.
        width: Of the sheet, in pixels.
        heading: What its top says.

    Returns:
        (height, width, 3) RGB.

    Raises:
        InputError: There is no tile, or the sheet is too narrow.
    """
    if not tiles:
        raise InputError("there is nothing to draw", "Give at least one variant.")
    if not 160 <= width <= 20_000 or (columns is not None and not 1 <= columns <= width // 24):
        raise InputError(
            f"a sheet must be 160 to 20,000 pixels wide, 24 or more a column, "
            f"got {width} pixels and {columns or 'any'} columns",
            "Give another width, or fewer columns.",
        )
    worlds = [tile.world for tile in tiles if tile.world is not None and tile.image is None]
    scale = HeightScale.of(np.array([height_range(world) for world in worlds])) if worlds else None
    layout = Layout.of(len(tiles), width, _shape(tiles), columns)
    zoom = float(np.clip(width / 1600, 0.6, 2.5))
    legend = Legend(worlds, scale, meters=any(t.difficulty is not None for t in tiles), zoom=zoom)
    room = width - 2 * layout.margin
    head = heading_height(heading, zoom)
    first = layout.margin + head + legend.height(room) + round((8 if head or legend.rows(room) else 0) * zoom)
    rows = math.ceil(len(tiles) / layout.columns)
    image = np.empty((first + rows * layout.pitch - layout.gap + layout.margin, width, 3), dtype=np.uint8)
    image[:] = PAPER
    if heading is not None:
        draw_heading(image, heading, len(tiles), layout.margin, zoom)
    legend.draw(image, layout.margin, layout.margin + head, room)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, layout.columns)
        corner = layout.margin + column * (layout.tile + layout.gap), first + row * layout.pitch
        _draw_tile(image, tile, corner, layout, scale)
    return image


def _shape(tiles: Sequence[Tile]) -> float:
    """Return the median height over width of the pictures."""
    shapes = []
    for tile in tiles:
        if tile.image is not None:
            shapes.append(tile.image.shape[0] / tile.image.shape[1])
        elif tile.world is not None:
            shapes.append(tile.world.size[1] / tile.world.size[0])
    return float(np.clip(np.median(shapes), 0.2, 3.0)) if shapes else 1.0


def _draw_tile(
    image: Image, tile: Tile, corner: tuple[int, int], layout: Layout, scale: HeightScale | None
) -> None:
    left, upper = corner
    if tile.image is not None:
        picture = _fit(tile.image, layout.tile, layout.picture)
    elif tile.world is not None:
        picture = draw_world(tile.world, layout.tile, layout.picture, scale)
    else:
        picture = np.empty((0, 0, 3), dtype=np.uint8)
    high, wide = picture.shape[:2]
    x, y = left + (layout.tile - wide) // 2, upper + (layout.picture - high) // 2
    image[y : y + high, x : x + wide] = picture
    if picture.size:
        cv2.rectangle(image, (x, y), (x + wide - 1, y + high - 1), _FRAME, 1)
    base = upper + layout.picture
    size, right = layout.font, left + layout.tile
    if tile.difficulty is not None:
        draw_meter(image, (left, base), layout.tile, tile.difficulty, layout.meter)
    line = base + layout.meter + 1.25 * size
    title = shorten(clean(tile.title), size, layout.tile, BOLD)
    used = write(image, title, (left, line), size, INK, BOLD)
    if tile.difficulty is not None and used + text_width("0.00", size) + 3 <= layout.tile:
        right -= round(write(image, f"{tile.difficulty:.2f}", (right, line), size, METER, align=1.0) + size)
    between = left + used + 0.7 * size
    write(image, shorten(clean(tile.subtitle), size, right - between), (between, line), size, QUIET)


def _fit(picture: Image, width: int, height: int) -> Image:
    """Resize a picture to the largest size within a box."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=how), dtype=np.uint8)


# --- files ------------------------------------------------------------------------------------


def png_bytes(image: Image) -> bytes:
    """Encode a picture (height, width, 3) as PNG; the same picture gives the same bytes."""
    done, data = cv2.imencode(
        ".png", np.ascontiguousarray(image[..., ::-1]), [cv2.IMWRITE_PNG_COMPRESSION, 4]
    )
    if not done:
        raise InputError(f"a picture of {image.shape[1]} × {image.shape[0]} is too large", "Make it smaller.")
    return bytes(data.tobytes())


def write_png(path: str | Path, image: Image) -> None:
    """Write a picture atomically.

    Raises:
        InputError: It can't be written there.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    content = png_bytes(image)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path} can't be written: {reason}", "Give another --out.") from None
    finally:
        with suppress(OSError):
            part.unlink()
