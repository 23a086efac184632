"""Base of all terrains: the patch to fill, the ground that fills it, and helpers to make ground."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from envgen.core.deprecation import deprecated_names
from envgen.core.families import TERRAINS
from envgen.core.heightfield import Heights, nearest_sample, quantise

Floats = NDArray[np.float64]
register = TERRAINS.register
__getattr__ = deprecated_names(__name__, {"rounded": "round_boxes", "under": "samples_under"})


@dataclass(frozen=True)
class Patch:
    """A rectangle of ground around the origin, sampled on a regular grid.

    Attributes:
        size: Extent (x, y), in m.
        shape: Number of samples (nrow, ncol); rows along y, columns along x.
        open: Whether other ground adjoins it: walls then leave an entrance and an exit along x, and stones
            reach the edge.
    """

    size: tuple[float, float]
    shape: tuple[int, int]
    open: bool = False

    @classmethod
    def of(cls, size: tuple[float, float], cell: float) -> Patch:
        """Create a patch whose cells are as near to `cell` (m) as a whole number of cells allows."""
        ncol, nrow = (max(2, round(extent / cell) + 1) for extent in size)
        return cls(size, (nrow, ncol))

    @property
    def cell(self) -> tuple[float, float]:
        """Distance between neighbouring samples (x, y), in m."""
        return self.size[0] / (self.shape[1] - 1), self.size[1] / (self.shape[0] - 1)

    @cached_property
    def x(self) -> Floats:
        """(1, ncol) coordinates in m."""
        return np.linspace(-self.size[0] / 2, self.size[0] / 2, self.shape[1])[None, :]

    @cached_property
    def y(self) -> Floats:
        """(nrow, 1) coordinates in m."""
        return np.linspace(-self.size[1] / 2, self.size[1] / 2, self.shape[0])[:, None]

    @property
    def radius(self) -> float:
        """Half of the shorter side, in m."""
        return min(self.size) / 2


@dataclass(frozen=True)
class Solid:
    """An upright box of ground.

    Attributes:
        x: Least and greatest x, in m.
        y: Least and greatest y, in m.
        z: Bottom and top, in m.
        yaw: Rotation about its own vertical axis, in rad.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    z: tuple[float, float]
    yaw: float = 0.0


Zone = tuple[float, float, float, float]
"""Least and greatest x, least and greatest y of a rectangle, in m."""


def around(half_x: float, half_y: float) -> Zone:
    """Return the rectangle of given half extents (m) around the origin."""
    return (-half_x, half_x, -half_y, half_y)


@dataclass(frozen=True, eq=False)
class Ground:
    """Ground that a terrain generates.

    Attributes:
        surface: (nrow, ncol) float32, height in m of the highest surface at each sample: the ground map.
        boxes: (n, 7) upright boxes for sharp edges, as in `of_boxes`; the surface includes them.
        field: (nrow, ncol) float32, heights in m of a heightfield, or None without one.
        plane: Height in m of an infinite plane below everything, or None.
        start: Zone where agents should start and goals should not be.
        goal: Zone where a race should end.
        pit: Height (m) of the floor of pits, where nothing is placed, or None.
        course: Whether all agents must start in `start`, and all goals be in `goal` if there is one.
    """

    surface: Heights
    boxes: Floats = dataclasses.field(default_factory=lambda: np.empty((0, 7)))
    field: Heights | None = None
    plane: float | None = None
    start: Zone | None = None
    goal: Zone | None = None
    pit: float | None = None
    course: bool = False

    @property
    def solids(self) -> tuple[Solid, ...]:
        """The boxes as a tuple of `Solid`."""
        return tuple(Solid((a, b), (c, d), (e, f), yaw) for a, b, c, d, e, f, yaw in self.boxes.tolist())


class SubTerrain(ABC):
    """A kind of terrain. The fields of the (frozen dataclass) subclass are its drawn parameters.

    Attributes:
        kind: Public name.
        source: Sources of algorithm and ranges.
        rises: Whether it ends higher along x: a grid adds a descent, a track raises the patches after it.
        measure: Measure that grows with difficulty: a name in `envgen/terrains/tools/measures.py`, or empty.
    """

    kind: ClassVar[str]
    source: ClassVar[str] = ""
    rises: ClassVar[bool] = False
    measure: ClassVar[str] = "slope"

    @abstractmethod
    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        """Fill a patch.

        Args:
            patch: The patch to fill.
            rng: The only source of randomness.

        Raises:
            InputError: The parameters can't fill a patch of that size.
        """


