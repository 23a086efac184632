"""Rules for measures: numbers with a unit beside a noun, densities."""

from __future__ import annotations

import math
from collections.abc import Iterable

from envgen.core.params import Param
from envgen.prompting.kinds import first_known
from envgen.prompting.parse_state import Draft, Reading
from envgen.prompting.quantities import Quantity
from envgen.prompting.spans import Item

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


def link(reading: Reading) -> None:
    """Find for each quantity with a unit the noun that it measures (`reading.links`)."""
    for i, item in reading.open():
        if item.quantity and not item.negated and item.quantity.unit in ("m", "deg", "%"):
            noun = _noun(reading, i)
            if noun is not None and (item.quantity.unit != "%" or _sloping(reading.items[noun])):
                reading.links.setdefault(noun, i)


def _sloping(item: Item) -> bool:
    """Whether a percentage beside a word can be its slope: "10 % grade", but not "40 % waves"."""
    return any("slope" in (*sense.param, *sense.measure) for sense in item.senses)


def _noun(reading: Reading, i: int) -> int | None:
    right = i + 1
    if (item := reading.at(right)) is not None and item.sense("measure") and not item.punct:
        right += 1
    angle = reading.items[i].quantity
    j = reading.after(right - 1, skip=("of",) if angle and angle.unit in ("deg", "%") else ())
    if j is not None and _measurable(reading.items[j]):
        return j
    j = _before(reading, i)
    if j is not None and _measurable(reading.items[j]):
        return j
    return None


def _before(reading: Reading, i: int) -> int | None:
    for j in range(i - 1, i - 6, -1):
        item = reading.at(j)
        if item is None or (item.punct and item.punct != ":"):
            return None
        if item.punct or item.sense("bound") or item.word in reading.lexicon.grammar.measure_links:
            continue
        return j
    return None


def _measurable(item: Item) -> bool:
    if item.punct or item.quantity:
        return False
    return any(item.sense(name) for name in ("param", "terrain", "obstacle", "measure"))


def measures(reading: Reading) -> None:
    """Set the parameters that quantities measure."""
    for i, item in list(reading.open()):
        quantity = item.quantity
        if quantity is None or item.negated or item.used or quantity.unit not in UNITS:
            continue
        noun, names, words = _measured(reading, i)
        alone = () if noun is not None or words else _lone(reading, i, quantity)
        lone = quantity.unit in ("m/s", "rad/s") or bool(alone)
        if not words and not lone and (quantity.unit == "" or noun is None):
            continue  # a number that no word explains is not for guessing
        value_text = [i, *words]
        if quantity.unit == "m/s":
            noun = None
            if reading.task is None and reading.robots and (kind := first_known("task", ("walk",))):
                reading.task = Draft("task", kind, i)
                reading.task.assume("kind", kind, "a speed is one of walking")
        for draft in _targets(reading, noun, quantity.unit == "m/s"):
            if _set(reading, draft, i, names or alone or _own(reading, noun), quantity, value_text):
                break


LARGEST = 2.0
"""Longest length in m that needs no noun: a longer one may be that of the arena or of a way."""


def _lone(reading: Reading, i: int, quantity: Quantity) -> tuple[str, ...]:
    """What a quantity without a noun can only be, where one ground is named.

    "ramp, 15 degrees" is its slope; "stairs getting harder, from 5 to 25 cm" the first length that
    stairs have.
    """
    before = _before(reading, i)
    named = reading.items[before] if before is not None else None
    if named is not None and not named.used and not named.adjective and not named.stop:
        return ()  # it belongs to another word: "legs of 0.5 m"
    if quantity.unit == "deg":
        return ("slope",) if sum("slope" in terrain.known for terrain in reading.terrains) == 1 else ()
    if quantity.unit != "m" or quantity.high > LARGEST or len(reading.terrains) != 1 or reading.obstacles:
        return ()
    terrain = reading.terrains[0]
    names = _own(reading, terrain.at if terrain.at >= 0 else None)
    name = next((name for name in names if name in terrain.known), "")
    return (name,) if name and name not in terrain.values else ()


def _measured(reading: Reading, i: int) -> tuple[int | None, tuple[str, ...], list[int]]:
    """The noun, the names of parameters that the words allow, and the words that say so."""
    words: list[int] = []
    names: tuple[str, ...] = ()
    after = reading.at(i + 1)
    if after and not after.punct and (sense := after.sense("measure")):
        words.append(i + 1)
        names = sense.measure
    noun = _noun(reading, i)
    if words and noun == i + 1:
        noun = None  # the measure itself
    if noun is not None and (sense := reading.items[noun].sense("measure")) and not names:
        # "a step height of 10 cm": the measure stands before its number
        words.append(noun)
        names = sense.measure
        if not reading.items[noun].sense("terrain"):
            noun = _owner_of(reading, noun)
    return noun, names, words


