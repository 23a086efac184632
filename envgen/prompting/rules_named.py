"""Rules for parameters by their own names: `step_height=0.12`, "a corridor with 4 turns".

People who know the parameters write them as the configuration does. The names come from the registries, so
that these rules know each of them the day its kind is added; no lexicon lists them.
"""

from __future__ import annotations

from collections.abc import Iterable

from envgen.core.params import Param
from envgen.prompting.parse_state import DraftEntry, ParseState
from envgen.prompting.quantities import Quantity

_SIGNS = (":", "=", "of", "is", "to", "at")
_EQUALS = (":", "=", "is")
"""Signs between a parameter's name and its number ("steps of 20" is not 20 steps)."""


def named_params(state: ParseState) -> None:
    """Set what is named by its parameter: name and number, or a number and what it counts."""
    for i, span in list(state.unused()):
        quantity = span.quantity
        if quantity is None or span.negated:
            continue
        if (noun := counted_param(state, i)) is not None:
            _set(state, _names(state, noun), quantity, (i, noun))
            continue
        j = i - 1
        signs = []
        while (before := state.at(j)) is not None and before.word in _SIGNS:
            signs.append(j)
            j -= 1
        noun_span = state.at(j)
        # a bare word needs a sign after it: "slope: 0.3"; one such as step_height is nothing but the name
        if noun_span is not None and (signs or "_" in noun_span.word):
            equals = not signs or any(state.spans[k].word in _EQUALS for k in signs)
            _set(state, _names(state, j), quantity, (j, *signs, i), equals)


def counted_param(state: ParseState, i: int) -> int | None:
    """Return index of the word right after a whole number that is a counting parameter of something named."""
    number, noun = state.spans[i].quantity, state.at(i + 1)
    if number is None or number.unit or number.low != int(number.low) or noun is None or noun.punct:
        return None
    names = set(_names(state, i + 1))
    counts = (n for d in _drafts(state) for n, spec in d.known.items() if spec.integer)
    return i + 1 if not names.isdisjoint(counts) and not noun.sense("robot") else None


def _names(state: ParseState, i: int) -> tuple[str, ...]:
    """Return the names of parameters that a word may be."""
    word = state.spans[i].word.replace(" ", "_")
    return (word, *(f"{base}s" for base in state.lexicon.bases(word)), *state.lexicon.bases(word))


def _drafts(state: ParseState) -> Iterable[DraftEntry]:
    task = [state.task] if state.task else []
    return (*state.terrains, *state.obstacles, *state.robots, *task)


def _set(
    state: ParseState, names: tuple[str, ...], quantity: Quantity, used: tuple[int, ...], counts: bool = True
) -> None:
    for draft in _drafts(state):
        for name in names:
            spec = draft.known.get(name)
            value = _value(spec, quantity) if spec and (counts or not spec.integer) else None
            if value is not None and draft.set(name, value, state.text_of(*used)):
                state.use(*used)
                return


def _value(spec: Param, quantity: Quantity) -> int | float | list[int] | list[float] | None:
    """Return the number for a parameter; a bare one is in the parameter's own unit."""
    if quantity.unit not in ("", spec.unit):
        return None
    value = quantity.scaled(1)
    if not spec.integer:
        return value
    ends = [quantity.low, quantity.high]
    if any(end != int(end) for end in ends):
        return None
    return int(ends[0]) if ends[0] == ends[1] else [int(end) for end in ends]
