"""Scattering obstacles: apart from one another and from what must stay free, resting on the ground."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from envgen.build.ground import GroundMap
from envgen.build.sample import Attempt, Scatter
from envgen.core.heightfield import Floats
from envgen.core.rng import Streams
from envgen.obstacles.base import Quat, Shape, Vec3

TRIES = 12
"""Places tried for each obstacle before it is left out, so that a density that can't be met ends."""
GAP = 0.05
"""Least distance between two obstacles, in m."""


@dataclass(frozen=True)
class Disc:
    """A circle that must stay free, in m."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Placed:
    """One obstacle in the world.

    Attributes:
        name: `<kind>_<i>`.
        shape: Its geoms in its own frame.
        pos: Origin of that frame, in m.
        quat: Orientation (w, x, y, z).
    """

    name: str
    shape: Shape
    pos: Vec3
    quat: Quat


def scatter(
    entries: Sequence[Scatter],
    ground: GroundMap,
    size: tuple[float, float],
    keep_outs: Sequence[Disc],
    streams: Streams,
    attempt: Attempt,
) -> tuple[tuple[Placed, ...], list[str]]:
    """Place what fits.

    Args:
        entries: Kinds and how many of each.
        ground: What they rest on.
        size: Extent (x, y) of the arena, in m.
        keep_outs: What must stay free.
        streams: Random streams of the variant.
        attempt: Which draw it is.

    Returns:
        The obstacles, and a note for each entry of which not all found room.
    """
    placed: list[Placed] = []
    notes: list[str] = []
    number: Counter[str] = Counter()
    most = sum(entry.count for entry in entries) + len(keep_outs)
    taken = np.empty((most, 3))
    taken[: len(keep_outs)] = [(disc.x, disc.y, disc.radius) for disc in keep_outs] or np.empty((0, 3))
    used = len(keep_outs)
    turn = attempt.terrain * 100 + attempt.obstacles
    for i, entry in enumerate(entries):
        rng = streams(f"obstacles/{i}", turn)
        kind = entry.kind.kind
        found = 0
        spots = rng.uniform(-0.5, 0.5, (entry.count * TRIES, 2)) * size
        yaws = rng.uniform(-math.pi, math.pi, entry.count * TRIES)
        tried = 0
        for _ in range(entry.count):
            shape = entry.kind.shape(rng)
            while tried < len(spots):
                x, y, yaw = float(spots[tried, 0]), float(spots[tried, 1]), float(yaws[tried])
                tried += 1
                if not _free(x, y, shape.radius, taken[:used], size):
                    continue
                pose = _rest(shape, x, y, yaw, ground)
                if pose is None:
                    continue
                placed.append(Placed(f"{kind}_{number[kind]}", shape, *pose))
                number[kind] += 1
                taken[used] = x, y, shape.radius
                used += 1
                found += 1
                break
        if found < entry.count:
            notes.append(f"obstacles[{i}]: {found} of {entry.count} {kind} found room")
    return tuple(placed), notes


def _free(x: float, y: float, radius: float, taken: Floats, size: tuple[float, float]) -> bool:
    if abs(x) + radius > size[0] / 2 or abs(y) + radius > size[1] / 2:
        return False
    room = taken[:, 2] + (radius + GAP)
    apart = (taken[:, 0] - x) ** 2 + (taken[:, 1] - y) ** 2
    return not bool(np.any(apart < room * room))


def _rest(shape: Shape, x: float, y: float, yaw: float, ground: GroundMap) -> tuple[Vec3, Quat] | None:
    """The pose in which a shape rests on the ground, or None where it would float or be buried."""
    c, s = math.cos(yaw), math.sin(yaw)
    u, v = (grid.ravel() for grid in _FOOTPRINT)
    px = x + c * u * shape.half[0] - s * v * shape.half[1]
    py = y + s * u * shape.half[0] + c * v * shape.half[1]
    under = ground.above(px, py) if shape.mass is not None else ground.at(px, py)
    x, y, yaw = round(x, 3), round(y, 3), round(yaw, 4)
    if shape.mass is not None:
        return _rest_free(shape, x, y, yaw, under)
    long = shape.half[0] > 2 * shape.half[1]
    slope = float(np.sum(under * u) / np.sum(u * u)) if long else 0.0
    residual = under - slope * u
    middle = float(residual.mean())
    if float(np.abs(residual - middle).max()) > 0.3 * shape.height:
        return None
    pitch = -math.atan2(slope, shape.half[0])
    return (x, y, round(middle, 4)), _yaw_pitch(yaw, pitch)


def _rest_free(shape: Shape, x: float, y: float, yaw: float, under: Floats) -> tuple[Vec3, Quat] | None:
    if float(np.ptp(under)) > 0.25 * min(shape.half):
        return None  # it would roll off at once
    return (x, y, round(float(under.max()) + 0.001, 4)), _yaw_pitch(yaw, 0.0)


def _yaw_pitch(yaw: float, pitch: float) -> Quat:
    """Turn by pitch about y, then by yaw about z."""
    a, b = yaw / 2, pitch / 2
    return (
        math.cos(a) * math.cos(b),
        -math.sin(a) * math.sin(b),
        math.cos(a) * math.sin(b),
        math.sin(a) * math.cos(b),
    )


_FOOTPRINT = np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 5))
"""Samples (5, 7) of the unit footprint."""
