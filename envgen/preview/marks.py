"""The marks on a map: starts, goals and paths, each with a light casing that sets it off from any ground."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.preview.theme import INK, Colour, Image, mixed

WHITE: Colour = (255, 255, 255)
SHIFT = 4
"""Bits of a pixel's fraction in OpenCV's coordinates."""
TINY = 4.5
"""Least radius of a mark, in units of its line width."""


def goal_radius(scale: float, line: float) -> float:
    """Radius of the ring of a goal in pixels, at `scale` pixels per metre."""
    return max(0.3 * scale, TINY * line)


def draw_path(image: Image, points: Floats, colour: Colour, line: float) -> None:
    """Draw a path through points (n, 2) in pixels, in place."""
    if len(points) < 2:
        return
    course = [_coordinates(points)]
    for tone, width in ((WHITE, 3.0), (mixed(colour, INK, 0.15), 1.5)):
        cv2.polylines(image, course, False, tone, max(1, round(width * line)), cv2.LINE_AA, SHIFT)


def draw_goal(image: Image, centre: Floats, colour: Colour, radius: float, line: float, *, dot: bool) -> None:
    """Draw a target, in place."""
    ring(image, centre, radius, colour, line)
    if dot:
        inner = max(1.6 * line, 0.38 * radius)
        disc(image, centre, inner + 0.8 * line, WHITE)
        disc(image, centre, inner, mixed(colour, INK, 0.15))


def draw_start(
    image: Image, centre: Floats, yaw: float, colour: Colour, radius: float, line: float, *, filled: bool
) -> None:
    """Draw the ring of an agent with an arrow in the direction of its heading (rad), in place."""
    if filled:
        disc(image, centre, radius + line, WHITE)
        disc(image, centre, radius, colour)
    else:
        ring(image, centre, radius, colour, line)
    ahead = np.array([np.cos(yaw), -np.sin(yaw)])
    across = np.array([-ahead[1], ahead[0]])
    size = max(4.8 * line, 0.28 * radius)
    for grow, tone in ((line, WHITE), (0.0, colour)):
        back = centre + ahead * (radius + 0.5 * line - grow)
        wide, tip = 0.8 * size + 1.3 * grow, centre + ahead * (radius + 0.5 * line + size + 1.7 * grow)
        arrow = np.array([back + wide * across, tip, back - wide * across])
        cv2.fillConvexPoly(image, _coordinates(arrow), tone, cv2.LINE_AA, SHIFT)


def ring(image: Image, centre: Floats, radius: float, colour: Colour, line: float) -> None:
    """Draw a circle with a light casing, in place."""
    for tone, width in ((WHITE, 3.0), (colour, 1.5)):
        thick = max(1, round(width * line))
        cv2.circle(image, fixed(centre), int(radius * 2**SHIFT), tone, thick, cv2.LINE_AA, SHIFT)


def disc(image: Image, centre: Floats, radius: float, colour: Colour) -> None:
    """Draw a filled circle, in place."""
    cv2.circle(image, fixed(centre), int(radius * 2**SHIFT), colour, -1, cv2.LINE_AA, SHIFT)


def fixed(point: Floats) -> tuple[int, int]:
    """A point in pixels as OpenCV's fixed-point numbers."""
    x, y = _coordinates(point).tolist()
    return x, y


def _coordinates(points: Floats) -> NDArray[np.int32]:
    # OpenCV's pixel (0, 0) is centred at 0, ours at 0.5
    return np.asarray(np.rint((np.asarray(points) - 0.5) * 2**SHIFT), dtype=np.int32)
