"""Flat ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from envgen.terrains.base import Ground, Patch, SubTerrain, register


@register
@dataclass(frozen=True)
class Flat(SubTerrain):
    """An endless plane."""

    kind: ClassVar[str] = "flat"
    measure: ClassVar[str] = ""

    def ground(self, patch: Patch, rng: np.random.Generator) -> Ground:
        return Ground(surface=np.zeros(patch.shape, dtype=np.float32), plane=0.0)
