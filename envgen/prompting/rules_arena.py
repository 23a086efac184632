"""Rules for the size of the arena."""

from __future__ import annotations

from envgen.prompting.kinds import first_known, known_params
from envgen.prompting.parse_state import ParseState
from envgen.prompting.quantities import Quantity

SIZE = (2.0, 500.0)
"""Bounds of an arena's side, in m (TerrainCfg.size)."""


def arena(state: ParseState) -> None:
    """Read the size of the arena: "30 x 10 m", "a 40 m by 20 m arena", "a huge field"."""
    by = set(state.lexicon.grammar.by)
    for i, span in state.unused():
        middle, other = state.at(i + 1), state.at(i + 2)
        if not span.quantity or not middle or not other or not other.quantity:
            continue
        if middle.word in by:
            sides = _sides(span.quantity, other.quantity)
            before = state.before(i, skip=("of", "=", ":", "is"))
            sized = before is not None and state.spans[before].word in state.lexicon.grammar.side_words
            noun = state.after(i + 2, skip=("large", "wide"))
            place = noun is not None and "arena" in state.spans[noun].roles
            if sides and (place or sized or "m" in (span.quantity.unit, other.quantity.unit)):
                used = [i, i + 1, i + 2, *([noun] if place and noun is not None else [])]
                used += [before] if sized and before is not None else []
                state.put("terrain.size", sides, state.use(*used))
    if "terrain.size" not in state.fields:
        _long_and_wide(state)
    for i, span in list(state.with_role("arena")):
        if "terrain.size" not in state.fields and not span.used:
            _one_side(state, i)


def _long_and_wide(state: ParseState) -> None:
    """Read length along x and width along y: "a track 40 m long and 10 m wide"."""
    found: dict[str, int] = {}
    for i, span in state.unused():
        measure = state.at(i + 1)
        if span.quantity and span.quantity.unit == "m" and measure and (sense := measure.sense("measure")):
            side = {"length": "long", "width": "wide"}.get(sense.measure[0])
            if side and (not found or i - max(found.values()) <= 6):
                found.setdefault(side, i)
    if len(found) < 2 or not _of_arena(state, min(found.values())):
        return
    long, wide = found["long"], found["wide"]
    lengths = [state.spans[k].quantity for k in (long, wide)]
    sides = _sides(lengths[0], lengths[1]) if lengths[0] and lengths[1] else None
    if sides:
        state.put("terrain.size", sides, state.use(long, long + 1, wide, wide + 1))


def _of_arena(state: ParseState, i: int) -> bool:
    """Return whether the word that a length follows is one for the arena, or none is near."""
    for j in range(i - 1, i - 12, -1):
        span = state.at(j)
        if span is None:
            return True
        terrain = span.sense("terrain")
        if "arena" in span.roles or (terrain and terrain.weak):
            return True
        kind = first_known("terrain", terrain.terrain) if terrain else None
        if span.sense("obstacle") or (kind and {"width", "length"} & known_params("terrain", kind).keys()):
            return False  # a "hilly" track can be wide, but a wide corridor has that width itself
    return False


def _sides(first: Quantity, second: Quantity) -> list[float | list[float]] | None:
    if first.unit not in ("", "m") or second.unit not in ("", "m"):
        return None
    ends = (first.low, first.high, second.low, second.high)
    if min(ends) < SIZE[0] or max(ends) > SIZE[1]:
        return None
    return [first.scaled(1), second.scaled(1)]


def _one_side(state: ParseState, i: int) -> None:
    """Read the side of a square: "a 20 m arena", "an arena of 20 m", "a big arena"."""
    for j in (state.before(i, skip=("wide", "long", "square")), state.after(i, skip=("of",))):
        span = state.at(j) if j is not None else None
        if span and span.quantity and span.quantity.unit == "m" and not span.used:
            sides = _sides(span.quantity, span.quantity)
            if sides and j is not None and not _measures_something(state, j):
                state.put("terrain.size", sides, state.use(i, j))
                return
    for k in range(i - 1, i - 4, -1):
        before = state.at(k)
        if before is None or before.used or not (before.adjective or before.sense("terrain")):
            return
        share = before.sense("share")
        if share and share.arena:
            state.put("terrain.size", [share.arena, share.arena], state.use(k, i))
            return


def _measures_something(state: ParseState, i: int) -> bool:
    """Return whether a length belongs to another word, as in "field of 2 m boulders"."""
    after = state.after(i)
    span = state.at(after) if after is not None else None
    return span is not None and bool(span.sense("terrain") or span.sense("obstacle"))
