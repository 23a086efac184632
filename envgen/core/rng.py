"""Named random streams.

Every draw of a variant comes from a stream named after what it decides, so that draws of one part never shift
those of another: adding an obstacle leaves the terrain unchanged, and variant 17 is the same whether 20 or
2,000 are made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = 0xFFFFFFFF


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[int, int]:
    """Return two words of 32 bits from the hash of a name."""
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
        """Return a new generator of one stream; equal arguments give equal draws.

        Args:
            name: Name of the stream, such as `terrain` or `obstacles/0`.
            attempt: Number of rejected draws before this one.
        """
        words = [word for number in (self.seed, self.index, attempt) for word in _split(number)]
        entropy = np.array([*words, *_words(name)], dtype=np.uint32)
        return np.random.Generator(np.random.PCG64(_FastSeed(entropy)))  # type: ignore[arg-type]  # any ISeedSequence


def _split(number: int) -> list[int]:
    """Split an integer >= 0 into words of 32 bits, the lowest first, as SeedSequence does."""
    words = [number & _WORD]
    while number := number >> 32:
        words.append(number & _WORD)
    return words


class _FastSeed(np.random.bit_generator.ISeedSequence):
    """`SeedSequence(entropy).generate_state(4, np.uint64)` in a third of the time.

    A variant uses at least four generators, and creating one by SeedSequence costs as much as a step of the
    simulation. NumPy never changes the algorithm (NEP 19); a test compares the two.
    """

    def __init__(self, entropy: NDArray[np.uint32]) -> None:
        pool = np.random.SeedSequence(entropy).pool.tolist()
        half = []
        for word, before, after in zip(pool + pool, _HASH, _HASH[1:]):
            mixed = (word ^ before) * after & _WORD
            half.append(mixed ^ mixed >> 16)
        self._state = np.array(
            [low | high << 32 for low, high in zip(half[::2], half[1::2])], dtype=np.uint64
        )

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> NDArray[Any]:
        """Return the state that PCG64 asks for: four words of 64 bits."""
        if n_words != len(self._state) or dtype != np.uint64:
            raise ValueError(f"{n_words} words of {dtype}: only PCG64 is seeded so")
        return self._state


_FIRST, _FACTOR = 0x8B51F9DD, 0x58F38DED
"""INIT_B and MULT_B of SeedSequence."""
_HASH = [_FIRST * pow(_FACTOR, i, 2**32) % 2**32 for i in range(9)]
"""Its hash constant at each of the eight words, and after them."""
