"""The base of all terrains: a patch to fill, and the ground that fills it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from envgen.core.families import TERRAINS
from envgen.core.heightfield import Heights, quantise

Floats = NDArray[np.float64]
register = TERRAINS.register


@dataclass(frozen=True)
class Patch:
    """A rectangle of ground around the origin, sampled on a regular grid.

    Attributes:
        size: Extent (x, y), in m.
        shape: Number of samples (nrow, ncol); rows along y, columns along x.
    """

    size: tuple[float, float]
    shape: tuple[int, int]

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


@dataclass(frozen=True)
class Ground:
    """What a terrain yields.

    Attributes:
        surface: (nrow, ncol) float32, height in m of the highest surface at each sample: the ground map.
        solids: Boxes, where edges must be sharp; the surface includes them.
        field: Whether the surface itself is the ground, as a heightfield; else solids are all of it.
        plane: Height in m of an endless plane below everything, or None.
        start: Half extents (x, y), in m, of the middle in which agents should start and goals should not be.
        goal: Half extents (x, y), in m, of the middle in which a race should end.
        pit: Whether that plane is the floor of a pit, where nothing starts or is put.
    """

    surface: Heights
    solids: tuple[Solid, ...] = ()
    field: bool = False
    plane: float | None = None
    pit: bool = False
    start: tuple[float, float] | None = None
    goal: tuple[float, float] | None = None


class SubTerrain(ABC):
    """A kind of ground. The fields of the (frozen dataclass) subclass are its drawn parameters.

    Attributes:
        kind: Public name.
        source: Where algorithm and ranges come from.
    """

    kind: ClassVar[str]
    source: ClassVar[str] = ""

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
    return Ground(surface=quantise(heights), field=True)


def of_solids(patch: Patch, solids: Iterable[Solid], floor: float, *, pit: bool = False) -> Ground:
    """Ground that is made of boxes on a plane.

    Args:
        patch: The rectangle.
        solids: Boxes inside it.
        floor: Height of the plane, in m.
        pit: Whether the plane is the floor of a pit, where nothing starts or is put.
    """
    kept = tuple(_rounded(solid) for solid in solids)
    surface = np.full(patch.shape, floor, dtype=np.float32)
    for solid in kept:
        top = np.float32(solid.z[1])
        if solid.yaw:
            surface[_under(patch, solid) & (surface < top)] = top
            continue
        rows, cols = _covered(patch.y[:, 0], solid.y), _covered(patch.x[0], solid.x)
        np.maximum(surface[rows, cols], top, out=surface[rows, cols])
    return Ground(surface=quantise(surface), solids=kept, plane=round(floor, 3), pit=pit)


def _rounded(solid: Solid) -> Solid:
    """To whole millimetres, which is what is written."""
    x, y, z = ((round(a, 3), round(b, 3)) for a, b in (solid.x, solid.y, solid.z))
    return Solid(x, y, z, round(solid.yaw, 4))


def _under(patch: Patch, solid: Solid) -> NDArray[np.bool_]:
    """(nrow, ncol) samples under a turned box."""
    dx, dy = patch.x - sum(solid.x) / 2, patch.y - sum(solid.y) / 2
    c, s = np.cos(solid.yaw), np.sin(solid.yaw)
    half = (solid.x[1] - solid.x[0]) / 2, (solid.y[1] - solid.y[0]) / 2
    inside: NDArray[np.bool_] = (np.abs(c * dx + s * dy) <= half[0] + 1e-9) & (
        np.abs(c * dy - s * dx) <= half[1] + 1e-9
    )
    return inside


def _covered(samples: Floats, span: tuple[float, float]) -> slice:
    first = int(np.searchsorted(samples, span[0] - 1e-9))
    last = int(np.searchsorted(samples, span[1] + 1e-9, side="right"))
    return slice(first, last)
