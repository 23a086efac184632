"""Rules for refinements: more and fewer of a kind, replacements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from envgen.core import dist
from envgen.core.cfg import MAX_AGENTS
from envgen.prompting.parse_state import ParseState
from envgen.prompting.refinement import USUAL, Refinement, entries_of_kind, map_value


def amounts(ref: Refinement) -> None:
    """Read more and fewer of a kind: "one more ant", "fewer boxes", "twice as many logs"."""
    state = ref.state
    for i, span, sense in list(state.with_sense("amends")):
        noun = _counted(state, i)
        if noun is None or span.used:
            continue
        named = next(s for s in state.spans[noun].senses if s.obstacle or s.robot)
        family = "robot" if named.robot else "obstacle"
        everything = state.spans[noun].word in _everything(state)
        kinds = getattr(named, family)
        targets = ref.entries(family) if everything else entries_of_kind(ref.entries(family), kinds)
        before, used = state.at(i - 1), [i, noun]
        quantity = before.quantity if before and not before.used and not before.negated else None
        if quantity or (before and before.sense("article")):
            used.append(i - 1)
        number = quantity.low if quantity else None
        if span.word in ("another",) or (before and before.sense("article") and not quantity):
            number = 1.0
        if not targets:
            span.used = True  # "two more logs" where there is none: two logs, and an addition
            span.roles |= {"addition"}
            continue
        for entry in targets:
            _more(ref, entry, sense.amends, number, bool(quantity and quantity.unit == "x"), used)


def multiples(ref: Refinement) -> None:
    """Read verbs that multiply a count: "double the number of ants", "halve the boxes"."""
    state = ref.state
    for i, span in list(state.unused()):
        if not span.quantity or span.quantity.unit != "x" or span.negated:
            continue
        j = i + 1
        while (word := state.at(j)) is not None and word.word in ("the", "number", "amount", "count", "of"):
            j += 1
        if j == i + 1 or word is None or not (word.sense("obstacle") or word.sense("robot")):
            continue
        named = next(s for s in word.senses if s.obstacle or s.robot)
        for entry in entries_of_kind(
            ref.entries("robot" if named.robot else "obstacle"), named.robot or named.obstacle
        ):
            _more(ref, entry, 1, span.quantity.low, True, list(range(i, j + 1)))


def _everything(state: ParseState) -> tuple[str, ...]:
    return tuple(state.lexicon.grammar.everything)


def _counted(state: ParseState, i: int) -> int | None:
    for j in range(i + 1, i + 4):
        span = state.at(j)
        if span is None or span.punct or span.quantity:
            return None
        if span.sense("obstacle") or span.sense("robot"):
            return j
        if span.senses and not span.adjective and not span.sense("article"):
            return None
    return None


def _more(
    ref: Refinement, entry: dict[str, Any], sign: int, number: float | None, times: bool, used: list[int]
) -> None:
    """Change how many there are of an entry."""
    robot = "model" in entry
    name = "count" if robot or entry.get("count") is not None else "density"
    if times and number:
        factor = number
    elif number is None and not robot:
        factor = USUAL if sign > 0 else 1 / USUAL
    else:
        factor = None
        if name == "density":  # "20 more boxes" on so many square metres
            sides = [_middle(side) for side in ref.data["terrain"]["size"]]
            entry["count"] = round(_middle(entry.pop("density")) * sides[0] * sides[1])
            name = "count"
    step = int(number or 1) * sign
    top = MAX_AGENTS if robot else 2000 if name == "count" else 5

    def changed(value: float) -> float:
        new = value * factor if factor else value + step
        if name == "count":
            new = round(new)
            if new == value and factor != 1:
                new = value + sign  # "fewer" than two are one
        return min(max(new, 1 if name == "count" else 0.001), top)

    value = map_value(entry[name], changed)
    if name == "count":
        value = [int(v) for v in value] if isinstance(value, list) else int(value)
    ref.set(entry, name, value, ref.state.use(*used))


def _middle(value: Any) -> float:
    low, high = dist.bounds(dist.parse(value))
    return (low + high) / 2


# --- one thing for another ------------------------------------------------------------------------


def replacements(ref: Refinement) -> None:
    """Read replacements: "replace the ant with a hexapod", "change the hills to dunes"."""
    state = ref.state
    joins = state.lexicon.grammar.swap_joins
    for i, span in list(state.with_role("swap")):
        old: list[int] = []
        for j in range(i + 1, i + 10):
            word = state.at(j)
            if word is None or word.punct:
                break
            if word.word in joins and old:
                _exclude(state, old)
                span.used = True
                break
            if any(s.thing for s in word.senses):
                old.append(j)


def _exclude(state: ParseState, indices: Iterable[int]) -> None:
    """Exclude the replaced kinds, as "instead of" would."""
    for j in indices:
        span = state.spans[j]
        for sense in span.senses:
            for family in ("terrain", "obstacle", "robot"):
                if kinds := getattr(sense, family):
                    state.excluded[family].update(kinds)
        span.used = span.negated = True
