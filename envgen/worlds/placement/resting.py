"""The poses in which obstacles rest on the ground."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.obstacles.base import Quat, Shape
from envgen.worlds.ground_map import GroundMap

START_GAP = 0.001
"""Height of movable obstacles over the ground at the start, in m: they don't begin in contact."""
MAX_SLOPE = 0.55
"""Steepest slope (rise/run) for a movable box: at friction 1, it slides from 1 on."""
MAX_PEAK = 0.008
"""Greatest height (m) of a peak under a box over the samples near it: a box balances on a higher one."""
SWEEP_CLEARANCE = 0.005
"""Least height of sweeping parts over the ground, in m."""
_U, _V = (axis.ravel() for axis in np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 5)))
"""Samples (35,) of the unit footprint."""
_CORNERS = ((1.0, -1.0, -1.0, 1.0), (1.0, 1.0, -1.0, -1.0))
_LINES = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
"""Normals of the lines along which a heightfield may bend, in cells: columns, rows and diagonals."""


@dataclass(frozen=True)
class RestPoses:
    """Poses of n shapes at rest.

    Attributes:
        z: (n,) height of the frame's origin, in m.
        pitch: (n,) turn about y before the heading, in rad.
        roll: (n,) turn about x before both, in rad.
        possible: (n,) whether they can rest there.
    """

    z: Floats
    pitch: Floats
    roll: Floats
    possible: NDArray[np.bool_]


