"""Rules for friction, wind, time and randomisation."""

from __future__ import annotations

from itertools import pairwise

from envgen.prompting.parse_state import ParseState
from envgen.prompting.quantities import Quantity
from envgen.prompting.rules_common import (
    change_of,
    decide,
    factor_of,
    is_allowed,
    is_range,
    neighbours,
    spans_near,
)
from envgen.prompting.sense import Sense
from envgen.prompting.spans import Span


def friction(state: ParseState) -> None:
    """Read friction: "friction 0.4", "friction of 0.2 to 0.5"; materials are read by `value_words`."""
    for i, span in list(state.with_role("friction")):
        if span.negated:
            continue
        factor = state.before(i, skip=("the", "normal", "usual", "of", "x"))
        if factor is not None and (q := state.spans[factor].quantity) and q.unit == "x":
            decide(state, "physics.friction", q.scaled(1), factor, i)  # of the normal friction, which is 1
            continue
        for j in range(i + 1, i + 5):
            near = state.at(j)
            if near is None or (near.punct and near.punct != ":"):
                break
            if near.quantity and near.quantity.unit == "x":  # "friction twice as high as normal"
                likened = state.lexicon.grammar.likened
                tail = [k for k in range(j + 1, j + 5) if (w := state.at(k)) and w.word in likened]
                decide(state, "physics.friction", near.quantity.scaled(1), i, j, *tail)
                break
            if near.quantity and near.quantity.unit in ("", "%"):
                change = change_of(state, j, i) if near.quantity.unit == "%" else None
                value = factor_of(near.quantity, change and change[1]) if change else None
                scale = 0.01 if near.quantity.unit == "%" else 1.0
                value = near.quantity.scaled(scale) if value is None else value
                varied = [k for k in range(i, j) if state.spans[k].word in _varying(state)]
                decide(state, "physics.friction", value, i, j, *varied, *(change[0] if change else ()))
                break
            links = (*state.lexicon.grammar.value_links, *_varying(state))
            if near.word not in links and not near.punct and not near.sense("change"):
                break


def wind(state: ParseState) -> None:
    """Read wind: "8 m/s side wind", "a light breeze", "gusty"."""
    found: list[tuple[int, Span, Sense]] = list(state.with_sense("wind"))
    if not found:
        return
    used = [i for i, _, _ in found]
    # the strongest word tells the speed, the first with a direction the direction
    sense = max((s for _, _, s in found), key=lambda s: (not s.direction, s.wind))
    speed: float | list[float] = [*sense.wind]
    direction = next((s.direction for _, _, s in found if s.direction), None)
    if direction is None:
        sentences = {state.sentence(i) for i in used}
        ways = [(i, s) for i, _, s in state.with_sense("direction") if state.sentence(i) in sentences]
        if ways:
            direction = ways[0][1].direction
            state.spans[ways[0][0]].used = True
    for i in used[:]:
        adjective = state.at(i - 1)
        if adjective and not adjective.used and (strength := adjective.sense("speed")):
            speed = [*strength.speed]
            used.append(i - 1)
        for j in spans_near(state, i, 4):
            quantity = state.spans[j].quantity
            if quantity and quantity.unit == "m/s":
                speed = quantity.scaled(1)
                used.append(j)
                break
    vector = [_along(speed, part) for part in direction or (-1, 0, 0)]
    if decide(state, "physics.wind", vector, *used) and direction is None:
        state.assumed.append(("physics.wind", vector, "no direction named: against +x, the way ahead"))


def _along(speed: float | list[float], part: int) -> float | list[float]:
    if part == 0:
        return 0.0
    if isinstance(speed, list):
        return sorted(part * s for s in speed)
    return part * speed


