"""Scattering obstacles: apart from one another and from what must stay free, resting on the ground."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.core.rng import Streams
from envgen.obstacles.base import Quat, Shape, Vec3
from envgen.worlds.ground_map import GroundMap
from envgen.worlds.placement.resting import Footprints, attitude
from envgen.worlds.sampling.draw import Attempt, Scatter

PLACES = 24
"""Places tried for each obstacle before it is left out, so that a density that can't be met ends."""
BATCH = 16
"""Places that are looked at together."""
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
) -> tuple[tuple[Placed, ...], dict[int, int]]:
    """Place what fits.

    Args:
        entries: Kinds and how many of each.
        ground: What they rest on.
        size: Extent (x, y) of the arena, in m.
        keep_outs: What must stay free.
        streams: Random streams of the variant.
        attempt: Which draw it is.

    Returns:
        The obstacles, and how many there are of each entry of which not all found room, by its number.
    """
    placed: list[Placed] = []
    short: dict[int, int] = {}
    number: Counter[str] = Counter()
    taken = _Taken(sum(entry.count for entry in entries), keep_outs, size)
    for i, entry in enumerate(entries):
        rng = streams(f"obstacles/{i}", attempt.terrain * 100 + attempt.obstacles)
        kind = entry.kind.kind
        found = _place(entry, ground, size, taken, rng) if entry.count else []
        for shape, pos, quat in found:
            placed.append(Placed(f"{kind}_{number[kind]}", shape, pos, quat))
            number[kind] += 1
        if len(found) < entry.count:
            short[i] = len(found)
    return tuple(placed), short


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

    def apart(self, x: float, y: float, radius: float, since: int) -> bool:
        """Whether a circle is clear of those that were taken as the `since`-th and later."""
        for other_x, other_y, other in self.discs[since : self.used].tolist():
            room = radius + other + GAP
            if (x - other_x) ** 2 + (y - other_y) ** 2 < room * room:
                return False
        return True

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
    """Round by round, new places for each obstacle that has none yet."""
    shapes = [entry.kind.shape(rng) for _ in range(entry.count)]
    prints = Footprints(shapes, ground)
    found: list[tuple[Shape, Vec3, Quat] | None] = [None] * entry.count
    dips = ground.local_minima(1.5 * prints.reach()) if prints.dips else None
    tried = 0
    while tried < PLACES:
        waiting = [i for i, placed in enumerate(found) if placed is None]
        if not waiting:
            break
        # few that are left cost as much to look at as many: several places for each of them
        each = min(max(1, BATCH // len(waiting)), PLACES - tried)
        tried += each
        tries = np.tile(np.array(waiting, dtype=np.intp), each)
        if dips is None:
            spots = np.round(rng.uniform(-0.5, 0.5, (len(tries), 2)) * size, 3)
        else:
            spots = np.round(dips[rng.integers(len(dips), size=len(tries))], 3)
        yaws = np.round(rng.uniform(-math.pi, math.pi, len(tries)), 4)
        free = np.flatnonzero(taken.free(spots, prints.radii[tries]))
        tries, spots, yaws = tries[free], spots[free], yaws[free]
        rest = prints.rest(tries, spots, yaws)
        before = taken.used
        columns = (tries, spots, prints.radii[tries], yaws, rest.z, rest.pitch, rest.roll)
        kept = zip(*(column[rest.possible].tolist() for column in columns))
        for which, (x, y), radius, yaw, z, pitch, roll in kept:
            # others of this round have been placed since
            if found[which] is None and taken.apart(x, y, radius, before):
                taken.add(x, y, radius)
                found[which] = shapes[which], (x, y, z), attitude(yaw, pitch, roll)
    return [entry for entry in found if entry is not None]
