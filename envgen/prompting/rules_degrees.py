"""Rules for words of degree: adjectives of size, and difficulty."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from envgen.core.params import Param, RobotSize
from envgen.prompting.parse_state import DraftEntry, ParseState
from envgen.prompting.sense import Sense

SIZES = ("size", "radius", "height", "amplitude", "step_height", "depth", "gap", "slope", "width")

HEIGHTS = ("slope", "height", "size")
RISES = ("amplitude", "step_height", "height", "depth")
"""Parameters that stand for steepness where a terrain has no slope."""


def sizes(state: ParseState) -> None:
    """Read adjectives of size: "big boulders", "shallow valley", "tall thin pillars"."""
    for i, span, sense in list(state.with_sense("share")):
        noun = _described(state, i)
        drafts = [d for d in (*state.terrains, *state.obstacles) if noun is not None and d.at == noun]
        measure = span.sense("measure")
        own = state.spans[noun].sense("param") if noun is not None else None
        tail = own.param if own else ()
        if measure and measure.measure[0] not in HEIGHTS:
            tail = ()  # a "long corridor" is no wide one, but "steep hills" are high ones
        rises = RISES if measure and measure.measure[0] == "slope" else ()  # "steep stairs"
        names = (*measure.measure, *tail, *rises) if measure else (*tail, *SIZES)
        for draft in drafts:
            _share(state, draft, i, names, sense)


def _described(state: ParseState, i: int) -> int | None:
    for j in range(i + 1, i + 5):
        span = state.at(j)
        if span is None or span.punct or (span.stop and not span.senses):
            return None
        if span.sense("terrain") or span.sense("obstacle"):
            return j
    return None


def _share(state: ParseState, draft: DraftEntry, i: int, names: Iterable[str], sense: Sense) -> None:
    for name in names:
        spec = draft.known.get(name)
        if spec is None or name in draft.values:
            continue
        low, high = _span(state, spec)
        value = [low + (high - low) * s for s in _stressed(sense.share, _degree(state, i))]
        value = [float(f"{min(max(v, spec.low), spec.high):.3g}") for v in value]
        said = (i - 1, i) if _degree(state, i) != 1.0 else (i,)
        if value[0] < value[1] and draft.set(name, value, state.text_of(*said)):
            state.use(*said)
            return


def _stressed(share: tuple[float, ...], degree: float) -> tuple[float, ...]:
    """Return the outer half of what an adjective means after "very", the inner one after "slightly"."""
    low, high = share
    outer_is_high = low + high > 1
    middle = (low + high) / 2
    if degree == 1.0:
        return share
    return (middle, high) if outer_is_high == (degree > 1) else (low, middle)


def _span(state: ParseState, spec: Param) -> tuple[float, float]:
    """Return the smallest and largest value that the robot's difficulty would give."""
    legs = state.lexicon.grammar.leg
    size = RobotSize()
    if state.robots:
        leg = min(float(legs.get(r.kind, size.leg)) for r in state.robots)
        size = RobotSize(leg=leg, radius=leg)
    ends = sorted(float(spec.at(d, size)) for d in (0.0, 1.0))
    return (ends[0], ends[1]) if ends[0] < ends[1] else (0.5 * ends[0], 2.0 * ends[0])


BUILDS = ("leg_length", "height", "span", "wheel_radius", "body_length", "radius", "length")
"""The parameters of a robot that tell its size, the first that it has."""


def robot_sizes(state: ParseState) -> None:
    """Read adjectives of size right before a robot: "a tiny rover", "long-legged ants"."""
    for i, span, sense in list(state.with_sense("share")):
        robot = next((r for r in state.robots if r.at in (i + 1, i + 2, i + 3)), None)
        between = [state.spans[k] for k in range(i + 1, robot.at)] if robot else []
        if robot is None or any(span.punct or span.sense("terrain") or span.quantity for span in between):
            continue
        name = next((n for n in BUILDS if n in robot.known and f"params.{n}" not in robot.values), None)
        if name is None:
            continue
        spec = robot.known[name]
        usual = float(spec.at(0.5, RobotSize()))
        end, shares = (spec.low, (0.6, 0.2)) if sense.share[1] < 0.5 else (spec.high, (0.3, 0.8))
        value = sorted(float(f"{usual + (end - usual) * share:.3g}") for share in shares)
        if robot.set(name, value, span.text):
            state.use(i, *(k for k, word in enumerate(between, i + 1) if "legs" in word.roles))