class Footprints:
    """The footprints of the shapes of one entry: all of one kind, so that they rest in the same way."""

    def __init__(self, shapes: Sequence[Shape], ground: GroundMap) -> None:
        self._ground = ground
        first = shapes[0] if shapes else None
        self.radii = np.array([shape.radius for shape in shapes])
        self._halves = np.array([shape.half for shape in shapes]).reshape(-1, 2)
        self._heights = np.array([shape.height for shape in shapes])
        self._feet = np.array([shape.feet for shape in shapes]).reshape(len(shapes), -1, 2)
        self._deep = np.array([shape.deep for shape in shapes])
        self._clear = np.array([shape.clear for shape in shapes])
        self._lean = np.array([_leans(shape) for shape in shapes], dtype=bool)
        self._rolls = np.array([shape.lean is True for shape in shapes], dtype=bool)
        self._disc = first is not None and first.disc
        self._free = first is not None and first.mass is not None
        self._round = first is not None and first.round
        self.dips = self._round and self._free

    def reach(self) -> float:
        """Return the greatest half extent, in m."""
        return float(self._halves.max(initial=0.0))

    def rest_poses(self, which: NDArray[np.intp], spots: Floats, yaws: Floats) -> RestPoses:
        """Return the poses of the shapes `which` (n,) at spots (n, 2) in m with headings (n,) in rad."""
        if self._free and self._round:
            return self._ball(which, spots)
        if self._free:
            return self._crate(which, spots, yaws)
        if self._feet.shape[1]:
            return self._post(which, spots, yaws)
        return self._block(which, spots, yaws)

    def _ball(self, which: NDArray[np.intp], spots: Floats) -> RestPoses:
        ground, halves = self._ground, self._halves[which]
        finest = min(ground.field.cell) / float(halves.max(initial=1e-6))
        disc, underside = _unit_ball(min(81, 2 * math.ceil(2 / finest) + 17))
        x, y = (spots[:, [axis]] + disc[:, axis] * halves[:, :1] for axis in (0, 1))
        under = ground.upper_bound(x, y, 0.5 * min(ground.field.cell))
        z = (under - underside * halves[:, :1]).max(axis=1)
        possible = (z > ground.pit) & (z - ground.at(*spots.T) <= 0.25 * halves.min(axis=1))
        none = np.zeros(len(spots))
        return RestPoses(np.round(z + START_GAP, 4), none, none, possible)

    def _crate(self, which: NDArray[np.intp], spots: Floats, yaws: Floats) -> RestPoses:
        """Return poses on the plane that fits the ground best, lifted until they only touch it."""
        ground, halves = self._ground, self._halves[which]
        u, v = _unit_samples(5, False)
        u, v = u * halves[:, :1], v * halves[:, 1:]
        under = ground.upper_bound(*_to_world(u, v, spots, yaws))
        mean = under.mean(axis=1, keepdims=True)
        along, across = (((under - mean) * w).sum(axis=1) / np.square(w).sum(axis=1) for w in (u, v))
        plane = mean, along[:, None], across[:, None]
        off = under - mean - plane[1] * u - plane[2] * v
        lift = np.maximum(off.max(axis=1), self._peaks(halves, spots, yaws, plane))
        possible = (np.hypot(along, across) <= MAX_SLOPE) & (under.min(axis=1) > ground.pit)
        possible &= lift - off.max(axis=1) <= MAX_PEAK
        possible &= lift - off.min(axis=1) <= 0.35 * np.minimum(halves.min(axis=1), self._heights[which])
        roll = np.arctan2(across, np.hypot(1, along))
        return RestPoses(np.round(mean[:, 0] + lift + START_GAP, 4), -np.arctan(along), roll, possible)

    def _peaks(self, halves: Floats, spots: Floats, yaws: Floats, plane: tuple[Floats, ...]) -> Floats:
        """Return (n,) the greatest height of the ground within footprints over planes in their frames, in m.

        The ground is flat between its samples and the lines that join them: its highest point over a plane is
        a sample inside the footprint, or a point where the footprint's edge crosses a line.
        """
        field = self._ground.field
        origin, cell = np.array(field.origin), np.array(field.cell)
        reach = float(np.hypot(*halves.T).max(initial=0.0))
        span = math.ceil(reach / float(cell.min()))
        window = np.arange(-span, span + 1)
        middle = np.rint((spots - origin) / cell)
        across, down = (a.ravel() for a in np.meshgrid(window, window))
        x = (middle[:, [0]] + across) * cell[0] + origin[0]
        y = (middle[:, [1]] + down) * cell[1] + origin[1]
        dx, dy = x - spots[:, :1], y - spots[:, 1:]
        c, s = np.cos(yaws)[:, None], np.sin(yaws)[:, None]
        u, v = c * dx + s * dy, c * dy - s * dx
        inside = (np.abs(u) <= halves[:, :1]) & (np.abs(v) <= halves[:, 1:])
        over = np.where(inside, self._over(u, v, spots, yaws, plane), -np.inf).max(axis=1)
        # corners a, and the ends b of the edges that begin there
        au, av = (halves[:, [axis]] * np.array(sign) for axis, sign in enumerate(_CORNERS))
        bu, bv = np.roll(au, -1, axis=1), np.roll(av, -1, axis=1)
        corners = (np.stack(_to_world(au, av, spots, yaws), axis=-1) - origin) / cell  # (n, 4, 2)
        for direction in _LINES:
            at = corners @ direction
            change = np.roll(at, -1, axis=1) - at
            reached = (middle @ direction)[:, None, None] + np.arange(-2 * span, 2 * span + 1)
            share = (reached - at[:, :, None]) / np.where(np.abs(change) < 1e-9, 1e-9, change)[:, :, None]
            share = np.clip(share, 0.0, 1.0)  # beyond the edge: its end, which counts as well
            eu = au[:, :, None] + share * (bu - au)[:, :, None]
            ev = av[:, :, None] + share * (bv - av)[:, :, None]
            flat = len(spots), 4 * reached.shape[2]
            edge = self._over(eu.reshape(flat), ev.reshape(flat), spots, yaws, plane)
            over = np.maximum(over, edge.max(axis=1))
        peaks: Floats = over
        return peaks

    def _over(self, u: Floats, v: Floats, spots: Floats, yaws: Floats, plane: tuple[Floats, ...]) -> Floats:
        """Return (n, m) heights of the ground over planes at points of their frames, in m."""
        mean, along, across = plane
        return self._ground.upper_bound(*_to_world(u, v, spots, yaws)) - mean - along * u - across * v

    def _post(self, which: NDArray[np.intp], spots: Floats, yaws: Floats) -> RestPoses:
        """Return upright poses on feet, high enough that sweeping parts stay free of the ground."""
        ground, halves, deep = self._ground, self._halves[which], self._deep[which]
        feet = self._feet[which]
        stand = ground.at(*_to_world(feet[:, :, 0], feet[:, :, 1], spots, yaws))
        z, low, high = stand.mean(axis=1), stand.min(axis=1), stand.max(axis=1)
        possible = (z - deep <= low) & (low > ground.pit)
        clear = self._clear[which]
        some = np.flatnonzero(possible & np.isfinite(clear))
        if len(some):
            u, v = self._grid(halves[some], least=7)
            # a peak between two samples counts too
            near = 0.71 * self._spacing(halves[some])
            top = ground.upper_bound(*_to_world(u, v, spots[some], yaws[some]), near).max(axis=1)
            z[some] = np.maximum(z[some], top - clear[some] + SWEEP_CLEARANCE)
        z = np.round(z, 4)
        possible &= (z - deep <= low) & (high - z <= 0.3 * self._heights[which])
        none = np.zeros(len(spots))
        return RestPoses(z, none, none, possible)

    def _block(self, which: NDArray[np.intp], spots: Floats, yaws: Floats) -> RestPoses:
        ground, halves = self._ground, self._halves[which]
        under = ground.at(*_to_world(_U * halves[:, :1], _V * halves[:, 1:], spots, yaws))
        # long shapes follow the slope along their length, some across it too; all others stand upright
        rise, across = _slope(under, _U, self._lean[which]), _slope(under, _V, self._rolls[which])
        residual = under - rise[:, None] * _U - across[:, None] * _V
        # most of a footprint must rest near the highest ground under it
        carries = residual >= (residual.max(axis=1) - 0.3 * self._heights[which])[:, None]
        share = carries.mean(axis=1)
        z = (residual * carries).sum(axis=1) / carries.sum(axis=1)
        possible = (share >= 0.6) & (z > ground.pit)
        roll = np.arctan2(across / halves[:, 1], np.hypot(1, rise / halves[:, 0]))
        return RestPoses(np.round(z, 4), -np.arctan2(rise, halves[:, 0]), roll, possible)

    def _grid(self, halves: Floats, least: int) -> tuple[Floats, Floats]:
        """Return samples (n, m) of footprints, as fine as the ground."""
        u, v = _unit_samples(self._across(halves, least), self._disc)
        return u * halves[:, :1], v * halves[:, 1:]

    def _across(self, halves: Floats, least: int) -> int:
        fine = 2 * float(halves.max(initial=0.0)) / min(self._ground.field.cell)
        return int(np.clip(math.ceil(fine) + 1, least, 33))

    def _spacing(self, halves: Floats) -> float:
        """Return the greatest distance of neighbouring samples of a footprint, in m."""
        return 2 * float(halves.max(initial=0.0)) / (self._across(halves, 7) - 1)


