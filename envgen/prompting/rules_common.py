"""Helpers that rules share: allowed values, factors, and spans near a span."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from envgen.core.cfg import ControlCfg, PhysicsCfg, RandomizeCfg
from envgen.core.cfg_errors import explain
from envgen.prompting.parse_state import ParseState
from envgen.prompting.quantities import Quantity
from envgen.prompting.spans import Span

_MODELS: dict[str, type[BaseModel]] = {
    "physics": PhysicsCfg,
    "control": ControlCfg,
    "randomize": RandomizeCfg,
}


def is_allowed(path: str, value: object) -> bool:
    """Return whether the EnvCfg takes a value at a path of physics, control or randomize."""
    group, _, name = path.partition(".")
    if group == "difficulty":
        ends = value if isinstance(value, list) else [value]
        return all(isinstance(v, int | float) and 0 <= v <= 1 for v in ends)
    try:
        _MODELS[group].model_validate({name: value})
    except ValidationError:
        return False
    return True


def usual_value(path: str) -> float:
    """Return the number at a path of physics, control or randomize where nothing is said."""
    group, _, name = path.partition(".")
    value: float = _MODELS[group].model_fields[name].default
    return value


def reason(path: str, value: float | list[float]) -> str:
    """Return why the EnvCfg doesn't take a value at a path."""
    group, _, name = path.partition(".")
    ends = value if isinstance(value, list) else [value]
    plain = [int(v) if v == int(v) else v for v in ends]
    try:
        _MODELS[group].model_validate({name: plain if isinstance(value, list) else plain[0]})
    except ValidationError as error:
        return explain(error, group)[0].removeprefix(f"{group}: ")
    return "it is no number for this"


def is_step(span: Span | None) -> bool:
    """Return whether a word may stand for a control step."""
    return span is not None and (
        "control_step" in span.roles or span.word in ("step", "steps", "timestep", "timesteps")
    )


def decide(state: ParseState, path: str, value: object, *used: int) -> bool:
    """Put a value if the EnvCfg allows it there, and use its words."""
    if not is_allowed(path, value):
        return False
    state.put(path, value, state.use(*used))
    return True


def factor_of(quantity: Quantity, sign: int | None) -> float | list[float]:
    """Return the factor that "40 %", "40 % less" and "half" mean; `sign` is the direction of a change."""
    if quantity.unit == "x":
        return quantity.scaled(1)
    if not sign:
        return quantity.scaled(0.01)
    low, high = (max(1 + sign * v / 100, 0.0) for v in (quantity.low, quantity.high))
    return Quantity(low, high).scaled(1)


def change_of(state: ParseState, amount: int, noun: int) -> tuple[list[int], int] | None:
    """Return the word of more or less near an amount or its noun, and its sign: "30 % less".

    "reduced to 40 %" changes nothing about what 40 % means, but the word is understood.
    """
    ends = sorted((amount, noun))
    for j in (*range(amount - 1, amount - 4, -1), *range(amount + 1, amount + 3), *range(*ends)):
        span = state.at(j)
        if span is None or span.punct or span.used:
            continue
        if (sense := span.sense("change")) is not None:
            before = state.at(amount - 1)
            absolute = before is not None and before.word in ("to", "at") and j < amount
            return [j], 0 if absolute and amount != noun else sense.change
    return None


def is_range(state: ParseState, i: int, j: int) -> bool:
    """Return whether two words are the ends of a range: "from ice to rubber"."""
    between = [state.spans[k] for k in range(i + 1, j)]
    joins = [span.word for span in between if span.word in ("to", "and")]
    if len(joins) != 1 or len(between) > 4 or any(span.punct or span.quantity for span in between):
        return False
    if any(
        span.senses and not span.stop and span.roles.isdisjoint(("gravity", "friction")) for span in between
    ):
        return False
    opened = {"and": ("between",), "to": ("from", "between")}[joins[0]]
    k = i - 1
    while (span := state.at(k)) is not None and not span.punct and i - k <= 3:
        if span.word in opened:
            return True
        k -= 1
    return False


def spans_near(state: ParseState, i: int, reach: int) -> list[int]:
    """Return unused spans near one, nearest first, up to punctuation or another noun on each side."""
    near = []
    for step in (-1, 1):
        for j in range(i + step, i + step * (reach + 1), step):
            span = state.at(j)
            if span is None or (span.punct and span.punct != ":") or span.sense("negate"):
                break
            if span.used or span.negated:
                continue
            if any(s.thing or s.role == "friction" for s in span.senses):
                break
            near.append(j)
    return sorted(near, key=lambda j: abs(j - i))


def neighbours(state: ParseState, i: int) -> list[int]:
    """Return the spans before and after one, with small words passed over."""
    near = state.lexicon.grammar.value_links
    found = (state.before(i, skip=near), state.after(i, skip=(*near, ":", "=")))
    return [j for j in found if j is not None]
