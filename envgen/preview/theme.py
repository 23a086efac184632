"""The style of pictures: palette, colours of heights, and text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats

Image = NDArray[np.uint8]
"""(height, width, 3) RGB."""
Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

PAPER: Colour = (251, 250, 247)
INK: Colour = (33, 38, 48)
QUIET: Colour = (112, 118, 128)
HAIRLINE: Colour = (222, 219, 211)
FIXED: Colour = (74, 80, 94)
MOVING: Colour = (163, 74, 112)

# lightness rises with height, team_rgb goes from blue to ochre: readable in grey and with any colour vision
_HEIGHTS: tuple[tuple[float, Colour], ...] = (
    (0.0, (78, 105, 125)),
    (0.2, (112, 142, 153)),
    (0.4, (157, 176, 169)),
    (0.5, (193, 200, 182)),
    (0.6, (215, 211, 184)),
    (0.8, (235, 222, 189)),
    (1.0, (255, 250, 236)),
)
_STEPS = 1024


@lru_cache(maxsize=1)
def height_colours() -> NDArray[np.float32]:
    """(1024, 3) colours from the lowest to the highest ground."""
    at = [stop for stop, _ in _HEIGHTS]
    x = np.linspace(0, 1, _STEPS)
    channels = [np.interp(x, at, [colour[i] for _, colour in _HEIGHTS]) for i in range(3)]
    return np.stack(channels, axis=1).astype(np.float32)


@dataclass(frozen=True)
class HeightScale:
    """The colours of heights, the same over a sheet.

    Steps of centimetres and pits of a metre must be visible side by side, so the scale is asinh: linear near
    the middle, logarithmic far from it.

    Attributes:
        low: Least height, in m.
        high: Greatest height, in m.
        middle: Height of the middle colour, in m.
        unit: Height over the middle (m) up to which the scale is linear, more or less.
    """

    low: float
    high: float
    middle: float
    unit: float

    @classmethod
    def of(cls, ranges: NDArray[np.floating[Any]]) -> HeightScale:
        """Return the scale for several grounds.

        Args:
            ranges: (n, 4) least, 5th percentile, 95th percentile and greatest height of each, in m.
        """
        low, high = float(ranges[:, 0].min()), float(ranges[:, 3].max())
        middle = 0.0 if low <= 0 <= high else (low + high) / 2
        spread = ranges[:, 2] - ranges[:, 1]
        rough = spread[spread > 1e-3]
        unit = 0.5 * float(np.median(rough)) if len(rough) else 0.1
        # at least this range: almost flat ground should not look like mountains
        low, high = min(low, middle - 0.1), max(high, middle + 0.1)
        return cls(low, high, middle, max(unit, 0.02))

    def place(self, heights: Any) -> Any:
        """Return the positions of heights (m) on the scale, 0 to 1."""
        bend = np.arcsinh((np.asarray(heights) - self.middle) / self.unit)
        low, high = (np.arcsinh((end - self.middle) / self.unit) for end in (self.low, self.high))
        return np.where(bend < 0, 0.5 - 0.5 * bend / low, 0.5 + 0.5 * bend / high)

    def colour(self, heights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the (…, 3) colours, 0 to 255, of heights (m)."""
        knots = np.linspace(self.low, self.high, 2 * _STEPS)
        # a look-up is faster than an arcsinh per pixel
        ramp = height_colours()[np.clip(self.place(knots) * (_STEPS - 1), 0, _STEPS - 1).astype(np.intp)]
        index = (heights - self.low) * np.float32((len(knots) - 1) / (self.high - self.low))
        painted: NDArray[np.float32] = ramp[np.clip(index, 0, len(knots) - 1).astype(np.int32)]
        return painted


# --- text -------------------------------------------------------------------------------------

REGULAR, MEDIUM, BOLD = 400, 550, 700


@lru_cache(maxsize=1)
def _face() -> Any:
    return cv2.FontFace("sans")


def clean(text: str, most: int = 400) -> str:
    """Return text in one line without characters that can't be drawn."""
    line = " ".join(text[: 4 * most].split())
    line = "".join(c for c in line if unicodedata.category(c)[0] != "C")
    return line if len(line) <= most else line[: most - 1] + "…"


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: int = REGULAR) -> float:
    """Return the width in pixels of a line at a font size in pixels."""
    if not text:
        return 0.0
    box = cv2.getTextSize((0, 0), text, (0, 0), _face(), round(size), weight)
    return float(box[0] + box[2])


def shorten(text: str, size: float, room: float, weight: int = REGULAR) -> str:
    """Return the text, cut with an ellipsis to fit into `room` pixels; empty if too little fits."""
    if text_width(text, size, weight) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle].rstrip() + "…", size, weight) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip(" ,·") + "…" if low >= 3 else ""


def write(
    image: Image,
    text: str,
    at: tuple[float, float],
    size: float,
    colour: Colour = INK,
    weight: int = REGULAR,
    align: float = 0.0,
) -> float:
    """Draw a line of text in place.

    Args:
        image: Drawn on.
        text: One line.
        at: (x, y) of the baseline, in pixels.
        size: Of the font, in pixels.
        colour: Of the text.
        weight: 100 thin to 900 black.
        align: Part of its width that is left of `at`: 0 left-aligned, 0.5 centred, 1 right-aligned.

    Returns:
        Its width in pixels.
    """
    width = text_width(text, size, weight)
    if text:
        start = (round(at[0] - align * width), round(at[1]))
        # the default range would wrap it into the next line
        cv2.putText(image, text, start, colour, _face(), round(size), weight)
    return width


def mixed(colour: Floats | Colour, other: Colour, part: float) -> Colour:
    """Return a colour with `part` (0 to 1) of another."""
    blend = (1 - part) * np.asarray(colour, dtype=float) + part * np.asarray(other, dtype=float)
    r, g, b = (round(float(v)) for v in blend)
    return r, g, b
