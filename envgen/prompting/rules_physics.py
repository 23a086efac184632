"""Rules for friction, wind, time and randomisation."""

from __future__ import annotations

from itertools import pairwise

from envgen.prompting.parse_state import Reading
from envgen.prompting.quantities import Quantity
from envgen.prompting.rules_common import allowed, around, beside, change_of, decide, factor_of, spanned
from envgen.prompting.sense import Sense
from envgen.prompting.spans import Item


def friction(reading: Reading) -> None:
    """Friction: "friction 0.4", "friction of 0.2 to 0.5"; materials come with `values`."""
    for i, item in list(reading.role("friction")):
        if item.negated:
            continue
        factor = reading.before(i, skip=("the", "normal", "usual", "of", "x"))
        if factor is not None and (q := reading.items[factor].quantity) and q.unit == "x":
            decide(reading, "physics.friction", q.scaled(1), factor, i)  # of the normal friction, which is 1
            continue
        for j in range(i + 1, i + 5):
            near = reading.at(j)
            if near is None or (near.punct and near.punct != ":"):
                break
            if near.quantity and near.quantity.unit == "x":  # "friction twice as high as normal"
                likened = reading.lexicon.grammar.likened
                tail = [k for k in range(j + 1, j + 5) if (w := reading.at(k)) and w.word in likened]
                decide(reading, "physics.friction", near.quantity.scaled(1), i, j, *tail)
                break
            if near.quantity and near.quantity.unit in ("", "%"):
                change = change_of(reading, j, i) if near.quantity.unit == "%" else None
                value = factor_of(near.quantity, change and change[1]) if change else None
                scale = 0.01 if near.quantity.unit == "%" else 1.0
                value = near.quantity.scaled(scale) if value is None else value
                varied = [k for k in range(i, j) if reading.items[k].word in _varying(reading)]
                decide(reading, "physics.friction", value, i, j, *varied, *(change[0] if change else ()))
                break
            links = (*reading.lexicon.grammar.value_links, *_varying(reading))
            if near.word not in links and not near.punct and not near.sense("change"):
                break


def wind(reading: Reading) -> None:
    """Wind: "8 m/s side wind", "a light breeze", "gusty"."""
    found: list[tuple[int, Item, Sense]] = list(reading.having("wind"))
    if not found:
        return
    used = [i for i, _, _ in found]
    # the strongest word tells the speed, the first with a direction the direction
    sense = max((s for _, _, s in found), key=lambda s: (not s.direction, s.wind))
    speed: float | list[float] = [*sense.wind]
    direction = next((s.direction for _, _, s in found if s.direction), None)
    if direction is None:
        sentences = {reading.sentence(i) for i in used}
        ways = [(i, s) for i, _, s in reading.having("direction") if reading.sentence(i) in sentences]
        if ways:
            direction = ways[0][1].direction
            reading.items[ways[0][0]].used = True
    for i in used[:]:
        adjective = reading.at(i - 1)
        if adjective and not adjective.used and (strength := adjective.sense("speed")):
            speed = [*strength.speed]
            used.append(i - 1)
        for j in around(reading, i, 4):
            quantity = reading.items[j].quantity
            if quantity and quantity.unit == "m/s":
                speed = quantity.scaled(1)
                used.append(j)
                break
    vector = [_along(speed, part) for part in direction or (-1, 0, 0)]
    if decide(reading, "physics.wind", vector, *used) and direction is None:
        reading.assumed.append(("physics.wind", vector, "no direction named: against +x, the way ahead"))


def _along(speed: float | list[float], part: int) -> float | list[float]:
    if part == 0:
        return 0.0
    if isinstance(speed, list):
        return sorted(part * s for s in speed)
    return part * speed


def values(reading: Reading) -> None:
    """Words that set values by themselves (ice, water, RK4).

    Of two for one path the first counts; but a state ("icy", `rank` 1) is more than a material ("lawn").
    """
    _between_states(reading)
    ranks: dict[str, int] = {}
    for i, item, sense in list(reading.having("set")):
        fresh = {
            p: v for p, v in sense.set.items() if p not in reading.fields or sense.rank > ranks.get(p, 9)
        }
        ranks |= dict.fromkeys(fresh, sense.rank)
        for path, value in sense.set.items():
            if path not in fresh and sense.rank >= ranks.get(path, 0):
                _contradiction(reading, path, value, item.text)
        for path, value in fresh.items():
            if allowed(path, value):
                reading.put(path, value, item.text)
        # a word that also names a thing or a task is used by the rule for that
        if not any(s.thing or s.task for s in item.senses) and (fresh or len(item.senses) == 1):
            reading.use(i)
            if (before := reading.at(i - 1)) is not None and before.sense("degree"):
                before.used = True  # "extremely slippery": slippery knows no degrees


def _between_states(reading: Reading) -> None:
    """A range from one state to another: "friction from ice to sandpaper"."""
    for (i, _, first), (j, _, second) in pairwise(list(reading.having("set"))):
        if first.set.keys() != second.set.keys() or not spanned(reading, i, j):
            continue
        for path, value in first.set.items():
            ends = [
                v for part in (value, second.set[path]) for v in (part if isinstance(part, list) else [part])
            ]
            if path in reading.fields or not all(isinstance(v, int | float) for v in ends):
                continue
            nouns = [k for k, _ in reading.role("friction") if i - 4 <= k <= j + 2]
            decide(reading, path, [min(ends), max(ends)], i, j, *nouns)


