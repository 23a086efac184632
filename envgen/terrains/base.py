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
    """

    x: tuple[float, float]
    y: tuple[float, float]
    z: tuple[float, float]


@dataclass(frozen=True)
class Ground:
    """What a terrain yields.

    Attributes:
        surface: (nrow, ncol) float32, height in m of the highest surface at each sample: the ground map.
        solids: Boxes, where edges must be sharp; the surface includes them.
        field: Whether the surface itself is the ground, as a heightfield; else solids are all of it.
        plane: Height in m of an endless plane below everything, or None.
    """

    surface: Heights
    solids: tuple[Solid, ...] = ()
    field: bool = False
    plane: float | None = None


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


def of_solids(patch: Patch, solids: Iterable[Solid], floor: float) -> Ground:
    """Ground that is made of boxes on a plane.

    Args:
        patch: The rectangle.
        solids: Boxes inside it.
        floor: Height of the plane, in m.
    """
    kept = tuple(_rounded(solid) for solid in solids)
    surface = np.full(patch.shape, floor, dtype=np.float32)
    for solid in kept:
        rows, cols = _covered(patch.y[:, 0], solid.y), _covered(patch.x[0], solid.x)
        np.maximum(surface[rows, cols], np.float32(solid.z[1]), out=surface[rows, cols])
    return Ground(surface=quantise(surface), solids=kept, plane=round(floor, 3))


def _rounded(solid: Solid) -> Solid:
    """To whole millimetres, which is what is written."""
    (x0, x1), (y0, y1), (z0, z1) = solid.x, solid.y, solid.z
    return Solid((round(x0, 3), round(x1, 3)), (round(y0, 3), round(y1, 3)), (round(z0, 3), round(z1, 3)))


def _covered(samples: Floats, span: tuple[float, float]) -> slice:
    first = int(np.searchsorted(samples, span[0] - 1e-9))
    last = int(np.searchsorted(samples, span[1] + 1e-9, side="right"))
    return slice(first, last)
