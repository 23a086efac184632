"""The top of a contact sheet: its heading, and a legend of marks and colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from envgen.preview.marks import draw_goal, draw_path, draw_start
from envgen.preview.theme import (
    BOLD,
    FIXED,
    HAIRLINE,
    INK,
    MOVING,
    QUIET,
    Colour,
    HeightScale,
    Image,
    clean,
    height_colours,
    mixed,
    shorten,
    text_width,
    write,
)
from envgen.worlds.compiled.world import World
from envgen.worlds.team_colours import team_rgb

METER: Colour = (96, 103, 117)
_BAR = 280


@dataclass(frozen=True)
class Heading:
    """Heading of a sheet.

    Attributes:
        name: Of the pack.
        prompt: The sentence it was made from, if any.
        count: Variants in the pack; the sheet may show fewer.
        seed: Of the pack.
    """

    name: str
    prompt: str = ""
    count: int | None = None
    seed: int | None = None

    def facts(self, shown: int) -> str:
        """Return count and seed in words."""
        count = self.count if self.count is not None else shown
        noun = "variant" if count == 1 else "variants"
        parts = [f"{count:,} {noun}" if shown == count else f"{shown:,} of {count:,} {noun}"]
        if self.seed is not None:
            parts.append(f"seed {self.seed}")
        return "  ·  ".join(parts)


def heading_height(heading: Heading | None, zoom: float) -> int:
    """Return the height of the heading in pixels."""
    if heading is None:
        return 0
    return round((66 if clean(heading.prompt) else 40) * zoom)


def draw_heading(image: Image, heading: Heading, shown: int, margin: int, zoom: float) -> None:
    """Draw name and prompt to the left, facts to the right, in place."""
    right, base = image.shape[1] - margin, margin + 26 * zoom
    facts = shorten(heading.facts(shown), 17 * zoom, 0.45 * right)
    taken = write(image, facts, (right, base), 17 * zoom, QUIET, align=1.0)
    room = right - margin - taken - 24 * zoom
    write(image, shorten(clean(heading.name), 30 * zoom, room, BOLD), (margin, base), 30 * zoom, INK, BOLD)
    prompt = clean(heading.prompt)
    if prompt:
        line = shorten(f"“{prompt}”", 17 * zoom, right - margin)
        write(image, line, (margin, base + 27 * zoom), 17 * zoom, QUIET)


@dataclass(frozen=True)
class LegendEntry:
    """A mark and its meaning.

    Attributes:
        width: Of the mark, in pixels.
        draw: Draws it at (x, y) of the middle of its left edge.
        text: Its meaning.
    """

    width: float
    draw: Callable[[Image, float, float], None]
    text: str


class Legend:
    """The marks that occur in some worlds, and their colours of heights.

    Args:
        worlds: What the sheet shows.
        scale: Colours of heights.
        meters: Whether tiles have a meter of difficulty.
        zoom: Size of all, 1 for a sheet of 1600 pixels.
    """

    def __init__(
        self, worlds: Sequence[World], scale: HeightScale | None, *, meters: bool, zoom: float
    ) -> None:
        self._zoom = zoom
        self._scale = scale
        self._entries = list(self._marks(worlds)) if worlds else []
        if meters:
            self._entries.append(LegendEntry(34 * zoom, self._meter, "difficulty, 0 to 1"))

    def rows(self, width: float) -> list[list[LegendEntry | None]]:
        """Entries by row; None is the colour bar."""
        rows: list[list[LegendEntry | None]] = [[]]
        used = 0.0
        for entry in [*self._entries, *([None] if self._scale else [])]:
            need = self._room(entry)
            if rows[-1] and used + need > width:
                rows.append([])
                used = 0.0
            rows[-1].append(entry)
            used += need
        return [row for row in rows if row]

    def height(self, width: float) -> int:
        """Height in pixels, at some width in pixels."""
        rows = self.rows(width)
        return round((34 * len(rows) + (12 if self._scale else 4)) * self._zoom) if rows else 0

    def draw(self, image: Image, left: float, upper: float, width: float) -> None:
        """Draw all rows, in place."""
        for number, row in enumerate(self.rows(width)):
            x, y = left, upper + (34 * number + 14) * self._zoom
            for entry in row:
                if entry is None:
                    self._bar(image, left + width - _BAR * self._zoom, y)
                    continue
                entry.draw(image, x, y)
                label = (x + entry.width + 8 * self._zoom, y + 5 * self._zoom)
                write(image, entry.text, label, self._font, QUIET)
                x += self._room(entry)

    @property
    def _font(self) -> float:
        return max(10.0, 15 * self._zoom)

    def _room(self, entry: LegendEntry | None) -> float:
        if entry is None:
            return _BAR * self._zoom
        return entry.width + text_width(entry.text, self._font) + 34 * self._zoom

    def _marks(self, worlds: Sequence[World]) -> list[LegendEntry]:
        zoom, line = self._zoom, 1.25 * self._zoom
        agent = mixed(255 * np.array(team_rgb(0)), INK, 0.0)
        moving = {bool(w.model.geom_bodyid[g]) for w in worlds for g in w.obstacle_geoms}
        agents, goals = any(w.agents for w in worlds), any(len(w.goals) for w in worlds)

        def start(image: Image, x: float, y: float) -> None:
            draw_start(image, np.array([x + 8 * zoom, y]), 0.0, agent, 7 * zoom, line, filled=True)

        def goal(image: Image, x: float, y: float) -> None:
            draw_goal(image, np.array([x + 8 * zoom, y]), agent, 8 * zoom, line, dot=True)

        def path(image: Image, x: float, y: float) -> None:
            t = np.linspace(0, 1, 24)
            wave = np.stack([x + 30 * zoom * t, y - 4 * zoom * np.sin(2 * np.pi * t)], axis=1)
            draw_path(image, wave, agent, line)

        entries = [LegendEntry(20 * zoom, start, "start and heading")] if agents else []
        if goals:
            entries.append(LegendEntry(17 * zoom, goal, "goal"))
            if agents:
                entries.append(LegendEntry(30 * zoom, path, "shortest path"))
        for moves, colour, text in ((False, FIXED, "fixed obstacle"), (True, MOVING, "movable obstacle")):
            if moves in moving:
                entries.append(LegendEntry(14 * zoom, self._box(colour), text))
        return entries

    def _box(self, colour: Colour) -> Callable[[Image, float, float], None]:
        def draw(image: Image, x: float, y: float) -> None:
            half = 7 * self._zoom
            corners = (round(x), round(y - half)), (round(x + 2 * half), round(y + half))
            cv2.rectangle(image, *corners, colour, -1)

        return draw

    def _meter(self, image: Image, x: float, y: float) -> None:
        draw_meter(image, (x, y - 1.5 * self._zoom), 34 * self._zoom, 0.6, max(2, round(3 * self._zoom)))

    def _bar(self, image: Image, x: float, y: float) -> None:
        scale, zoom = self._scale, self._zoom
        assert scale is not None
        left, width, half = round(x), round(_BAR * zoom), max(3, round(5 * zoom))
        ramp = height_colours()[np.linspace(0, len(height_colours()) - 1, width).astype(np.intp)]
        top = round(y) - half
        image[top : top + 2 * half, left : left + width] = ramp.astype(np.uint8)
        cv2.rectangle(image, (left - 1, top - 1), (left + width, top + 2 * half), HAIRLINE, 1)
        size = max(9.0, 13 * zoom)
        for height, place in _ticks(scale):
            tick = left + place * (width - 1)
            cv2.line(image, (round(tick), top + 2 * half), (round(tick), top + 2 * half + 3), QUIET, 1)
            label = f"{height:g}".replace("-", "−") + (" m" if place == 1 else "")
            at = (tick, top + 2 * half + 5 + 0.85 * size)
            write(image, label, at, size, QUIET, align=place if place in (0, 1) else 0.5)


def _ticks(scale: HeightScale) -> list[tuple[float, float]]:
    """Heights (m) to write at the colour bar, with their places on it (0 to 1)."""
    chosen = [(float(f"{scale.low:.2g}"), 0.0), (scale.middle, 0.5), (float(f"{scale.high:.2g}"), 1.0)]
    for exponent in range(2, -3, -1):
        for digit in (5, 2, 1):
            for sign in (-1, 1):
                height = scale.middle + sign * digit * 10.0**exponent
                place = float(scale.place(height)) if scale.low < height < scale.high else -1.0
                if min(abs(place - other) for _, other in chosen) > 0.16 and 0.2 < place < 0.8:
                    chosen.append((round(height, 3), place))
    return sorted(chosen, key=lambda tick: tick[1])


def draw_meter(image: Image, at: tuple[float, float], width: float, part: float, thick: int) -> None:
    """Draw a bar of which `part` (0 to 1) is full, from its top left corner `at`, in place."""
    left, upper = round(at[0]), round(at[1])
    full = round(width * float(np.clip(part, 0, 1)))
    image[upper : upper + thick, left : left + round(width)] = HAIRLINE
    image[upper : upper + thick, left : left + full] = METER