def _contradiction(reading: Reading, path: str, value: object, text: str) -> None:
    """Say so if two words ask for values of one path that have nothing in common."""
    chosen, words = reading.fields[path]
    ends = [sorted(v) if isinstance(v, list) else v for v in (chosen, value)]
    if ends[0] == ends[1] or words == text:
        return
    if all(isinstance(v, list) and len(v) == 2 for v in ends):
        (low, high), (low2, high2) = ends  # type: ignore[misc]
        if min(high, high2) * 2 >= max(low, low2):
            return  # "wet grass" is no contradiction
    reading.assumed.append((path, chosen, f"{text!r} contradicts {words!r}: what is said first counts"))


def consistent(reading: Reading) -> None:
    """What can't be together: wind blows only where there is a fluid."""
    wind, fluid = reading.fields.get("physics.wind"), reading.fields.get("physics.fluid")
    if not wind or not fluid or fluid[0] != "none" or wind[0] == [0, 0, 0]:
        return
    del reading.fields["physics.wind"]
    reading.assumed = [a for a in reading.assumed if a[0] != "physics.wind"]
    why = f"{wind[1]!r} contradicts {fluid[1]!r}: there is no wind without air"
    reading.assumed.append(("physics.wind", [0, 0, 0], why))


def measured(reading: Reading) -> None:
    """Paths with a number beside a noun: "5 ms timestep", "episodes of 30 s", "difficulty 0.3"."""
    for i, _item, sense in list(reading.having("measures")):
        for j in beside(reading, i):
            quantity = reading.items[j].quantity
            if quantity is None or reading.items[j].used or quantity.unit not in ("", "%", sense.dimension):
                continue
            if reading.items[j].sense("article") and not quantity.unit:
                continue  # "in every episode one ant"
            following = reading.at(j + 1)
            if (
                following is not None
                and following.word in reading.lexicon.grammar.step_words
                and not quantity.unit
            ):
                # "episodes of 500 steps" are no seconds, nor stairs: said to be not understood
                following.senses = ()
                continue
            value = quantity.scaled(0.01 if quantity.unit == "%" else 1)
            if sense.measures in ("control.frame_skip",) and quantity.whole is not None:
                value = quantity.whole
            if decide(reading, sense.measures, value, i, j):
                break


def rates(reading: Reading) -> None:
    """The timestep as a time or a rate: "steps of 1 ms", "simulated at 500 Hz"."""
    words = reading.lexicon.grammar.step_words
    for i, item in list(reading.open()):
        quantity = item.quantity
        if quantity is None or "physics.timestep" in reading.fields:
            continue
        if quantity.unit == "hz" and quantity.low > 0:
            ends = sorted(float(f"{1 / v:.6g}") for v in (quantity.low, quantity.high))
            decide(reading, "physics.timestep", ends[0] if ends[0] == ends[1] else ends, i)
        elif quantity.unit == "s" and quantity.high <= 0.05:
            word = next((j for j in beside(reading, i) if reading.items[j].word in words), None)
            if word is not None:
                decide(reading, "physics.timestep", quantity.scaled(1), i, word)


MOST_SPREAD = (0.3, 3.0)
"""What a share of the usual value may be, to be taken for one."""


def spreads(reading: Reading) -> None:
    """What varies around its usual value: "mass ±20 %", "payload between 90 % and 110 %"."""
    for i, _item, sense in list(reading.having("spreads")):
        near = range(max(i - 5, 0), min(i + 7, len(reading.items)))
        marks = [k for k in near if "spread" in reading.items[k].roles]
        for j in sorted(near, key=lambda k: (k < i, abs(k - i))):
            quantity = reading.items[j].quantity
            if quantity is None or reading.items[j].used or not _same_clause(reading, i, j):
                continue
            scale = 0.01 if quantity.unit == "%" else 1.0
            low, high = quantity.low * scale, quantity.high * scale
            if (
                low == high
                and 0 < low < 1
                and (_around_value(reading, j) or (quantity.unit == "%" and _by(reading, j)))
            ):
                low, high = round(1 - low, 6), round(1 + low, 6)
            elif quantity.unit not in ("%", "x") or not MOST_SPREAD[0] <= low < high <= MOST_SPREAD[1]:
                continue
            between = [k for k in range(min(i, j), max(i, j)) if reading.items[k].word in _varying(reading)]
            if decide(reading, sense.spreads, [low, high], i, j, *marks, *between):
                break


def _around_value(reading: Reading, i: int) -> bool:
    before = reading.at(i - 1)
    return before is not None and "spread" in before.roles


def _same_clause(reading: Reading, i: int, j: int) -> bool:
    return not any(reading.items[k].punct.strip(":") for k in range(min(i, j), max(i, j)))


def _by(reading: Reading, i: int) -> bool:
    """Whether a percentage is how far something varies: "mass varies by 20 %"."""
    before = reading.at(i - 1)
    words = [word for item in reading.items[max(i - 6, 0) : i] for word in item.word.split()]
    return before is not None and before.word == "by" and any(word in _varying(reading) for word in words)


def _varying(reading: Reading) -> tuple[str, ...]:
    return reading.lexicon.grammar.varying


def multiplied(reading: Reading) -> None:
    """Multipliers: "20% heavier", "twice as heavy", "half the torque"."""
    for i, _item, sense in list(reading.having("multiplies")):
        for j in beside(reading, i):
            quantity = reading.items[j].quantity
            if quantity is None or reading.items[j].used or quantity.unit not in ("x", "%"):
                continue
            sign = 1 if sense.more else -1
            ends = [1 + sign * v / 100 if quantity.unit == "%" else v for v in (quantity.low, quantity.high)]
            if quantity.unit == "x" and not sense.more and ends[0] > 1:
                ends = [1 / v for v in ends]  # "twice as light"
            if min(ends) > 0 and decide(
                reading, sense.multiplies, Quantity(min(ends), max(ends)).scaled(1), i, j
            ):
                break