def of_heights(heights: NDArray[np.floating]) -> Ground:
    """Make ground of a heightfield.

    Args:
        heights: (nrow, ncol), in m.
    """
    surface = quantise(heights)
    return Ground(surface=surface, field=surface)


def of_solids(patch: Patch, solids: Iterable[Solid], floor: float, *, pit: bool = False) -> Ground:
    """Make ground of boxes on a plane.

    Args:
        patch: The patch.
        solids: Boxes inside it.
        floor: Height of the plane, in m.
        pit: Whether the plane is the floor of a pit, where nothing is placed.
    """
    rows = [(*solid.x, *solid.y, *solid.z, solid.yaw) for solid in solids]
    return of_boxes(patch, np.array(rows, dtype=float).reshape(-1, 7), floor, pit=pit)


def of_boxes(patch: Patch, boxes: Floats, floor: float, *, pit: bool = False) -> Ground:
    """Make ground of many boxes on a plane.

    Args:
        patch: The patch.
        boxes: (n, 7): least and greatest x, y and z (m) of boxes inside it, and their rotation about z (rad).
        floor: Height of the plane, in m.
        pit: Whether the plane is the floor of a pit, where nothing is placed.
    """
    kept = round_boxes(boxes)
    floor = round(floor, 3)
    surface = np.full(patch.shape, floor, dtype=np.float32)
    raise_boxes(surface, patch, kept)
    return Ground(surface=quantise(surface), boxes=kept, plane=floor, pit=floor if pit else None)


def round_boxes(boxes: Floats) -> Floats:
    """Round boxes (n, 7) to millimetres, as they are written, and remove empty ones."""
    kept = np.round(boxes, 3)
    kept[:, 6] = np.round(boxes[:, 6], 4)
    solid: Floats = kept[(kept[:, 1:6:2] > kept[:, 0:6:2]).all(axis=1)]
    return solid + 0.0  # no negative zeros


def raise_boxes(surface: Heights, patch: Patch, boxes: Floats) -> None:
    """Raise heights (nrow, ncol), in m, to the tops of boxes (n, 7), in place.

    A box thinner than a cell that covers no sample raises the nearest one, so that no wall is lost.
    """
    turned = boxes[:, 6] != 0
    for box in boxes[turned]:
        surface[samples_under(patch, box) & (surface < np.float32(box[5]))] = np.float32(box[5])
    straight = boxes[~turned]
    cols, rows = patch.x[0], patch.y[:, 0]
    spans = np.stack(
        [
            np.searchsorted(rows, straight[:, 2] - 1e-9),
            np.searchsorted(rows, straight[:, 3] + 1e-9, side="right"),
            np.searchsorted(cols, straight[:, 0] - 1e-9),
            np.searchsorted(cols, straight[:, 1] + 1e-9, side="right"),
        ],
        axis=1,
    )
    for least, most, first, origin, cell in (
        (0, 1, 2, rows[0], patch.cell[1]),
        (2, 3, 0, cols[0], patch.cell[0]),
    ):
        middle = nearest_sample((straight[:, first] + straight[:, first + 1]) / 2, origin, cell)
        thin = (spans[:, most] <= spans[:, least]) & (middle >= 0)
        spans[thin, least], spans[thin, most] = middle[thin], middle[thin] + 1
    for (r0, r1, c0, c1), top in zip(spans.tolist(), straight[:, 5].astype(np.float32)):
        part = surface[r0:r1, c0:c1]
        np.maximum(part, top, out=part)


def samples_under(patch: Patch, box: Floats) -> NDArray[np.bool_]:
    """Return the samples (nrow, ncol) under a rotated box (7,)."""
    dx, dy = patch.x - (box[0] + box[1]) / 2, patch.y - (box[2] + box[3]) / 2
    c, s = np.cos(box[6]), np.sin(box[6])
    inside: NDArray[np.bool_] = (np.abs(c * dx + s * dy) <= (box[1] - box[0]) / 2 + 1e-9) & (
        np.abs(c * dy - s * dx) <= (box[3] - box[2]) / 2 + 1e-9
    )
    return inside