def _owner_of(reading: Reading, i: int) -> int | None:
    j = reading.before(i, skip=("a", "of", "with", "and", "whose", "is", "the"))
    return j if j is not None and _measurable(reading.items[j]) else None


def _own(reading: Reading, noun: int | None) -> tuple[str, ...]:
    senses = reading.items[noun].senses if noun is not None else ()
    return tuple(dict.fromkeys(name for sense in senses for name in sense.param)) or LENGTHS


def _targets(reading: Reading, noun: int | None, speed: bool = False) -> list[Draft]:
    """The drafts that a measure may belong to, likeliest first."""
    if speed and reading.task:
        return [reading.task]
    everything = [*reading.terrains, *reading.obstacles, *([reading.task] if reading.task else [])]
    if noun is None:
        return everything + reading.robots
    item = reading.items[noun]
    kinds = {kind for s in item.senses for kind in (*s.terrain, *s.obstacle, *s.task)}
    named = [d for d in everything if d.kind in kinds]
    if named or item.sense("obstacle"):
        return named
    return everything + reading.robots


def _set(
    reading: Reading,
    draft: Draft,
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
    bound = _bound(reading, i)
    if draft.family == "obstacle" and "spacing" in names and not set(names) & set(draft.known):
        return _spaced(reading, draft, quantity, words)
    for name in names:
        spec = draft.known.get(name)
        if spec is None or not _fits(spec, quantity.unit):
            continue
        value = _value(name, quantity, bound, _peak_to_peak(reading, words), spec)
        if name == "radius" and _diameter(reading, words):
            value = quantity.scaled(0.5)
        used = [*words, *([bound[0]] if bound else [])]
        if draft.set(name, value, reading.span(*used)):
            noun = next((n for n, q in reading.links.items() if q == i), None)
            reading.use(*used, *([noun] if noun is not None else []))
            _use_links(reading, i)
            return True
    return False


def _use_links(reading: Reading, i: int) -> None:
    """Use the small words before a number that has found its noun: "gaps vary from 5 to 20 cm"."""
    links = reading.lexicon.grammar.measure_links
    j = i - 1
    while (item := reading.at(j)) is not None and (item.word in links or item.used) and not item.punct:
        item.used = True
        j -= 1


def _spaced(reading: Reading, draft: Draft, quantity: Quantity, words: list[int]) -> bool:
    """Obstacles at a distance from each other, as a density: "trees 2 m apart"."""
    if quantity.unit != "m" or quantity.low <= 0.45 or any(name == "count" for _, name, _ in draft.trace):
        return False
    draft.values.pop("count", None)
    ends = sorted(float(f"{1 / v**2:.3g}") for v in (quantity.low, quantity.high))
    draft.put("density", ends[0] if ends[0] == ends[1] else ends, reading.use(*words))
    return True


def shares(reading: Reading) -> None:
    """Weights of grounds: "70 % rough, 30 % stairs"."""
    found: list[tuple[int, Draft, float]] = []
    for i, item in reading.open():
        quantity = item.quantity
        if quantity is None or quantity.unit != "%" or quantity.low != quantity.high or item.negated:
            continue
        noun = reading.after(i, skip=("of",))
        draft = next((t for t in reading.terrains if t.at == noun), None)
        if draft is not None:
            found.append((i, draft, quantity.low))
    if len(found) > 1 and sum(share for *_, share in found) <= 100.5:
        for i, draft, share in found:
            draft.put("weight", round(share / 100, 4), reading.use(i))


def _fits(spec: Param, unit: str) -> bool:
    return {"m": "m", "deg": "", "%": "", "m/s": "m/s", "rad/s": "rad/s", "": spec.unit}[unit] == spec.unit


def _bound(reading: Reading, i: int) -> tuple[int, str] | None:
    before = reading.at(i - 1)
    sense = before.sense("bound") if before and not before.used else None
    return (i - 1, sense.bound) if sense else None


def _diameter(reading: Reading, words: list[int]) -> bool:
    """Whether the words measure something from side to side, of which a radius is half."""
    return any("across" in reading.items[k].roles for k in words)


def _peak_to_peak(reading: Reading, words: list[int]) -> bool:
    """Whether the words speak of a height, of which an amplitude is half."""
    return all(reading.items[k].word != "amplitude" for k in words)


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


def densities(reading: Reading) -> None:
    """A density after its noun: "boxes with a density of 0.1 per square metre"."""
    for i, item in list(reading.open()):
        quantity = item.quantity
        if quantity is None or quantity.unit or item.negated or not 0 <= quantity.low <= quantity.high <= 5:
            continue
        words = [j for j in (i + 1, _before(reading, i)) if j is not None and _dense(reading.at(j))]
        earlier = [o for o in reading.obstacles if o.at < i and "count" not in o.values]
        if words and earlier:
            earlier[-1].put("density", quantity.scaled(1), reading.use(i, *words))


def _dense(item: Item | None) -> bool:
    return item is not None and not item.used and not item.roles.isdisjoint(("density", "per_area"))
