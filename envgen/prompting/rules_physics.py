"""Rules for physics, time and randomisation."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from envgen.core.cfg import ControlCfg, PhysicsCfg, RandomizeCfg
from envgen.prompting.lexicon import Sense
from envgen.prompting.reading import Reading
from envgen.prompting.scan import Item, Quantity

EARTH = 9.81
NEAR = (
    "of",
    "between",
    "=",
    "is",
    "to",
    "at",
    "about",
    "around",
    "set",
    "the",
    "a",
    "an",
    "as",
    "than",
    "by",
    "roughly",
    "should",
    "last",
    "lasts",
    "lasting",
    "be",
    "take",
    "takes",
    "must",
    "long",
    "for",
    "will",
    "each",
    "exactly",
    "only",
)
_MODELS: dict[str, type[BaseModel]] = {
    "physics": PhysicsCfg,
    "control": ControlCfg,
    "randomize": RandomizeCfg,
}


def allowed(path: str, value: object) -> bool:
    """Whether the EnvCfg takes a value at a path of physics, control or randomize."""
    group, _, name = path.partition(".")
    if group == "difficulty":
        ends = value if isinstance(value, list) else [value]
        return all(isinstance(v, int | float) and 0 <= v <= 1 for v in ends)
    try:
        _MODELS[group].model_validate({name: value})
    except ValidationError:
        return False
    return True


def decide(reading: Reading, path: str, value: object, *used: int) -> bool:
    """Put a value if the EnvCfg allows it there, and use its words."""
    if not allowed(path, value):
        return False
    reading.put(path, value, reading.use(*used))
    return True


def gravity(reading: Reading) -> None:
    """Gravity: "gravity 5 m/s^2", "half of Earth's gravity", "on Mars", "0.3 g"."""
    for i, item in list(reading.role("gravity")):
        if not item.negated:
            _gravity_noun(reading, i)
    for i, _item, sense in list(reading.having("planet")):
        _planet(reading, i, sense.planet)
    for i, item in list(reading.open()):
        quantity = item.quantity
        if quantity and quantity.unit in ("m/s2", "g") and not item.negated:
            decide(reading, "physics.gravity", quantity.scaled(EARTH if quantity.unit == "g" else 1), i)


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
    usual = reading.lexicon.tables.get("usual", ())
    factor: float | list[float] | None = None
    value: float | list[float] | None = None
    used = [i]
    for j in _around(reading, i, 4):
        item = reading.items[j]
        planet = item.sense("planet")
        if planet is not None and planet.planet is not None and base == reading.gravity:
            base = planet.planet
            used.append(j)
            value = value or (None if factor else base)
        elif item.quantity and item.quantity.unit in ("x", "%") and factor is None:
            change = _change(reading, j, i)
            factor = _factor(item.quantity, change and change[1])
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
    elif value is None and (change := _change(reading, i, i)) is not None:
        # "less gravity": no word says how much
        used += change[0]
        value = [1.0, 4.0] if change[1] < 0 else [12.0, 20.0]
    if value is not None:
        decide(reading, "physics.gravity", value, *used)


def _factor(quantity: Quantity, sign: int | None) -> float | list[float]:
    """The factor that "40 %", "40 % less" and "half" mean; `sign` is the direction of a change."""
    if quantity.unit == "x":
        return quantity.scaled(1)
    if not sign:
        return quantity.scaled(0.01)
    low, high = (max(1 + sign * v / 100, 0.0) for v in (quantity.low, quantity.high))
    return Quantity(low, high).scaled(1)


def _change(reading: Reading, amount: int, noun: int) -> tuple[list[int], int] | None:
    """The word of more or less near an amount or its noun: "30 % less", "reduced by 40 %", and its sign.

    "reduced to 40 %" changes nothing about what 40 % means, but the word is understood.
    """
    ends = sorted((amount, noun))
    for j in (*range(amount - 1, amount - 4, -1), *range(amount + 1, amount + 3), *range(*ends)):
        item = reading.at(j)
        if item is None or item.punct or item.used:
            continue
        if (sense := item.sense("change")) is not None:
            before = reading.at(amount - 1)
            absolute = before is not None and before.word in ("to", "at") and j < amount
            return [j], 0 if absolute and amount != noun else sense.change
    return None


def _around(reading: Reading, i: int, reach: int) -> list[int]:
    """Unused items near one, nearest first, up to punctuation or another noun on each side."""
    near = []
    for step in (-1, 1):
        for j in range(i + step, i + step * (reach + 1), step):
            item = reading.at(j)
            if item is None or item.punct or item.sense("negate"):
                break
            if item.used or item.negated:
                continue
            if any(s.thing or s.role == "friction" for s in item.senses):
                break
            near.append(j)
    return sorted(near, key=lambda j: abs(j - i))


def _directly(reading: Reading, i: int, j: int) -> bool:
    """Whether only words such as "of" lie between two items, the number being on the right."""
    return j > i and all(reading.items[k].word in NEAR for k in range(i + 1, j))


def friction(reading: Reading) -> None:
    """Friction: "friction 0.4", "friction of 0.2 to 0.5"; materials come with `values`."""
    for i, item in list(reading.role("friction")):
        if item.negated:
            continue
        factor = reading.before(i, skip=("the", "normal", "usual", "of"))
        if factor is not None and (q := reading.items[factor].quantity) and q.unit == "x":
            decide(reading, "physics.friction", q.scaled(1), factor, i)  # of the normal friction, which is 1
            continue
        for j in range(i + 1, i + 5):
            near = reading.at(j)
            if near is None or (near.punct and near.punct != ":"):
                break
            if near.quantity and near.quantity.unit in ("", "%"):
                change = _change(reading, j, i) if near.quantity.unit == "%" else None
                value = _factor(near.quantity, change and change[1]) if change else None
                scale = 0.01 if near.quantity.unit == "%" else 1.0
                value = near.quantity.scaled(scale) if value is None else value
                decide(reading, "physics.friction", value, i, j, *(change[0] if change else ()))
                break
            if near.word not in NEAR and not near.punct and not near.sense("change"):
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
        for j in _around(reading, i, 4):
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
        for j in _beside(reading, i):
            quantity = reading.items[j].quantity
            if quantity is None or reading.items[j].used or quantity.unit not in ("", "%", sense.dimension):
                continue
            value = quantity.scaled(0.01 if quantity.unit == "%" else 1)
            if sense.measures in ("control.frame_skip",) and quantity.whole is not None:
                value = quantity.whole
            if decide(reading, sense.measures, value, i, j):
                break


def rates(reading: Reading) -> None:
    """The timestep as a time or a rate: "steps of 1 ms", "simulated at 500 Hz"."""
    words = reading.lexicon.tables.get("step_words", ())
    for i, item in list(reading.open()):
        quantity = item.quantity
        if quantity is None or "physics.timestep" in reading.fields:
            continue
        if quantity.unit == "hz" and quantity.low > 0:
            ends = sorted(float(f"{1 / v:.6g}") for v in (quantity.low, quantity.high))
            decide(reading, "physics.timestep", ends[0] if ends[0] == ends[1] else ends, i)
        elif quantity.unit == "s" and quantity.high <= 0.05:
            beside = next((j for j in _beside(reading, i) if reading.items[j].word in words), None)
            if beside is not None:
                decide(reading, "physics.timestep", quantity.scaled(1), i, beside)


def multiplied(reading: Reading) -> None:
    """Multipliers: "20% heavier", "twice as heavy", "half the torque"."""
    for i, _item, sense in list(reading.having("multiplies")):
        for j in _beside(reading, i):
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


def _beside(reading: Reading, i: int) -> list[int]:
    """The items before and after one, with small words passed over."""
    found = (reading.before(i, skip=NEAR), reading.after(i, skip=(*NEAR, ":", "=")))
    return [j for j in found if j is not None]