def value_words(state: ParseState) -> None:
    """Read words that set values by themselves (ice, water, RK4).

    Of two for one path the first counts; but a state ("icy", `rank` 1) is more than a material ("lawn").
    """
    _between_states(state)
    ranks: dict[str, int] = {}
    for i, span, sense in list(state.with_sense("set")):
        fresh = {p: v for p, v in sense.set.items() if p not in state.fields or sense.rank > ranks.get(p, 9)}
        ranks |= dict.fromkeys(fresh, sense.rank)
        for path, value in sense.set.items():
            if path not in fresh and sense.rank >= ranks.get(path, 0):
                _contradiction(state, path, value, span.text)
        for path, value in fresh.items():
            if is_allowed(path, value):
                state.put(path, value, span.text)
        # a word that also names a thing or a task is used by the rule for that
        if not any(s.thing or s.task for s in span.senses) and (fresh or len(span.senses) == 1):
            state.use(i)
            if (before := state.at(i - 1)) is not None and before.sense("degree"):
                before.used = True  # "extremely slippery": slippery knows no degrees


def _between_states(state: ParseState) -> None:
    """Read a range from one state to another: "friction from ice to sandpaper"."""
    for (i, _, first), (j, _, second) in pairwise(list(state.with_sense("set"))):
        if first.set.keys() != second.set.keys() or not is_range(state, i, j):
            continue
        for path, value in first.set.items():
            ends = [
                v for part in (value, second.set[path]) for v in (part if isinstance(part, list) else [part])
            ]
            if path in state.fields or not all(isinstance(v, int | float) for v in ends):
                continue
            nouns = [k for k, _ in state.with_role("friction") if i - 4 <= k <= j + 2]
            decide(state, path, [min(ends), max(ends)], i, j, *nouns)


def _contradiction(state: ParseState, path: str, value: object, text: str) -> None:
    """Note an assumption if two words give one path values without a common part."""
    chosen, words = state.fields[path]
    ends = [sorted(v) if isinstance(v, list) else v for v in (chosen, value)]
    if ends[0] == ends[1] or words == text:
        return
    if all(isinstance(v, list) and len(v) == 2 for v in ends):
        (low, high), (low2, high2) = ends  # type: ignore[misc]
        if min(high, high2) * 2 >= max(low, low2):
            return  # "wet grass" is no contradiction
    state.assumed.append((path, chosen, f"{text!r} contradicts {words!r}: what is said first counts"))


def fluid_for_wind(state: ParseState) -> None:
    """Resolve the contradiction of wind without a fluid."""
    wind, fluid = state.fields.get("physics.wind"), state.fields.get("physics.fluid")
    if not wind or not fluid or fluid[0] != "none" or wind[0] == [0, 0, 0]:
        return
    del state.fields["physics.wind"]
    state.assumed = [a for a in state.assumed if a[0] != "physics.wind"]
    why = f"{wind[1]!r} contradicts {fluid[1]!r}: there is no wind without air"
    state.assumed.append(("physics.wind", [0, 0, 0], why))


def numbers_with_units(state: ParseState) -> None:
    """Read paths with a number beside a noun: "5 ms timestep", "episodes of 30 s", "difficulty 0.3"."""
    for i, _span, sense in list(state.with_sense("measures")):
        if sense.measures.startswith("randomize."):
            continue  # see `rules_randomize`
        for j in neighbours(state, i):
            quantity = state.spans[j].quantity
            if quantity is None or state.spans[j].used or quantity.unit not in ("", "%", sense.dimension):
                continue
            if state.spans[j].sense("article") and not quantity.unit:
                continue  # "in every episode one ant"
            following = state.at(j + 1)
            steps = following is not None and following.word in state.lexicon.grammar.step_words
            if following is not None and steps and not quantity.unit:
                # "episodes of 500 steps" are no seconds, nor stairs: said to be not understood
                following.senses = ()
                continue
            value = quantity.scaled(0.01 if quantity.unit == "%" else 1)
            if sense.measures == "control.frame_skip" and quantity.whole is not None:
                value = quantity.whole
            if decide(state, sense.measures, value, i, j):
                break


def timestep(state: ParseState) -> None:
    """Read the timestep as a time or a rate: "steps of 1 ms", "simulated at 500 Hz"."""
    words = state.lexicon.grammar.step_words
    for i, span in list(state.unused()):
        quantity = span.quantity
        if quantity is None or "physics.timestep" in state.fields:
            continue
        if quantity.unit == "hz" and quantity.low > 0:
            ends = sorted(float(f"{1 / v:.6g}") for v in (quantity.low, quantity.high))
            decide(state, "physics.timestep", ends[0] if ends[0] == ends[1] else ends, i)
        elif quantity.unit == "s" and quantity.high <= 0.05:
            word = next((j for j in neighbours(state, i) if state.spans[j].word in words), None)
            if word is not None:
                decide(state, "physics.timestep", quantity.scaled(1), i, word)


