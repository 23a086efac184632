"""Rules for gravity: its value, its planet, its fraction."""

from __future__ import annotations

from itertools import pairwise

from envgen.prompting.parse_state import ParseState
from envgen.prompting.quantities import Quantity
from envgen.prompting.rules_common import change_of, decide, factor_of, is_range, spans_near

EARTH = 9.81


def gravity(state: ParseState) -> None:
    """Read gravity: "gravity 5 m/s^2", "half of Earth's gravity", "on Mars", "0.3 g"."""
    _times(state)
    _between_planets(state)
    for i, span in list(state.with_role("gravity")):
        if not span.negated:
            _gravity_noun(state, i)
    for i, _span, sense in list(state.with_sense("planet")):
        _planet(state, i, sense.planet)
    for i, span in list(state.unused()):
        quantity = span.quantity
        if quantity and quantity.unit in ("m/s2", "g") and not span.negated:
            decide(state, "physics.gravity", quantity.scaled(EARTH if quantity.unit == "g" else 1), i)


def _times(state: ParseState) -> None:
    """Make a factor of "2x" before gravity or friction; before a robot it counts."""
    for role in ("gravity", "friction"):
        for i, _span in state.with_role(role):
            number, times = state.at(i - 2), state.at(i - 1)
            if number and times and times.word == "x" and number.quantity and not number.quantity.unit:
                number.quantity = Quantity(number.quantity.low, number.quantity.high, "x")
                number.text, number.end = state.text_of(i - 2, i - 1), times.end
                times.used = True


def _between_planets(state: ParseState) -> None:
    """Read a range from planet to planet: "gravity anywhere between the Moon's and Earth's"."""
    found = [(i, s.planet) for i, _, s in state.with_sense("planet") if s.planet is not None]
    for (i, first), (j, second) in pairwise(found):
        if is_range(state, i, j) and first != second:
            nouns = [k for k, _ in state.with_role("gravity") if i - 4 <= k <= j + 2]
            text = state.use(i, j)
            state.put("physics.gravity", sorted((first, second)), text)
            links = state.lexicon.grammar.value_links
            first_word = min([i, *nouns])
            for k in (*nouns, *(k for k in range(first_word, j) if state.spans[k].word in links)):
                state.use(k)
            return


def _planet(state: ParseState, i: int, pull: float | None) -> None:
    """Read a planet; where gravity is given by a number or word, the planet is only a place."""
    span = state.spans[i]
    named = any(s.thing for s in span.senses)  # a "moon buggy" is still to be read as a robot
    said = state.fields.get("physics.gravity")
    if said is None:
        state.put("physics.gravity", pull, span.text)
    elif said[0] != pull and not named:
        why = f"{span.text!r} contradicts {said[1]!r}: what is said of gravity itself, or first, counts"
        state.assumed.append(("physics.gravity", said[0], why))
    span.used |= not named


def _gravity_noun(state: ParseState, i: int) -> None:
    base = state.gravity
    usual = state.lexicon.grammar.usual
    factor: float | list[float] | None = None
    value: float | list[float] | None = None
    used = [i]
    for j in spans_near(state, i, 4):
        span = state.spans[j]
        planet = span.sense("planet")
        if planet is not None and planet.planet is not None and base == state.gravity:
            base = planet.planet
            used.append(j)
            value = value or (None if factor else base)
        elif span.quantity and span.quantity.unit in ("x", "%") and factor is None:
            change = change_of(state, j, i)
            factor = factor_of(span.quantity, change and change[1])
            used += [j, *(change[0] if change else ())]
        elif span.quantity and span.quantity.unit in ("m/s2", "g", "") and value is None:
            if span.quantity.unit == "" and not _directly(state, i, j):
                if j == i - 1 and span.quantity.high <= 3 and factor is None:
                    factor = span.quantity.scaled(1)  # "1/2 gravity"
                    used.append(j)
                continue
            value = span.quantity.scaled(EARTH if span.quantity.unit == "g" else 1)
            used.append(j)
        elif value is None and factor is None and span.word in usual and abs(j - i) <= 2:
            value = EARTH
            used.append(j)
    if factor is not None:
        # "half of Earth's gravity": the planet is what is halved
        low, high = (factor, factor) if isinstance(factor, float) else factor
        value = Quantity(low, high).scaled(base)
    elif value is None and (change := change_of(state, i, i)) is not None:
        # "less gravity": no word says how much
        used += change[0]
        value = [1.0, 4.0] if change[1] < 0 else [12.0, 20.0]
    if value is not None:
        decide(state, "physics.gravity", value, *used)


def _directly(state: ParseState, i: int, j: int) -> bool:
    """Return whether only words such as "of" lie between two spans, the number being on the right."""
    return j > i and all(state.spans[k].word in state.lexicon.grammar.value_links for k in range(i + 1, j))
