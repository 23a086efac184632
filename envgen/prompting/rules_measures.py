"""Rules for measures: numbers with a unit beside a noun, densities."""

from __future__ import annotations

import math
from collections.abc import Iterable

from envgen.core.params import Param
from envgen.prompting.kinds import first_known
from envgen.prompting.parse_state import DraftEntry, ParseState
from envgen.prompting.quantities import Quantity
from envgen.prompting.spans import Span

UNITS = ("m", "deg", "%", "m/s", "rad/s", "")
# What a bare length is taken for, if the noun does not say.
LENGTHS = (
    "step_height",
    "gap",
    "size",
    "radius",
    "amplitude",
    "height",
    "depth",
    "width",
    "length",
    "distance",
)
LEAST = 0.25
"""Lower end of "up to 8 cm", as a share: a bound says that the value varies below it."""


def link_quantities(state: ParseState) -> None:
    """Find for each quantity with a unit the noun that it measures (`state.links`)."""
    for i, span in state.unused():
        if span.quantity and not span.negated and span.quantity.unit in ("m", "deg", "%"):
            noun = _noun(state, i)
            if noun is not None and (span.quantity.unit != "%" or _sloping(state.spans[noun])):
                state.links.setdefault(noun, i)


def _sloping(span: Span) -> bool:
    """Return whether a percentage beside a word can be its slope: "10 % grade", but not "40 % waves"."""
    return any("slope" in (*sense.param, *sense.measure) for sense in span.senses)


def _noun(state: ParseState, i: int) -> int | None:
    right = i + 1
    if (span := state.at(right)) is not None and span.sense("measure") and not span.punct:
        right += 1
    angle = state.spans[i].quantity
    j = state.after(right - 1, skip=("of",) if angle and angle.unit in ("deg", "%") else ())
    if j is not None and _measurable(state.spans[j]):
        return j
    j = _before(state, i)
    if j is not None and _measurable(state.spans[j]):
        return j
    return None


def _before(state: ParseState, i: int) -> int | None:
    for j in range(i - 1, i - 6, -1):
        span = state.at(j)
        if span is None or (span.punct and span.punct != ":"):
            return None
        if span.punct or span.sense("bound") or span.word in state.lexicon.grammar.measure_links:
            continue
        return j
    return None


def _measurable(span: Span) -> bool:
    if span.punct or span.quantity:
        return False
    return any(span.sense(name) for name in ("param", "terrain", "obstacle", "measure"))


def measured_params(state: ParseState) -> None:
    """Set the parameters that quantities measure."""
    for i, span in list(state.unused()):
        quantity = span.quantity
        if quantity is None or span.negated or span.used or quantity.unit not in UNITS:
            continue
        noun, names, words = _measured(state, i)
        alone = () if noun is not None or words else _lone(state, i, quantity)
        lone = quantity.unit in ("m/s", "rad/s") or bool(alone)
        if not words and not lone and (quantity.unit == "" or noun is None):
            continue  # a number that no word explains is not for guessing
        value_text = [i, *words]
        if quantity.unit == "m/s":
            noun = None
            if state.task is None and state.robots and (kind := first_known("task", ("walk",))):
                state.task = DraftEntry("task", kind, i)
                state.task.assume("kind", kind, "a speed is one of walking")
        for draft in _targets(state, noun, quantity.unit == "m/s"):
            if _set(state, draft, i, names or alone or _own(state, noun), quantity, value_text):
                break


LARGEST = 2.0
"""Longest length in m that needs no noun: a longer one may be that of the arena or of a way."""


def _lone(state: ParseState, i: int, quantity: Quantity) -> tuple[str, ...]:
    """Read a quantity without a noun that fits only one parameter of the one terrain named.

    "ramp, 15 degrees" is its slope; "stairs getting harder, from 5 to 25 cm" the first length that
    stairs have.
    """
    before = _before(state, i)
    named = state.spans[before] if before is not None else None
    if named is not None and not named.used and not named.adjective and not named.stop:
        return ()  # it belongs to another word: "legs of 0.5 m"
    if quantity.unit == "deg":
        return ("slope",) if sum("slope" in terrain.known for terrain in state.terrains) == 1 else ()
    if quantity.unit != "m" or quantity.high > LARGEST or len(state.terrains) != 1 or state.obstacles:
        return ()
    terrain = state.terrains[0]
    names = _own(state, terrain.at if terrain.at >= 0 else None)
    name = next((name for name in names if name in terrain.known), "")
    return (name,) if name and name not in terrain.values else ()


def _measured(state: ParseState, i: int) -> tuple[int | None, tuple[str, ...], list[int]]:
    """Return the noun, the names of parameters that the words allow, and the words that say so."""
    words: list[int] = []
    names: tuple[str, ...] = ()
    after = state.at(i + 1)
    if after and not after.punct and (sense := after.sense("measure")):
        words.append(i + 1)
        names = sense.measure
    noun = _noun(state, i)
    if words and noun == i + 1:
        noun = None  # the measure itself
    if noun is not None and (sense := state.spans[noun].sense("measure")) and not names:
        # "a step height of 10 cm": the measure stands before its number
        words.append(noun)
        names = sense.measure
        if not state.spans[noun].sense("terrain"):
            noun = _owner_of(state, noun)
    return noun, names, words


def _owner_of(state: ParseState, i: int) -> int | None:
    j = state.before(i, skip=("a", "of", "with", "and", "whose", "is", "the"))
    return j if j is not None and _measurable(state.spans[j]) else None


def _own(state: ParseState, noun: int | None) -> tuple[str, ...]:
    senses = state.spans[noun].senses if noun is not None else ()
    return tuple(dict.fromkeys(name for sense in senses for name in sense.param)) or LENGTHS


