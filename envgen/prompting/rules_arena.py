"""Rules for the size of the arena."""

from __future__ import annotations

from envgen.prompting.kinds import first_known, known_params
from envgen.prompting.parse_state import Reading
from envgen.prompting.quantities import Quantity

SIZE = (2.0, 500.0)
"""Bounds of an arena's side, in m (TerrainCfg.size)."""


def arena(reading: Reading) -> None:
    """The size of the arena: "30 x 10 m", "a 40 m by 20 m arena", "a huge field"."""
    by = set(reading.lexicon.grammar.by)
    for i, item in reading.open():
        middle, other = reading.at(i + 1), reading.at(i + 2)
        if not item.quantity or not middle or not other or not other.quantity:
            continue
        if middle.word in by:
            sides = _sides(item.quantity, other.quantity)
            before = reading.before(i, skip=("of", "=", ":", "is"))
            sized = before is not None and reading.items[before].word in reading.lexicon.grammar.side_words
            noun = reading.after(i + 2, skip=("large", "wide"))
            place = noun is not None and "arena" in reading.items[noun].roles
            if sides and (place or sized or "m" in (item.quantity.unit, other.quantity.unit)):
                used = [i, i + 1, i + 2, *([noun] if place and noun is not None else [])]
                used += [before] if sized and before is not None else []
                reading.put("terrain.size", sides, reading.use(*used))
    if "terrain.size" not in reading.fields:
        _long_and_wide(reading)
    for i, item in list(reading.role("arena")):
        if "terrain.size" not in reading.fields and not item.used:
            _one_side(reading, i)


def _long_and_wide(reading: Reading) -> None:
    """Length along x and width along y: "a track 40 m long and 10 m wide"."""
    found: dict[str, int] = {}
    for i, item in reading.open():
        measure = reading.at(i + 1)
        if item.quantity and item.quantity.unit == "m" and measure and (sense := measure.sense("measure")):
            side = {"length": "long", "width": "wide"}.get(sense.measure[0])
            if side and (not found or i - max(found.values()) <= 6):
                found.setdefault(side, i)
    if len(found) < 2 or not _of_arena(reading, min(found.values())):
        return
    long, wide = found["long"], found["wide"]
    lengths = [reading.items[k].quantity for k in (long, wide)]
    sides = _sides(lengths[0], lengths[1]) if lengths[0] and lengths[1] else None
    if sides:
        reading.put("terrain.size", sides, reading.use(long, long + 1, wide, wide + 1))


def _of_arena(reading: Reading, i: int) -> bool:
    """Whether the word that a length follows is one for the arena, or none is near."""
    for j in range(i - 1, i - 12, -1):
        item = reading.at(j)
        if item is None:
            return True
        terrain = item.sense("terrain")
        if "arena" in item.roles or (terrain and terrain.weak):
            return True
        kind = first_known("terrain", terrain.terrain) if terrain else None
        if item.sense("obstacle") or (kind and {"width", "length"} & known_params("terrain", kind).keys()):
            return False  # a "hilly" track can be wide, but a wide corridor has that width itself
    return False


def _sides(first: Quantity, second: Quantity) -> list[float | list[float]] | None:
    if first.unit not in ("", "m") or second.unit not in ("", "m"):
        return None
    ends = (first.low, first.high, second.low, second.high)
    if min(ends) < SIZE[0] or max(ends) > SIZE[1]:
        return None
    return [first.scaled(1), second.scaled(1)]


def _one_side(reading: Reading, i: int) -> None:
    """The side of a square: "a 20 m arena", "an arena of 20 m", "a big arena"."""
    for j in (reading.before(i, skip=("wide", "long", "square")), reading.after(i, skip=("of",))):
        item = reading.at(j) if j is not None else None
        if item and item.quantity and item.quantity.unit == "m" and not item.used:
            sides = _sides(item.quantity, item.quantity)
            if sides and j is not None and not _measures_something(reading, j):
                reading.put("terrain.size", sides, reading.use(i, j))
                return
    for k in range(i - 1, i - 4, -1):
        before = reading.at(k)
        if before is None or before.used or not (before.adjective or before.sense("terrain")):
            return
        share = before.sense("share")
        if share and share.arena:
            reading.put("terrain.size", [share.arena, share.arena], reading.use(k, i))
            return


def _measures_something(reading: Reading, i: int) -> bool:
    """Whether a length belongs to another word, as in "field of 2 m boulders"."""
    after = reading.after(i)
    item = reading.at(after) if after is not None else None
    return item is not None and bool(item.sense("terrain") or item.sense("obstacle"))
