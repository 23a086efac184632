"""Scattering of obstacles: resting on the ground, apart from one another and from keep-out discs."""

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
from envgen.worlds.placement.resting import Footprints, quat_from_euler
from envgen.worlds.sampling.draw import Attempt, Scatter

MAX_TRIES = 24
"""Places tried for each obstacle before it is left out: a density that can't be met must end."""
BATCH = 16
"""Least number of places that are tried together."""
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
    """Place the obstacles that find room.

    Args:
        entries: Obstacles of each kind.
        ground: The ground that they rest on.
        size: Extent (x, y) of the arena, in m.
        keep_outs: Discs that must stay free.
        streams: Random streams of the variant.
        attempt: Number of the draw.

    Returns:
        The obstacles, and the number placed of each entry that did not find room for all, by number of entry.
    """
    placed: list[Placed] = []
    short: dict[int, int] = {}
    number: Counter[str] = Counter()
    occupied = _Occupied(sum(entry.count for entry in entries), keep_outs, size)
    for i, entry in enumerate(entries):
        rng = streams(f"obstacles/{i}", attempt.terrain * 100 + attempt.obstacles)
        kind = entry.kind.kind
        found = _place(entry, ground, size, occupied, rng) if entry.count else []
        for shape, pos, quat in found:
            placed.append(Placed(f"{kind}_{number[kind]}", shape, pos, quat))
            number[kind] += 1
        if len(found) < entry.count:
            short[i] = len(found)
    return tuple(placed), short


class _Occupied:
    """The discs that are occupied, in m."""

    def __init__(self, capacity: int, keep_outs: Sequence[Disc], size: tuple[float, float]) -> None:
        self.size = size
        self.used = len(keep_outs)
        self.discs = np.empty((capacity + self.used, 3))
        for i, disc in enumerate(keep_outs):
            self.discs[i] = disc.x, disc.y, disc.radius

    def free(self, spots: Floats, radii: Floats) -> NDArray[np.bool_]:
        """Return (n,) whether discs around spots (n, 2) stay inside and clear of all occupied ones."""
        discs = self.discs[: self.used]
        inside = (np.abs(spots) + radii[:, None] <= np.divide(self.size, 2)).all(axis=1)
        room = discs[None, :, 2] + radii[:, None] + GAP
        apart = np.square(spots[:, None, :] - discs[None, :, :2]).sum(axis=2)
        clear: NDArray[np.bool_] = inside & (apart >= room * room).all(axis=1)
        return clear

    def apart(self, x: float, y: float, radius: float, since: int) -> bool:
        """Return whether a disc is clear of those that were added from number `since` on."""
        for other_x, other_y, other in self.discs[since : self.used].tolist():
            room = radius + other + GAP
            if (x - other_x) ** 2 + (y - other_y) ** 2 < room * room:
                return False
        return True

    def add(self, x: float, y: float, radius: float) -> None:
        """Occupy a disc."""
        self.discs[self.used] = x, y, radius
        self.used += 1


def _place(
    entry: Scatter,
    ground: GroundMap,
    size: tuple[float, float],
    occupied: _Occupied,
    rng: np.random.Generator,
) -> list[tuple[Shape, Vec3, Quat]]:
    """Try new places, round by round, for each obstacle that has none yet."""
    shapes = [entry.kind.shape(rng) for _ in range(entry.count)]
    footprints = Footprints(shapes, ground)
    found: list[tuple[Shape, Vec3, Quat] | None] = [None] * entry.count
    dips = ground.local_minima(1.5 * footprints.reach()) if footprints.dips else None
    tried = 0
    while tried < MAX_TRIES:
        waiting = [i for i, placed in enumerate(found) if placed is None]
        if not waiting:
            break
        # a few obstacles cost as much to try as many: several places for each of the last ones
        each = min(max(1, BATCH // len(waiting)), MAX_TRIES - tried)
        tried += each
        tries = np.tile(np.array(waiting, dtype=np.intp), each)
        if dips is None:
            spots = np.round(rng.uniform(-0.5, 0.5, (len(tries), 2)) * size, 3)
        else:
            spots = np.round(dips[rng.integers(len(dips), size=len(tries))], 3)
        yaws = np.round(rng.uniform(-math.pi, math.pi, len(tries)), 4)
        free = np.flatnonzero(occupied.free(spots, footprints.radii[tries]))
        tries, spots, yaws = tries[free], spots[free], yaws[free]
        rest = footprints.rest_poses(tries, spots, yaws)
        before = occupied.used
        columns = (tries, spots, footprints.radii[tries], yaws, rest.z, rest.pitch, rest.roll)
        possible = zip(*(column[rest.possible].tolist() for column in columns))
        for which, (x, y), radius, yaw, z, pitch, roll in possible:
            # others of this round have been placed since
            if found[which] is None and occupied.apart(x, y, radius, before):
                occupied.add(x, y, radius)
                found[which] = shapes[which], (x, y, z), quat_from_euler(yaw, pitch, roll)
    return [entry for entry in found if entry is not None]
