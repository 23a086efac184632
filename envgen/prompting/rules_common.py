"""What rules for single values of the EnvCfg share: what is allowed, and which words stand near."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from envgen.core.cfg import ControlCfg, PhysicsCfg, RandomizeCfg
from envgen.prompting.parse_state import Reading
from envgen.prompting.quantities import Quantity

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


def factor_of(quantity: Quantity, sign: int | None) -> float | list[float]:
    """The factor that "40 %", "40 % less" and "half" mean; `sign` is the direction of a change."""
    if quantity.unit == "x":
        return quantity.scaled(1)
    if not sign:
        return quantity.scaled(0.01)
    low, high = (max(1 + sign * v / 100, 0.0) for v in (quantity.low, quantity.high))
    return Quantity(low, high).scaled(1)


def change_of(reading: Reading, amount: int, noun: int) -> tuple[list[int], int] | None:
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


def spanned(reading: Reading, i: int, j: int) -> bool:
    """Whether two words are the ends of a range: "between the Moon's and Earth's", "from ice to rubber"."""
    between = [reading.items[k] for k in range(i + 1, j)]
    joins = [item.word for item in between if item.word in ("to", "and")]
    if len(joins) != 1 or len(between) > 4 or any(item.punct or item.quantity for item in between):
        return False
    if any(
        item.senses and not item.stop and item.roles.isdisjoint(("gravity", "friction")) for item in between
    ):
        return False
    opened = {"and": ("between",), "to": ("from", "between")}[joins[0]]
    k = i - 1
    while (item := reading.at(k)) is not None and not item.punct and i - k <= 3:
        if item.word in opened:
            return True
        k -= 1
    return False


def around(reading: Reading, i: int, reach: int) -> list[int]:
    """Unused items near one, nearest first, up to punctuation or another noun on each side."""
    near = []
    for step in (-1, 1):
        for j in range(i + step, i + step * (reach + 1), step):
            item = reading.at(j)
            if item is None or (item.punct and item.punct != ":") or item.sense("negate"):
                break
            if item.used or item.negated:
                continue
            if any(s.thing or s.role == "friction" for s in item.senses):
                break
            near.append(j)
    return sorted(near, key=lambda j: abs(j - i))


def beside(reading: Reading, i: int) -> list[int]:
    """The items before and after one, with small words passed over."""
    near = reading.lexicon.grammar.value_links
    found = (reading.before(i, skip=near), reading.after(i, skip=(*near, ":", "=")))
    return [j for j in found if j is not None]