def difficulty(state: ParseState) -> None:
    """Read words of difficulty: "easy", "really hard", "from easy to brutal", "not too hard"."""
    found = [(i, s, _degree(state, i)) for i, _, s in state.with_sense("difficulty")]
    negated = [(i, s) for i, it in state.unused() if it.negated and (s := it.sense("difficulty"))]
    if "difficulty" in state.fields:
        return
    for (i, first, _), (j, second, _) in pairwise(found):
        between = [state.spans[k].word for k in range(i + 1, j)]
        if ("to" in between and len(between) <= 3) or _grows(state, i, j):
            ends = [
                min(first.difficulty[0], second.difficulty[0]),
                max(first.difficulty[1], second.difficulty[1]),
            ]
            state.put("difficulty", ends, state.use(i, j))
            return
    if found:
        for j, _, named in list(state.with_sense("measures")):
            if named.measures == "difficulty":
                state.use(j)  # "difficulty: hard"
    if found and (note := _disagree(state, found)):
        state.assumed.append(note)
    if found:
        # the most strongly meant word counts, of equals the last
        i, sense, degree = max(found, key=lambda f: (f[2], f[0]))
        used = [i - 1, i] if degree != 1.0 else [i]
        state.put("difficulty", _range(sense, degree), state.use(*used))
    elif negated:
        i, sense = negated[-1]
        hard = sum(sense.difficulty) / 2 > 0.5
        state.put("difficulty", [0.0, 0.6] if hard else [0.4, 1.0], state.use(i))
    else:
        _intensity(state)


STRONG, WEAK = [0.6, 1.0], [0.0, 0.4]
"""Difficulty of "very rough ground" and of "slightly hilly ground"."""


def _intensity(state: ParseState) -> None:
    """Read words of degree right before a terrain: "very rough ground", "slightly hilly"."""
    grounds = {terrain.at for terrain in state.terrains}
    for i, _, sense in list(state.with_sense("degree")):
        if i + 1 in grounds:
            if "difficulty" not in state.fields:
                state.put("difficulty", STRONG if sense.degree > 1 else WEAK, state.text_of(i, i + 1))
            state.use(i)


def _grows(state: ParseState, i: int, j: int) -> bool:
    """Return whether two degrees are a beginning and an end: "start easy and become hard"."""
    grammar = state.lexicon.grammar
    if j - i > 8:
        return False
    before = {span.word for span in state.spans[max(i - 4, 0) : i]}
    between = {span.word for span in state.spans[i + 1 : j]}
    return bool(before & set(grammar.starts)) or bool(between & set(grammar.becomes))


def _disagree(state: ParseState, found: list[tuple[int, Sense, float]]) -> tuple[str, Any, str] | None:
    """Return the assumption where two words of difficulty have no value in common."""
    i, sense, degree = max(found, key=lambda f: (f[2], f[0]))
    for j, other, _ in found:
        low, high = other.difficulty
        if j != i and (high < sense.difficulty[0] or low > sense.difficulty[1]):
            state.spans[j].used = True
            words, lost = state.spans[i].text, state.spans[j].text
            why = f"{lost!r} contradicts {words!r}: the stronger or the later word counts"
            return "difficulty", _range(sense, degree), why
    return None


def _degree(state: ParseState, i: int) -> float:
    before = state.at(i - 1)
    sense = before.sense("degree") if before and not before.negated else None
    return sense.degree if sense else 1.0


def _range(sense: Sense, degree: float) -> list[float]:
    low, high = sense.difficulty
    if degree > 1:
        return [round(low + 0.5 * (high - low), 3), high] if high > 0.5 else [low, round(high / 2, 3)]
    if degree < 1:
        return [max(low - 0.2, 0.0), high - 0.15] if high > 0.5 else [low + 0.1, high + 0.15]
    return [low, high]
