"""Named random streams.

Every draw of a variant comes from a stream that is named after what it decides, so that what one
part draws never shifts what another part draws: adding an obstacle leaves the terrain as it is, and
variant 17 is the same whether 20 or 2,000 are made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[int, int]:
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")


@dataclass(frozen=True)
class Streams:
    """The random streams of one variant.

    Attributes:
        seed: Seed of the pack, >= 0.
        index: Index of the draw, >= 0.
    """

    seed: int
    index: int

    def __call__(self, name: str, attempt: int = 0) -> np.random.Generator:
        """A fresh generator for one stream; the same arguments give the same draws.

        Args:
            name: What the stream decides, such as `terrain` or `obstacles/0`.
            attempt: 0 for the first draw, counted up when a draw was refused.
        """
        entropy = (self.seed, self.index, attempt, *_words(name))
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