MOST_SPREAD = (0.3, 3.0)
"""Range of a number that is taken for a share of the usual value."""


def randomized_values(state: ParseState) -> None:
    """Read values that vary around the usual one: "mass ±20 %", "payload between 90 % and 110 %"."""
    for i, _span, sense in list(state.with_sense("spreads")):
        near = range(max(i - 5, 0), min(i + 7, len(state.spans)))
        marks = [k for k in near if "spread" in state.spans[k].roles]
        for j in sorted(near, key=lambda k: (k < i, abs(k - i))):
            quantity = state.spans[j].quantity
            if quantity is None or state.spans[j].used or not _same_clause(state, i, j):
                continue
            scale = 0.01 if quantity.unit == "%" else 1.0
            low, high = quantity.low * scale, quantity.high * scale
            if (
                low == high
                and 0 < low < 1
                and (i in marks or _around_value(state, j) or (quantity.unit == "%" and _by(state, j)))
            ):
                low, high = round(1 - low, 6), round(1 + low, 6)
            elif (
                quantity.unit not in _units_of(sense.spreads)
                or not MOST_SPREAD[0] <= low < high <= MOST_SPREAD[1]
            ):
                continue
            between = [k for k in range(min(i, j), max(i, j)) if state.spans[k].word in _varying(state)]
            path = sense.spreads
            clause = [k for k in near if _same_clause(state, i, k)]
            same = [k for k in clause if _spreads(state.spans[k]) == path]
            if path == "randomize.gear_scale":
                # "motors that differ", "torque ±10 % per motor": each has a factor of its own
                each = [k for k in clause if _spreads(state.spans[k]) == "randomize.motor_scale"]
                if each or any(state.spans[k].word.startswith("differ") for k in between):
                    path, same = "randomize.motor_scale", [*same, *each]
            if decide(state, path, [low, high], i, j, *marks, *between, *same):
                break


def _spreads(span: Span) -> str:
    sense = span.sense("spreads")
    return sense.spreads if sense else ""


def _units_of(path: str) -> tuple[str, ...]:
    """Return the units in which a range is a share: a bare one of masses may be in kg."""
    return ("%", "x", "") if path in ("randomize.gear_scale", "randomize.motor_scale") else ("%", "x")


def _around_value(state: ParseState, i: int) -> bool:
    before = state.at(i - 1)
    return before is not None and "spread" in before.roles


def _same_clause(state: ParseState, i: int, j: int) -> bool:
    return not any(state.spans[k].punct.strip(":") for k in range(min(i, j), max(i, j)))


def _by(state: ParseState, i: int) -> bool:
    """Return whether a percentage is how far something varies: "mass varies by 20 %"."""
    before = state.at(i - 1)
    if before is not None and before.sense("bound"):
        before = state.at(i - 2)  # "differ by up to 20 %"
    words = [word for span in state.spans[max(i - 6, 0) : i] for word in span.word.split()]
    return before is not None and before.word == "by" and any(word in _varying(state) for word in words)


def _varying(state: ParseState) -> tuple[str, ...]:
    return state.lexicon.grammar.varying


def multipliers(state: ParseState) -> None:
    """Read multipliers: "20% heavier", "twice as heavy", "half the torque"."""
    for i, _span, sense in list(state.with_sense("multiplies")):
        for j in neighbours(state, i):
            quantity = state.spans[j].quantity
            if quantity is None or state.spans[j].used or quantity.unit not in ("x", "%"):
                continue
            sign = 1 if sense.more else -1
            ends = [1 + sign * v / 100 if quantity.unit == "%" else v for v in (quantity.low, quantity.high)]
            if quantity.unit == "x" and not sense.more and ends[0] > 1:
                ends = [1 / v for v in ends]  # "twice as light"
            if min(ends) > 0 and decide(
                state, sense.multiplies, Quantity(min(ends), max(ends)).scaled(1), i, j
            ):
                break
