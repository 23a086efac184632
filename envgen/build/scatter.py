"""Scattering obstacles: apart from one another and from what must stay free, resting on the ground."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from envgen.build.ground import GroundMap
from envgen.build.sample import Attempt, Scatter
from envgen.core.heightfield import Floats
from envgen.core.rng import Streams
from envgen.obstacles.base import Quat, Shape, Vec3

ROUNDS = 12
"""Places tried for each obstacle before it is left out, so that a density that can't be met ends."""
GAP = 0.05
"""Least distance between two obstacles, in m."""
_U, _V = (axis.ravel() for axis in np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 5)))
"""Samples (35,) of the unit footprint."""


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
    taken = _Taken(sum(entry.count for entry in entries), keep_outs, size)
    for i, entry in enumerate(entries):
        rng = streams(f"obstacles/{i}", attempt.terrain * 100 + attempt.obstacles)
        kind = entry.kind.kind
        found = _place(entry, ground, size, taken, rng)
        for shape, pos, quat in found:
            placed.append(Placed(f"{kind}_{number[kind]}", shape, pos, quat))
            number[kind] += 1
        if len(found) < entry.count:
            notes.append(f"obstacles[{i}]: {len(found)} of {entry.count} {kind} found room")
    return tuple(placed), notes


class _Taken:
    """What is taken already: circles, in m."""

    def __init__(self, most: int, keep_outs: Sequence[Disc], size: tuple[float, float]) -> None:
        self.size = size
        self.used = len(keep_outs)
        self.discs = np.empty((most + self.used, 3))
        for i, disc in enumerate(keep_outs):
            self.discs[i] = disc.x, disc.y, disc.radius

    def free(self, spots: Floats, radii: Floats) -> NDArray[np.bool_]:
        """(n,) whether circles around spots (n, 2) stay inside and clear of all that is taken."""
        discs = self.discs[: self.used]
        inside = (np.abs(spots) + radii[:, None] <= np.divide(self.size, 2)).all(axis=1)
        room = discs[None, :, 2] + radii[:, None] + GAP
        apart = np.square(spots[:, None, :] - discs[None, :, :2]).sum(axis=2)
        clear: NDArray[np.bool_] = inside & (apart >= room * room).all(axis=1)
        return clear

    def add(self, x: float, y: float, radius: float) -> None:
        """Take a circle."""
        self.discs[self.used] = x, y, radius
        self.used += 1


def _place(
    entry: Scatter,
    ground: GroundMap,
    size: tuple[float, float],
    taken: _Taken,
    rng: np.random.Generator,
) -> list[tuple[Shape, Vec3, Quat]]:
    """Round by round, a new place for each obstacle that has none yet."""
    shapes = [entry.kind.shape(rng) for _ in range(entry.count)]
    found: list[tuple[Shape, Vec3, Quat] | None] = [None] * entry.count
    waiting = np.arange(entry.count)
    radii = np.array([shape.radius for shape in shapes])
    halves = np.array([shape.half for shape in shapes]).reshape(-1, 2)
    heights = np.array([shape.height for shape in shapes])
    moves = bool(shapes) and shapes[0].mass is not None
    ball = bool(shapes) and shapes[0].round
    dips = ground.dips(1.5 * float(halves.max())) if moves else None
    for _ in range(ROUNDS):
        if not len(waiting):
            break
        if dips is None:
            spots = np.round(rng.uniform(-0.5, 0.5, (len(waiting), 2)) * size, 3)
        else:
            spots = np.round(dips[rng.integers(len(dips), size=len(waiting))], 3)
        yaws = np.round(rng.uniform(-math.pi, math.pi, len(waiting)), 4)
        rest = _rest(spots, yaws, halves[waiting], heights[waiting], ground, moves=moves, ball=ball)
        good = taken.free(spots, radii[waiting]) & rest.possible
        for i in np.flatnonzero(good):
            which = int(waiting[i])
            # the others of this round have been placed since
            if taken.free(spots[i : i + 1], radii[which : which + 1])[0]:
                x, y = float(spots[i, 0]), float(spots[i, 1])
                taken.add(x, y, float(radii[which]))
                pose = (x, y, float(rest.z[i])), _yaw_pitch(float(yaws[i]), float(rest.pitch[i]))
                found[which] = (shapes[which], *pose)
        waiting = np.array([i for i in waiting if found[i] is None], dtype=np.intp)
    return [entry for entry in found if entry is not None]


@dataclass(frozen=True)
class _Rest:
    """Height (n,) in m and pitch (n,) in rad in which shapes rest, and whether they can."""

    z: Floats
    pitch: Floats
    possible: NDArray[np.bool_]


def _rest(
    spots: Floats,
    yaws: Floats,
    halves: Floats,
    heights: Floats,
    ground: GroundMap,
    *,
    moves: bool,
    ball: bool,
) -> _Rest:
    """How shapes with footprints of half extents (n, 2) and heights (n,) would lie at spots (n, 2)."""
    if ball:
        finest = min(ground.field.cell) / float(halves.max(initial=1e-6))
        disc, underside = _ball(min(81, 2 * math.ceil(2 / finest) + 17))
        x, y = (spots[:, [axis]] + disc[:, axis] * halves[:, :1] for axis in (0, 1))
    else:
        c, s = np.cos(yaws)[:, None], np.sin(yaws)[:, None]
        u, v = _U * halves[:, :1], _V * halves[:, 1:]
        x, y = spots[:, :1] + c * u - s * v, spots[:, 1:] + s * u + c * v
    if moves:
        under = ground.above(x, y, 0.5 * min(ground.field.cell) if ball else 0.0)
        z = (under - underside * halves[:, :1] if ball else under).max(axis=1)
        kept = (z > ground.pit) & (z - ground.at(*spots.T) <= 0.25 * halves.min(axis=1))
        return _Rest(np.round(z + 0.001, 4), np.zeros(len(spots)), kept)
    under = ground.at(x, y)
    # what is long follows the slope along its length; the rest stands upright
    long = halves[:, 0] > 2 * halves[:, 1]
    rise = np.where(long, (under * _U).sum(axis=1) / np.square(_U).sum(), 0.0)
    residual = under - rise[:, None] * _U
    # it stands on what is near the highest ground under it, and most of it has to
    carries = residual >= (residual.max(axis=1) - 0.3 * heights)[:, None]
    share = carries.mean(axis=1)
    z = (residual * carries).sum(axis=1) / carries.sum(axis=1)
    kept = (share >= 0.6) & (z > ground.pit)
    return _Rest(np.round(z, 4), -np.arctan2(rise, halves[:, 0]), kept)


@lru_cache(maxsize=16)
def _ball(across: int) -> tuple[Floats, Floats]:
    """Samples (n, 2) of the unit disc, so many across, and height (n,) of a unit ball's underside there."""
    line = np.linspace(-1, 1, across)
    disc = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    disc = disc[np.square(disc).sum(axis=1) <= 1]
    return disc, 1 - np.sqrt(1 - np.square(disc).sum(axis=1))


def _yaw_pitch(yaw: float, pitch: float) -> Quat:
    """Turn by pitch about y, then by yaw about z."""
    a, b = yaw / 2, pitch / 2
    return (
        math.cos(a) * math.cos(b),
        -math.sin(a) * math.sin(b),
        math.cos(a) * math.sin(b),
        math.sin(a) * math.cos(b),
    )
