"""Rules for noise: what it is of."""

from __future__ import annotations

from envgen.prompting.parse_state import ParseState
from envgen.prompting.spans import Span

REACH = 7
"""Words between noise and what it is of, at most."""


def noise(state: ParseState) -> None:
    """Find what noise is of: of sensors, of starts, or ("noisy terrain") of the ground."""
    grammar = state.lexicon.grammar
    for i, span in list(state.with_role("noise")):
        following = state.at(i + 1)
        if span.sense("terrain") and following and ("arena" in following.roles or following.sense("terrain")):
            continue
        for words, phrase in (
            (grammar.sensed, ("sensor", "noise")),
            (grammar.started, ("start", "noise")),
            (grammar.acted, ()),
        ):
            if (j := _object(state, i, words)) is None:
                continue
            if not phrase:
                state.refuse(i)  # no key has the noise of actions
                break
            span.senses, span.roles = state.lexicon.match([[word] for word in phrase], 0)[1], frozenset()
            for k in (j - 1, j, j + 1):
                near = state.at(k)
                of_start = words is grammar.started and near is not None and near.word in grammar.poses
                if near is not None and (of_start or _names(near, words)) and not near.sense("equips"):
                    near.used = True
            break


def _object(state: ParseState, i: int, words: tuple[str, ...]) -> int | None:
    """Return the noun of what is noisy: "sensors that are noisy", "noise in the starts"."""
    for step in (1, -1):
        for j in range(i + step, i + step * REACH, step):
            span = state.at(j)
            if span is None or span.punct:
                break
            if _names(span, words):
                return j
            linked = span.stop or span.quantity or span.sense("degree") or span.sense("negate")
            if (
                span.sense("task")
                or span.word == "and"
                or not (linked or span.word in state.lexicon.grammar.value_links)
            ):
                break
    return None


def _names(span: Span, words: tuple[str, ...]) -> bool:
    return any(word in words for word in span.word.split())


def of_nothing(state: ParseState) -> list[int]:
    """Take noise of nothing in particular for that of observations; returns where it stands."""
    found = []
    for i, span in list(state.with_role("noise")):
        if not span.negated and not span.sense("terrain"):
            span.senses, span.roles = state.lexicon.match([["sensor"], ["noise"]], 0)[1], frozenset()
            found.append(i)
    return found