def quat_from_euler(yaw: float, pitch: float, roll: float) -> Quat:
    """Return the turn (w, x, y, z) by roll about x, then pitch about y, then yaw about z, in rad."""
    cy, sy = math.cos(yaw / 2), math.sin(yaw / 2)
    cp, sp = math.cos(pitch / 2), math.sin(pitch / 2)
    if not roll:
        return cy * cp, -sy * sp, cy * sp, sy * cp
    cr, sr = math.cos(roll / 2), math.sin(roll / 2)
    return (
        cy * cp * cr + sy * sp * sr,
        cy * cp * sr - sy * sp * cr,
        cy * sp * cr + sy * cp * sr,
        sy * cp * cr - cy * sp * sr,
    )


def _slope(under: Floats, samples: Floats, where: NDArray[np.bool_]) -> Floats:
    """Return (n,) the rise of ground (n, 35) from the middle of footprints to their edge, 0 if upright."""
    if not where.any():
        return np.zeros(len(under))
    return np.where(where, (under * samples).sum(axis=1) / np.square(samples).sum(), 0.0)


def _leans(shape: Shape) -> bool:
    """Return whether a shape leans along its length: as it says, or else if it is long."""
    return shape.half[0] > 2 * shape.half[1] if shape.lean is None else shape.lean


def _to_world(u: Floats, v: Floats, spots: Floats, yaws: Floats) -> tuple[Floats, Floats]:
    """Return points (n, m) of frames at spots (n, 2) with headings (n,), in the frame of the world."""
    c, s = np.cos(yaws)[:, None], np.sin(yaws)[:, None]
    return spots[:, :1] + c * u - s * v, spots[:, 1:] + s * u + c * v


@lru_cache(maxsize=64)
def _unit_samples(across: int, disc: bool) -> tuple[Floats, Floats]:
    """Return samples (m,) of the unit square or disc, `across` of them along each axis."""
    line = np.linspace(-1, 1, across)
    u, v = (axis.ravel() for axis in np.meshgrid(line, line))
    inside = u * u + v * v <= 1.0001 if disc else np.ones(len(u), dtype=bool)
    return u[inside], v[inside]


@lru_cache(maxsize=16)
def _unit_ball(across: int) -> tuple[Floats, Floats]:
    """Return samples (n, 2) of the unit disc and the height (n,) of a unit ball's underside there."""
    line = np.linspace(-1, 1, across)
    disc = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    disc = disc[np.square(disc).sum(axis=1) <= 1]
    return disc, 1 - np.sqrt(1 - np.square(disc).sum(axis=1))
