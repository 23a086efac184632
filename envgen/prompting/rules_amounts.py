"""Rules for a refinement alone: more and fewer of a thing, one thing for another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from envgen.core import dist
from envgen.core.cfg import MAX_AGENTS
from envgen.prompting.parse_state import Reading
from envgen.prompting.rules_comparatives import USUAL, Refining, meant, scaled


def amounts(ref: Refining) -> None:
    """More and fewer of a thing: "one more ant", "fewer boxes", "twice as many logs"."""
    reading = ref.reading
    for i, item, sense in list(reading.having("amends")):
        noun = _counted(reading, i)
        if noun is None or item.used:
            continue
        named = next(s for s in reading.items[noun].senses if s.obstacle or s.robot)
        family = "robot" if named.robot else "obstacle"
        everything = reading.items[noun].word in _everything(reading)
        kinds = getattr(named, family)
        targets = ref.entries(family) if everything else meant(ref.entries(family), kinds)
        before, used = reading.at(i - 1), [i, noun]
        quantity = before.quantity if before and not before.used and not before.negated else None
        if quantity or (before and before.sense("article")):
            used.append(i - 1)
        number = quantity.low if quantity else None
        if item.word in ("another",) or (before and before.sense("article") and not quantity):
            number = 1.0
        if not targets:
            item.used = True  # "two more logs" where there is none: two logs, and an addition
            item.roles |= {"addition"}
            continue
        for entry in targets:
            _more(ref, entry, sense.amends, number, bool(quantity and quantity.unit == "x"), used)


def multiples(ref: Refining) -> None:
    """A verb that multiplies: "double the number of ants", "halve the boxes"."""
    reading = ref.reading
    for i, item in list(reading.open()):
        if not item.quantity or item.quantity.unit != "x" or item.negated:
            continue
        j = i + 1
        while (word := reading.at(j)) is not None and word.word in ("the", "number", "amount", "count", "of"):
            j += 1
        if j == i + 1 or word is None or not (word.sense("obstacle") or word.sense("robot")):
            continue
        named = next(s for s in word.senses if s.obstacle or s.robot)
        for entry in meant(
            ref.entries("robot" if named.robot else "obstacle"), named.robot or named.obstacle
        ):
            _more(ref, entry, 1, item.quantity.low, True, list(range(i, j + 1)))


def _everything(reading: Reading) -> tuple[str, ...]:
    return tuple(reading.lexicon.grammar.everything)


def _counted(reading: Reading, i: int) -> int | None:
    for j in range(i + 1, i + 4):
        item = reading.at(j)
        if item is None or item.punct or item.quantity:
            return None
        if item.sense("obstacle") or item.sense("robot"):
            return j
        if item.senses and not item.adjective and not item.sense("article"):
            return None
    return None


def _more(
    ref: Refining, entry: dict[str, Any], sign: int, number: float | None, times: bool, used: list[int]
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

    value = scaled(entry[name], changed)
    if name == "count":
        value = [int(v) for v in value] if isinstance(value, list) else int(value)
    ref.set(entry, name, value, ref.reading.use(*used))


def _middle(value: Any) -> float:
    low, high = dist.bounds(dist.parse(value))
    return (low + high) / 2


# --- one thing for another ------------------------------------------------------------------------


def swaps(ref: Refining) -> None:
    """One thing for another: "replace the ant with a hexapod", "change the hills to dunes"."""
    reading = ref.reading
    joins = reading.lexicon.grammar.swap_joins
    for i, item in list(reading.role("swap")):
        old: list[int] = []
        for j in range(i + 1, i + 10):
            word = reading.at(j)
            if word is None or word.punct:
                break
            if word.word in joins and old:
                _exclude(reading, old)
                item.used = True
                break
            if any(s.thing for s in word.senses):
                old.append(j)


def _exclude(reading: Reading, indices: Iterable[int]) -> None:
    """Rule out what is replaced, as "instead of" would."""
    for j in indices:
        item = reading.items[j]
        for sense in item.senses:
            for family in ("terrain", "obstacle", "robot"):
                if kinds := getattr(sense, family):
                    reading.excluded[family].update(kinds)
        item.used = item.negated = True
