"""Rough ground: random heights on a lattice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from envgen.core.heightfield import Heights
from envgen.core.params import param
from envgen.terrains.base import Ground, Patch, SubTerrain, of_heights, register


@register
@dataclass(frozen=True)
class Rough(SubTerrain):
    """Uniformly random heights on a lattice, joined linearly: gravel to rubble."""

    kind: ClassVar[str] = "rough"
    measure: ClassVar[str] = "roughness"
    source: ClassVar[str] = "legged_gym, Isaac Lab: random uniform, heights 0.02-0.10 m, every 0.2 m"

    amplitude: float = param("m", 0.0, 1.0, "half of peak to peak", easy=0.02, hard=0.20, scale="leg")
    spacing: float = param("m", 0.05, 5.0, "distance of the random heights", default=0.2)

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        nrow, ncol = (max(2, round(extent / self.spacing) + 1) for extent in (patch.size[1], patch.size[0]))
        lattice = rng.uniform(-self.amplitude, self.amplitude, (nrow, ncol)).astype(np.float32)
        return of_heights(_interpolate(lattice, patch.shape))


def _interpolate(lattice: Heights, shape: tuple[int, int]) -> Heights:
    """Interpolate a lattice linearly at more samples, corner to corner."""
    import cv2  # imported here, as prompts need the registry only

    joined: Heights = cv2.remap(lattice, *_maps(lattice.shape, shape), interpolation=cv2.INTER_LINEAR)
    return joined


@lru_cache(maxsize=16)
def _maps(lattice: tuple[int, ...], shape: tuple[int, int]) -> tuple[Heights, Heights]:
    """Return column and row of the lattice for each sample; cached, as variants of a size agree in them."""
    cols = np.linspace(0, lattice[1] - 1, shape[1], dtype=np.float32)
    rows = np.linspace(0, lattice[0] - 1, shape[0], dtype=np.float32)
    across, along = np.meshgrid(cols, rows)
    return across, along
