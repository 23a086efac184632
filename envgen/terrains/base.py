"""The base of all terrains: a patch to fill, and the ground that fills it."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from envgen.core.families import TERRAINS
from envgen.core.heightfield import Heights, nearest_sample, quantise

Floats = NDArray[np.float64]
register = TERRAINS.register


@dataclass(frozen=True)
class Patch:
    """A rectangle of ground around the origin, sampled on a regular grid.

    Attributes:
        size: Extent (x, y), in m.
        shape: Number of samples (nrow, ncol); rows along y, columns along x.
        open: Whether other ground joins it: then walls leave a way in and out along x, and stones reach the
            edge.
    """

    size: tuple[float, float]
    shape: tuple[int, int]
    open: bool = False

    @classmethod
    def of(cls, size: tuple[float, float], cell: float) -> Patch:
        """A patch whose cells are as near to `cell` (m) as whole numbers allow."""
        ncol, nrow = (max(2, round(extent / cell) + 1) for extent in size)
        return cls(size, (nrow, ncol))

    @property
    def cell(self) -> tuple[float, float]:
        """Distance of neighbouring samples (x, y), in m."""
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
        yaw: Turn about its own upright axis, in rad.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    z: tuple[float, float]
    yaw: float = 0.0


Zone = tuple[float, float, float, float]
"""Least and greatest x, least and greatest y of a rectangle, in m."""


def around(half_x: float, half_y: float) -> Zone:
    """The rectangle of those half extents (m) around the origin."""
    return (-half_x, half_x, -half_y, half_y)


@dataclass(frozen=True, eq=False)
class Ground:
    """What a terrain yields.

    Attributes:
        surface: (nrow, ncol) float32, height in m of the highest surface at each sample: the ground map.
        boxes: (n, 7) upright boxes, where edges must be sharp, as in `of_boxes`; the surface includes them.
        field: (nrow, ncol) float32, heights in m of a heightfield, or None where boxes and plane are all.
        plane: Height in m of an endless plane below everything, or None.
        start: Where agents should start and goals should not be.
        goal: Where a race should end.
        pit: Height (m) of the floor of pits, where nothing starts or is put, or None.
        course: Whether agents must start in `start`, and goals of all tasks lie in `goal` if there is one.
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
        """The boxes, one by one."""
        return tuple(Solid((a, b), (c, d), (e, f), yaw) for a, b, c, d, e, f, yaw in self.boxes.tolist())


class SubTerrain(ABC):
    """A kind of ground. The fields of the (frozen dataclass) subclass are its drawn parameters.

    Attributes:
        kind: Public name.
        source: Where algorithm and ranges come from.
        rises: Whether it leads up along x: on a board it goes down again, in a track the rest stands higher.
        measure: What of the ground grows with difficulty: a name in `envgen/terrains/_measures.py`, or empty.
    """

    kind: ClassVar[str]
    source: ClassVar[str] = ""
    rises: ClassVar[bool] = False
    measure: ClassVar[str] = "slope"

    @abstractmethod
    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        """Fill a patch.

        Args:
            patch: What to fill.
            rng: The only source of randomness.

        Raises:
            InputError: The parameters can't fill a patch of that size.
        """


def of_heights(heights: NDArray[np.floating]) -> Ground:
    """Ground that is a heightfield.

    Args:
        heights: (nrow, ncol), m.
    """
    surface = quantise(heights)
    return Ground(surface=surface, field=surface)


def of_solids(patch: Patch, solids: Iterable[Solid], floor: float, *, pit: bool = False) -> Ground:
    """Ground that is made of boxes on a plane.

    Args:
        patch: The rectangle.
        solids: Boxes inside it.
        floor: Height of the plane, in m.
        pit: Whether the plane is the floor of a pit, where nothing starts or is put.
    """
    rows = [(*solid.x, *solid.y, *solid.z, solid.yaw) for solid in solids]
    return of_boxes(patch, np.array(rows, dtype=float).reshape(-1, 7), floor, pit=pit)


def of_boxes(patch: Patch, boxes: Floats, floor: float, *, pit: bool = False) -> Ground:
    """Ground that is made of many boxes on a plane.

    Args:
        patch: The rectangle.
        boxes: (n, 7): least and greatest x, y and z (m) of boxes inside it, and their turn about z (rad).
        floor: Height of the plane, in m.
        pit: Whether the plane is the floor of a pit, where nothing starts or is put.
    """
    kept = rounded(boxes)
    floor = round(floor, 3)
    surface = np.full(patch.shape, floor, dtype=np.float32)
    raise_boxes(surface, patch, kept)
    return Ground(surface=quantise(surface), boxes=kept, plane=floor, pit=floor if pit else None)


def rounded(boxes: Floats) -> Floats:
    """Boxes (n, 7) in whole millimetres, which is what is written; those without extent are left out."""
    kept = np.round(boxes, 3)
    kept[:, 6] = np.round(boxes[:, 6], 4)
    solid: Floats = kept[(kept[:, 1:6:2] > kept[:, 0:6:2]).all(axis=1)]
    return solid + 0.0  # no negative zeros


def raise_boxes(surface: Heights, patch: Patch, boxes: Floats) -> None:
    """Raise heights (nrow, ncol) in m to the tops of the boxes (n, 7) above them.

    A box that is thinner than a cell and covers no sample raises the nearest, so that no wall is lost.
    """
    turned = boxes[:, 6] != 0
    for box in boxes[turned]:
        surface[under(patch, box) & (surface < np.float32(box[5]))] = np.float32(box[5])
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


def under(patch: Patch, box: Floats) -> NDArray[np.bool_]:
    """(nrow, ncol) samples under a turned box (7,)."""
    dx, dy = patch.x - (box[0] + box[1]) / 2, patch.y - (box[2] + box[3]) / 2
    c, s = np.cos(box[6]), np.sin(box[6])
    inside: NDArray[np.bool_] = (np.abs(c * dx + s * dy) <= (box[1] - box[0]) / 2 + 1e-9) & (
        np.abs(c * dy - s * dx) <= (box[3] - box[2]) / 2 + 1e-9
    )
    return inside
