"""Rules for how often robots are pushed."""

from __future__ import annotations

from envgen.prompting.parse_state import ParseState
from envgen.prompting.quantities import Quantity
from envgen.prompting.rules_common import is_allowed, is_step, reason, usual_value
from envgen.prompting.spans import Span

PUSH, INTERVAL = "randomize.push", "randomize.push_interval"
REACH = 7
"""Words between a push and the time to the next, at most."""


def push_intervals(state: ParseState) -> None:
    """Read how often robots are pushed: "pushed every 2 seconds", "a push every 3 s", "kicks at 0.5 Hz"."""
    for i, span, _ in [found for found in state.with_sense("measures") if found[2].measures == PUSH]:
        if not _of_robots(state, i):
            continue
        for j in sorted(range(max(i - REACH, 0), i + REACH + 1), key=lambda k: abs(k - i)):
            quantity, marks = _recurrence(state, i, j)
            if quantity is None:
                continue
            words = [j, j + 1] if is_step(state.at(j + 1)) else [j]
            span.senses = state.lexicon.match([["get"], ["pushed"]], 0)[1]
            value = quantity.scaled(1)
            if len(words) > 1 or not is_allowed(INTERVAL, value):
                why = "the interval of pushes is in s" if len(words) > 1 else reason(INTERVAL, value)
                state.deny(INTERVAL, usual_value(INTERVAL), state.refuse(*words), why)
            else:
                state.put(INTERVAL, value, state.use(*marks, j))
                if pushes_already(state):
                    span.used = True
            break


def _of_robots(state: ParseState, i: int) -> bool:
    """Return whether a push is one of the robots, and not the task of pushing something."""
    span = state.spans[i]
    if not span.sense("task") or span.sense("set"):
        return True
    before = state.at(i - 1)
    noun = (before is not None and (before.sense("article") or before.quantity)) or span.plural
    moved = any(s.obstacle and not s.terrain for other in state.spans for s in other.senses)
    return not moved and bool(noun or span.word.endswith("ed"))


def _recurrence(state: ParseState, i: int, j: int) -> tuple[Quantity | None, list[int]]:
    """Return the time from push to push at a place near one, and the words that make it that."""
    span, ends = state.at(j), sorted((i, j))
    if span is None or span.used or any(state.spans[k].punct for k in range(*ends)):
        return None, []
    before, after = state.at(j - 1), state.at(j + 1)
    marks = [k for k in (j - 1, j - 2, j - 3) if (w := state.at(k)) and _recurs(state, w)]
    if marks and any(
        not (s.stop or s.word in state.lexicon.grammar.value_links or _recurs(state, s))
        for s in state.spans[marks[0] : j]
    ):
        marks = []
    if span.word in ("second", "minute") and before is not None and _recurs(state, before):
        length = {"second": 1.0, "minute": 60.0}[span.word]
        return Quantity(length, length, "s"), marks[:1]
    quantity = span.quantity
    if quantity is None:
        return None, []
    if quantity.unit == "hz" and quantity.low > 0:
        return Quantity(1 / quantity.high, 1 / quantity.low, "s"), []
    if quantity.unit == "" and marks and is_step(after):
        return quantity, marks[:1]
    if quantity.unit != "s":
        return None, []
    between = {s.word for s in state.spans[j + 1 : i]} if j < i else set()
    apart = after is not None and after.word == "apart"
    if marks or apart or "between" in between:
        return quantity, [*marks[:1], *([j + 1] if apart else [])]
    return None, []


def _recurs(state: ParseState, span: Span) -> bool:
    return "interval" in span.roles or span.word in state.lexicon.grammar.recurring


def pushes_already(state: ParseState) -> bool:
    return bool(state.base.get("randomize", {}).get("push", 0) != 0)


def strength(state: ParseState, usual: float | list[float]) -> None:
    """Push by the usual strength where only an interval is said: "push_interval=3"."""
    interval = state.fields.get(INTERVAL)
    said = any(PUSH in (*s.set, s.measures) for span in state.spans for s in span.senses if not span.negated)
    if interval and not said and not pushes_already(state) and PUSH not in state.fields:
        state.put(PUSH, usual, interval[1])
        state.assumed.append((PUSH, usual, f"{interval[1]!r} asks for pushes, of the usual strength"))
