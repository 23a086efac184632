"""Rules for parameters by their own names: `step_height=0.12`, "a corridor with 4 turns".

People who know the parameters write them as the configuration does. The names come from the registries, so
that these rules know each of them the day its kind is added; no lexicon lists them.
"""

from __future__ import annotations

from collections.abc import Iterable

from envgen.core.params import Param
from envgen.prompting.parse_state import Draft, Reading
from envgen.prompting.quantities import Quantity

_SIGNS = (":", "=", "of", "is", "to", "at")
_EQUALS = (":", "=", "is")
"""What makes a count of it; "steps of 20" are no 20 steps."""


def named(reading: Reading) -> None:
    """Set what is named by its parameter: name and number, or a number and what it counts."""
    for i, item in list(reading.open()):
        quantity = item.quantity
        if quantity is None or item.negated:
            continue
        if (noun := counted_param(reading, i)) is not None:
            _set(reading, _names(reading, noun), quantity, (i, noun))
            continue
        j = i - 1
        signs = []
        while (before := reading.at(j)) is not None and before.word in _SIGNS:
            signs.append(j)
            j -= 1
        noun_item = reading.at(j)
        # a bare word needs a sign after it: "slope: 0.3"; one such as step_height is nothing but the name
        if noun_item is not None and (signs or "_" in noun_item.word):
            equals = not signs or any(reading.items[k].word in _EQUALS for k in signs)
            _set(reading, _names(reading, j), quantity, (j, *signs, i), equals)


def counted_param(reading: Reading, i: int) -> int | None:
    """Index of the word right after a whole number that is a counting parameter of something named."""
    number, noun = reading.items[i].quantity, reading.at(i + 1)
    if number is None or number.unit or number.low != int(number.low) or noun is None or noun.punct:
        return None
    names = set(_names(reading, i + 1))
    counts = (n for d in _drafts(reading) for n, spec in d.known.items() if spec.integer)
    return i + 1 if not names.isdisjoint(counts) and not noun.sense("robot") else None


def _names(reading: Reading, i: int) -> tuple[str, ...]:
    """The names of parameters that a word may be."""
    word = reading.items[i].word.replace(" ", "_")
    return (word, *(f"{base}s" for base in reading.lexicon.bases(word)), *reading.lexicon.bases(word))


def _drafts(reading: Reading) -> Iterable[Draft]:
    task = [reading.task] if reading.task else []
    return (*reading.terrains, *reading.obstacles, *reading.robots, *task)


def _set(
    reading: Reading, names: tuple[str, ...], quantity: Quantity, used: tuple[int, ...], counts: bool = True
) -> None:
    for draft in _drafts(reading):
        for name in names:
            spec = draft.known.get(name)
            value = _value(spec, quantity) if spec and (counts or not spec.integer) else None
            if value is not None and draft.set(name, value, reading.span(*used)):
                reading.use(*used)
                return


def _value(spec: Param, quantity: Quantity) -> int | float | list[int] | list[float] | None:
    """The number for a parameter; a bare one is in the parameter's own unit."""
    if quantity.unit not in ("", spec.unit):
        return None
    value = quantity.scaled(1)
    if not spec.integer:
        return value
    ends = [quantity.low, quantity.high]
    if any(end != int(end) for end in ends):
        return None
    return int(ends[0]) if ends[0] == ends[1] else [int(end) for end in ends]
