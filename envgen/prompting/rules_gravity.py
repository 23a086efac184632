"""Rules for gravity: its value, its planet, its fraction."""

from __future__ import annotations

from itertools import pairwise

from envgen.prompting.parse_state import Reading
from envgen.prompting.quantities import Quantity
from envgen.prompting.rules_common import around, change_of, decide, factor_of, spanned

EARTH = 9.81


def gravity(reading: Reading) -> None:
    """Gravity: "gravity 5 m/s^2", "half of Earth's gravity", "on Mars", "0.3 g"."""
    _times(reading)
    _between_planets(reading)
    for i, item in list(reading.role("gravity")):
        if not item.negated:
            _gravity_noun(reading, i)
    for i, _item, sense in list(reading.having("planet")):
        _planet(reading, i, sense.planet)
    for i, item in list(reading.open()):
        quantity = item.quantity
        if quantity and quantity.unit in ("m/s2", "g") and not item.negated:
            decide(reading, "physics.gravity", quantity.scaled(EARTH if quantity.unit == "g" else 1), i)


def _times(reading: Reading) -> None:
    """Make a factor of "2x" before gravity or friction; before a robot it counts."""
    for role in ("gravity", "friction"):
        for i, _item in reading.role(role):
            number, times = reading.at(i - 2), reading.at(i - 1)
            if number and times and times.word == "x" and number.quantity and not number.quantity.unit:
                number.quantity = Quantity(number.quantity.low, number.quantity.high, "x")
                number.text, number.end = reading.span(i - 2, i - 1), times.end
                times.used = True


def _between_planets(reading: Reading) -> None:
    """A range from planet to planet: "gravity anywhere between the Moon's and Earth's"."""
    found = [(i, s.planet) for i, _, s in reading.having("planet") if s.planet is not None]
    for (i, first), (j, second) in pairwise(found):
        if spanned(reading, i, j) and first != second:
            nouns = [k for k, _ in reading.role("gravity") if i - 4 <= k <= j + 2]
            text = reading.use(i, j)
            reading.put("physics.gravity", sorted((first, second)), text)
            links = reading.lexicon.grammar.value_links
            first_word = min([i, *nouns])
            for k in (*nouns, *(k for k in range(first_word, j) if reading.items[k].word in links)):
                reading.use(k)
            return


def _planet(reading: Reading, i: int, pull: float | None) -> None:
    """A planet by itself; where gravity is said already, that counts, and the planet is only a place."""
    item = reading.items[i]
    named = any(s.thing for s in item.senses)  # a "moon buggy" is still to be read as a robot
    said = reading.fields.get("physics.gravity")
    if said is None:
        reading.put("physics.gravity", pull, item.text)
    elif said[0] != pull and not named:
        why = f"{item.text!r} contradicts {said[1]!r}: what is said of gravity itself, or first, counts"
        reading.assumed.append(("physics.gravity", said[0], why))
    item.used |= not named


def _gravity_noun(reading: Reading, i: int) -> None:
    base = reading.gravity
    usual = reading.lexicon.grammar.usual
    factor: float | list[float] | None = None
    value: float | list[float] | None = None
    used = [i]
    for j in around(reading, i, 4):
        item = reading.items[j]
        planet = item.sense("planet")
        if planet is not None and planet.planet is not None and base == reading.gravity:
            base = planet.planet
            used.append(j)
            value = value or (None if factor else base)
        elif item.quantity and item.quantity.unit in ("x", "%") and factor is None:
            change = change_of(reading, j, i)
            factor = factor_of(item.quantity, change and change[1])
            used += [j, *(change[0] if change else ())]
        elif item.quantity and item.quantity.unit in ("m/s2", "g", "") and value is None:
            if item.quantity.unit == "" and not _directly(reading, i, j):
                if j == i - 1 and item.quantity.high <= 3 and factor is None:
                    factor = item.quantity.scaled(1)  # "1/2 gravity"
                    used.append(j)
                continue
            value = item.quantity.scaled(EARTH if item.quantity.unit == "g" else 1)
            used.append(j)
        elif value is None and factor is None and item.word in usual and abs(j - i) <= 2:
            value = EARTH
            used.append(j)
    if factor is not None:
        # "half of Earth's gravity": the planet is what is halved
        low, high = (factor, factor) if isinstance(factor, float) else factor
        value = Quantity(low, high).scaled(base)
    elif value is None and (change := change_of(reading, i, i)) is not None:
        # "less gravity": no word says how much
        used += change[0]
        value = [1.0, 4.0] if change[1] < 0 else [12.0, 20.0]
    if value is not None:
        decide(reading, "physics.gravity", value, *used)


def _directly(reading: Reading, i: int, j: int) -> bool:
    """Whether only words such as "of" lie between two items, the number being on the right."""
    return j > i and all(
        reading.items[k].word in reading.lexicon.grammar.value_links for k in range(i + 1, j)
    )
