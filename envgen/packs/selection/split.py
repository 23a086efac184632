"""Splits of a pack into training and test variants."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from envgen.core.errors import InputError

Entry = Mapping[str, Any]


def split(
    entries: Sequence[Entry], train: float, seed: int, stream: Callable[[int], int]
) -> tuple[list[int], list[int]]:
    """Divide variants into two parts, the kinds of terrain in the same proportions in both.

    Variants of one draw, which differ in the values of a sweep only, stay together: else the test part would
    hold grounds of the training part. The place of a variant depends on the seed and the number of its draw,
    not on the order of the pack.

    Args:
        entries: Of the manifest.
        train: Share of the first part, in (0, 1).
        seed: Of the order within each kind of terrain.
        stream: Number of the draw of a variant by its index.

    Returns:
        Places in `entries` of the two parts, each in the order of the pack.

    Raises:
        InputError: The share is out of range, or there are fewer than two draws.
    """
    if isinstance(train, bool) or not isinstance(train, int | float) or not 0 < train < 1:
        raise InputError(f"train must be a share between 0 and 1, got {train!r}", "Give e.g. train=0.8.")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed must be a whole number >= 0, got {seed!r}", "Give e.g. seed=0.")
    draws: dict[int, list[int]] = {}
    for place, entry in enumerate(entries):
        draws.setdefault(stream(entry["index"]), []).append(place)
    if len(draws) < 2:
        raise InputError(
            f"{len(entries)} variants of {len(draws)} draws can't be split in two", "Make more variants."
        )
    strata: dict[tuple[str, ...], list[int]] = {}
    for number in sorted(draws, key=lambda draw: _order(seed, draw)):
        kinds = sorted({kind for place in draws[number] for kind in terrain_kinds(entries[place])})
        strata.setdefault(tuple(kinds), []).append(number)
    total = min(max(round(train * len(draws)), 1), len(draws) - 1)
    counts = _shares({key: len(members) for key, members in strata.items()}, total)
    chosen = {draw for key, members in strata.items() for draw in members[: counts[key]]}
    first = sorted(place for draw in chosen for place in draws[draw])
    second = sorted(place for draw in draws if draw not in chosen for place in draws[draw])
    return first, second


def terrain_kinds(entry: Entry) -> set[str]:
    """Return the kinds of terrain of a variant: one, or those of its patches."""
    drawn = entry["drawn"]
    if "terrain.kind" in drawn:
        return {str(drawn["terrain.kind"])}
    return {str(v) for k, v in drawn.items() if k.startswith("terrain.") and k.endswith(".kind")}


def _order(seed: int, draw: int) -> bytes:
    return hashlib.sha256(f"split/{seed}/{draw}".encode()).digest()


def _shares(sizes: Mapping[tuple[str, ...], int], total: int) -> dict[tuple[str, ...], int]:
    """Divide a total over strata by their sizes; the largest remainders get what is left (Hamilton)."""
    whole = sum(sizes.values())
    counts = {key: total * size // whole for key, size in sizes.items()}
    rest = sorted(sizes, key=lambda key: (-(total * sizes[key] % whole), key))
    for key in rest[: total - sum(counts.values())]:
        counts[key] += 1
    return counts