def _targets(state: ParseState, noun: int | None, speed: bool = False) -> list[DraftEntry]:
    """Return the drafts that a measure may belong to, likeliest first."""
    if speed and state.task:
        return [state.task]
    everything = [*state.terrains, *state.obstacles, *([state.task] if state.task else [])]
    if noun is None:
        return everything + state.robots
    span = state.spans[noun]
    kinds = {kind for s in span.senses for kind in (*s.terrain, *s.obstacle, *s.task)}
    named = [d for d in everything if d.kind in kinds]
    if named or span.sense("obstacle"):
        return named
    return everything + state.robots


def _set(
    state: ParseState,
    draft: DraftEntry,
    i: int,
    names: Iterable[str],
    quantity: Quantity,
    words: list[int],
) -> bool:
    if quantity.unit == "deg" or (quantity.unit == "%" and "slope" in draft.known):
        names = ("slope",)
    elif quantity.unit in ("m/s", "rad/s"):
        names = ("speed",)
    elif quantity.unit == "%":
        return False
    bound = _bound(state, i)
    if draft.family == "obstacle" and "spacing" in names and not set(names) & set(draft.known):
        return _spaced(state, draft, quantity, words)
    for name in names:
        spec = draft.known.get(name)
        if spec is None or not _fits(spec, quantity.unit):
            continue
        value = _value(name, quantity, bound, _peak_to_peak(state, words), spec)
        if name == "radius" and _diameter(state, words):
            value = quantity.scaled(0.5)
        used = [*words, *([bound[0]] if bound else [])]
        if draft.set(name, value, state.text_of(*used)):
            noun = next((n for n, q in state.links.items() if q == i), None)
            state.use(*used, *([noun] if noun is not None else []))
            _use_links(state, i)
            return True
    return False


def _use_links(state: ParseState, i: int) -> None:
    """Mark the small words before a linked number as used: "gaps vary from 5 to 20 cm"."""
    links = state.lexicon.grammar.measure_links
    j = i - 1
    while (span := state.at(j)) is not None and (span.word in links or span.used) and not span.punct:
        span.used = True
        j -= 1


def _spaced(state: ParseState, draft: DraftEntry, quantity: Quantity, words: list[int]) -> bool:
    """Read a distance between obstacles as a density: "trees 2 m apart"."""
    if quantity.unit != "m" or quantity.low <= 0.45 or any(name == "count" for _, name, _ in draft.trace):
        return False
    draft.values.pop("count", None)
    ends = sorted(float(f"{1 / v**2:.3g}") for v in (quantity.low, quantity.high))
    draft.put("density", ends[0] if ends[0] == ends[1] else ends, state.use(*words))
    return True


def terrain_weights(state: ParseState) -> None:
    """Read weights of terrains: "70 % rough, 30 % stairs"."""
    found: list[tuple[int, DraftEntry, float]] = []
    for i, span in state.unused():
        quantity = span.quantity
        if quantity is None or quantity.unit != "%" or quantity.low != quantity.high or span.negated:
            continue
        noun = state.after(i, skip=("of",))
        draft = next((t for t in state.terrains if t.at == noun), None)
        if draft is not None:
            found.append((i, draft, quantity.low))
    if len(found) > 1 and sum(share for *_, share in found) <= 100.5:
        for i, draft, share in found:
            draft.put("weight", round(share / 100, 4), state.use(i))


def _fits(spec: Param, unit: str) -> bool:
    return {"m": "m", "deg": "", "%": "", "m/s": "m/s", "rad/s": "rad/s", "": spec.unit}[unit] == spec.unit


def _bound(state: ParseState, i: int) -> tuple[int, str] | None:
    before = state.at(i - 1)
    sense = before.sense("bound") if before and not before.used else None
    return (i - 1, sense.bound) if sense else None


def _diameter(state: ParseState, words: list[int]) -> bool:
    """Return whether the words measure something from side to side, of which a radius is half."""
    return any("across" in state.spans[k].roles for k in words)


def _peak_to_peak(state: ParseState, words: list[int]) -> bool:
    """Return whether the words speak of a height, of which an amplitude is half."""
    return all(state.spans[k].word != "amplitude" for k in words)


def _value(
    name: str, quantity: Quantity, bound: tuple[int, str] | None, peak: bool, spec: Param
) -> float | list[float]:
    low, high = quantity.low, quantity.high
    if quantity.unit == "deg":
        low, high = (math.tan(math.radians(min(max(v, 0.0), 89.0))) for v in (low, high))
        quantity = Quantity(low, high)
    elif quantity.unit == "%":
        quantity = Quantity(low / 100, high / 100)
    if bound and quantity.low == quantity.high:
        least = max(LEAST * quantity.high, spec.low)
        ends = (least, high) if bound[1] == "upper" else (quantity.low, min(2 * quantity.low, spec.high))
        if ends[0] <= ends[1]:
            quantity = Quantity(*ends)
    return quantity.scaled(0.5 if name == "amplitude" and peak else 1.0)


def obstacle_densities(state: ParseState) -> None:
    """Read a density after its noun: "boxes with a density of 0.1 per square metre"."""
    for i, span in list(state.unused()):
        quantity = span.quantity
        if quantity is None or quantity.unit or span.negated or not 0 <= quantity.low <= quantity.high <= 5:
            continue
        words = [j for j in (i + 1, _before(state, i)) if j is not None and _dense(state.at(j))]
        earlier = [o for o in state.obstacles if o.at < i and "count" not in o.values]
        if words and earlier:
            earlier[-1].put("density", quantity.scaled(1), state.use(i, *words))


def _dense(span: Span | None) -> bool:
    return span is not None and not span.used and not span.roles.isdisjoint(("density", "per_area"))
