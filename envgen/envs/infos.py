"""Infos of a vector environment, laid out as Gymnasium does: an array by key, and a mask under `_key`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.packs.variant import PackVariant

Mask = NDArray[np.bool_]


class EpisodeInfos:
    """Index, difficulty and drawn values of the variants that slots run.

    Args:
        variants: All that slots may run.
        slots: Number of slots.
    """

    def __init__(self, variants: Sequence[PackVariant], slots: int) -> None:
        self._slots = slots
        everywhere = np.ones(len(variants), dtype=bool)
        self._own = {
            "variant": (np.array([variant.index for variant in variants]), everywhere),
            "difficulty": (np.array([variant.difficulty for variant in variants]), everywhere),
        }
        names = dict.fromkeys(name for variant in variants for name in variant.drawn)
        self._drawn = {name: _column([variant.drawn.get(name) for variant in variants]) for name in names}

    def of(self, slots: NDArray[np.intp], places: NDArray[np.intp]) -> dict[str, Any]:
        """Return the infos of some slots.

        Args:
            slots: Which.
            places: Place of the variant that each of them runs.
        """
        mask = np.zeros(self._slots, dtype=bool)
        mask[slots] = True
        return {
            **self._table(self._own, slots, places),
            "drawn": self._table(self._drawn, slots, places),
            "_drawn": mask,
        }

    def _table(
        self,
        columns: dict[str, tuple[NDArray[Any], Mask]],
        slots: NDArray[np.intp],
        places: NDArray[np.intp],
    ) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for name, (values, known) in columns.items():
            there = known[places]
            if not there.any():
                continue
            array = np.full(self._slots, None if values.dtype == object else 0, dtype=values.dtype)
            mask = np.zeros(self._slots, dtype=bool)
            array[slots[there]] = values[places[there]]
            mask[slots[there]] = True
            table[name], table[f"_{name}"] = array, mask
        return table


def of_slot(infos: dict[str, Any], slot: int) -> dict[str, Any]:
    """Return the infos of one slot, as the environment of one episode would give them."""
    found: dict[str, Any] = {}
    for name, values in infos.items():
        if name.startswith("_") or not infos[f"_{name}"][slot]:
            continue
        if isinstance(values, dict):
            found[name] = of_slot(values, slot)
        elif values.dtype == object:
            found[name] = values[slot]
        else:
            found[name] = values[slot].item()
    return found


def _column(values: Sequence[Any]) -> tuple[NDArray[Any], Mask]:
    """Values of a parameter by variant, and which variants have it."""
    known = np.array([value is not None for value in values])
    there = [value for value in values if value is not None]
    kind = type(there[0])
    if kind in (int, float, bool) and all(type(value) is kind for value in there):
        return np.array([kind() if value is None else value for value in values], dtype=kind), known
    array = np.full(len(values), None, dtype=object)
    array[:] = values
    return array, known
