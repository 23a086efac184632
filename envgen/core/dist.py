"""Numbers and distributions of numbers.

Any number of an EnvCfg may be `5`, `[lo, hi]` (uniform), `{"choice": [..], "weights": [..]}`,
`{"normal": [mean, std], "clip": [lo, hi]}` or `{"loguniform": [lo, hi]}`. The form in
memory is the JSON form with tuples for lists, so that it is written as it was read.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

import numpy as np
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from envgen.core.frozen import FrozenDict

Dist: TypeAlias = float | int | tuple[Any, ...] | Mapping[str, Any]

FORMS = (
    'a number, [lo, hi], {"choice": [..]}, {"normal": [mean, std], "clip": [lo, hi]} '
    'or {"loguniform": [lo, hi]}'
)
_WITHIN = "(within)"
"""Internal key of a normal without `clip`: the range of its parameter; never part of JSON."""
_KEYS = {"choice": {"weights"}, "normal": {"clip"}, "loguniform": set[str]()}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _number(value: Any, what: str = "a number") -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise ValueError(f"must be {what}, got {_shown(value)}")
    number = value.item() if isinstance(value, np.number) else value
    if isinstance(number, int) and abs(number) > sys.float_info.max:
        raise ValueError("must be finite as a float, got a whole number of over 300 digits")
    if not math.isfinite(number):
        raise ValueError(f"must be finite, got {number}")
    return number


def _numbers(value: Any, count: int | None, what: str) -> tuple[float | int, ...]:
    if not isinstance(value, list | tuple) or not value or (count and len(value) != count):
        raise ValueError(f"must be {what}, got {_shown(value)}")
    return tuple(_number(v) for v in value)


def parse(value: Any) -> Dist:
    """Check a number or distribution and return its canonical form.

    Raises:
        ValueError: It has none of the forms, is not finite, or its range is upside down.
    """
    if isinstance(value, list | tuple):
        return _check_order(_numbers(value, 2, "a range [lo, hi]"))
    if isinstance(value, Mapping):
        names = set(value)
        if isinstance(value, FrozenDict):  # parsed before
            names -= {_WITHIN}
        form = next((key for key in _KEYS if key in names), None)
        if form is None or names - {form} - _KEYS[form]:
            raise ValueError(f"must be {FORMS}, got {_shown(dict(value))}")
        return _parse_mapping(form, value)
    return _number(value, FORMS)


def _parse_mapping(form: str, value: Mapping[str, Any]) -> Dist:
    if form == "choice":
        options = _numbers(value["choice"], None, "a list of numbers")
        if value.get("weights") is None:
            return FrozenDict(choice=options)
        weights = _numbers(value["weights"], len(options), f"a list of {len(options)} weights")
        if min(weights) < 0 or sum(weights) <= 0:
            raise ValueError(f"weights {list(weights)} must be >= 0 and not all 0")
        return FrozenDict(choice=options, weights=weights)
    if form == "normal":
        mean, std = _numbers(value["normal"], 2, "[mean, std]")
        if std < 0:
            raise ValueError(f"a standard deviation of {std} is negative")
        if value.get("clip") is None:
            return FrozenDict(normal=(mean, std))
        return FrozenDict(normal=(mean, std), clip=_check_order(_numbers(value["clip"], 2, "[lo, hi]")))
    low, high = _check_order(_numbers(value["loguniform"], 2, "[lo, hi]"))
    if low <= 0:
        raise ValueError(f"loguniform needs a lower bound above 0, not {low}")
    return FrozenDict(loguniform=(low, high))


def _check_order(pair: tuple[float | int, ...]) -> tuple[float | int, ...]:
    if pair[0] > pair[1]:
        raise ValueError(f"the range {list(pair)} is upside down: write [{pair[1]}, {pair[0]}]")
    return pair


def bounds(dist: Dist) -> tuple[float, float]:
    """Return the least and greatest value of a distribution (infinite for a normal without bounds)."""
    if isinstance(dist, tuple):
        return dist[0], dist[1]
    if isinstance(dist, Mapping):
        if "choice" in dist:
            return min(dist["choice"]), max(dist["choice"])
        if "loguniform" in dist:
            return dist["loguniform"][0], dist["loguniform"][1]
        if "clip" in dist:
            return dist["clip"][0], dist["clip"][1]
        return dist.get(_WITHIN, (-math.inf, math.inf)) if dist["normal"][1] else (dist["normal"][0],) * 2
    return dist, dist


def is_constant(dist: Dist) -> bool:
    """Return whether every draw gives the same value."""
    low, high = bounds(dist)
    return low == high


MAX_REDRAWS = 100
"""Most redraws of a normal without `clip` outside its parameter's range; then it is clipped to the range."""


def sample(dist: Dist, rng: np.random.Generator, *, integer: bool = False) -> float | int:
    """Draw one value.

    Args:
        dist: A parsed number or distribution.
        rng: Source of the draw; a constant draws nothing.
        integer: Draw an integer; [lo, hi] then includes both ends.
    """
    value: float
    if isinstance(dist, tuple):
        low, high = dist
        if integer:
            return int(rng.integers(math.ceil(low), math.floor(high) + 1))
        value = rng.uniform(low, high) if high > low else low
    elif isinstance(dist, Mapping):
        value = _sample_mapping(dist, rng)
    else:
        value = dist
    return round(value) if integer else float(value)


def _sample_mapping(dist: Mapping[str, Any], rng: np.random.Generator) -> float:
    if "choice" in dist:
        weights = np.asarray(dist.get("weights") or [1.0] * len(dist["choice"]), dtype=float)
        return float(dist["choice"][int(rng.choice(len(weights), p=weights / weights.sum()))])
    if "loguniform" in dist:
        low, high = dist["loguniform"]
        drawn = math.exp(rng.uniform(math.log(low), math.log(high)))
        return float(min(max(drawn, low), high))
    value = float(rng.normal(*dist["normal"]))
    low, high = dist.get("clip") or dist.get(_WITHIN) or (-math.inf, math.inf)
    for _ in range(0 if "clip" in dist else MAX_REDRAWS):
        if low <= value <= high:
            break
        value = float(rng.normal(*dist["normal"]))
    return float(min(max(value, low), high))


def check_range(dist: Dist, low: float | None, high: float | None, unit: str = "") -> Dist:
    """Check that a distribution stays within [low, high].

    A normal without `clip` passes: values outside are drawn again, so that none accumulate at the bounds.

    Raises:
        ValueError: It leaves the range.
    """
    if isinstance(dist, Mapping) and "normal" in dist and "clip" not in dist:
        within = (-math.inf if low is None else low, math.inf if high is None else high)
        dist = FrozenDict({**dist, _WITHIN: within})
    least, most = bounds(dist)
    if (low is not None and least < low) or (high is not None and most > high):
        given = to_plain(dist)
        raise ValueError(f"{given} is out of range: {describe_range(low, high, unit)}")
    return dist


def describe_range(low: float | None, high: float | None, unit: str = "") -> str:
    """Describe a range, such as `allowed is 0.01 to 5 m`."""
    tail = f" {unit}" if unit else ""
    if low is not None and high is not None:
        return f"allowed is {low:g} to {high:g}{tail}"
    if low is not None:
        return f"allowed is at least {low:g}{tail}"
    if high is not None:
        return f"allowed is at most {high:g}{tail}"
    return f"any number{tail}"


def to_plain(dist: Any) -> Any:
    """Return the JSON form: lists for tuples, dicts for mappings."""
    if isinstance(dist, tuple | list):
        return [to_plain(v) for v in dist]
    if isinstance(dist, Mapping):
        return {key: to_plain(v) for key, v in dist.items() if key != _WITHIN}
    return dist


def json_schema(
    low: float | None = None, high: float | None = None, *, integer: bool = False
) -> dict[str, Any]:
    """Return the JSON Schema of a number or distribution within [low, high]."""
    number: dict[str, Any] = {"type": "integer" if integer else "number"}
    if low is not None:
        number["minimum"] = low
    if high is not None:
        number["maximum"] = high
    pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    free = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}

    def form(**properties: dict[str, Any]) -> dict[str, Any]:
        required = [next(iter(properties))]
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    return {
        "anyOf": [
            number,
            {**pair, "description": "uniform [lo, hi]"},
            form(
                choice={"type": "array", "items": number, "minItems": 1},
                weights={"type": "array", "items": {"type": "number", "minimum": 0}},
            ),
            form(normal=free, clip=pair),
            form(loguniform={**pair, "items": {**number, "exclusiveMinimum": 0}}),
        ]
    }


def number(
    low: float | None = None, high: float | None = None, unit: str = "", *, integer: bool = False
) -> Any:
    """Return a pydantic field type: a number or distribution within [low, high]."""

    def check(value: Any) -> Dist:
        dist = check_range(parse(value), low, high, unit)
        return check_integer(dist) if integer else dist

    return Annotated[
        Any,
        PlainValidator(check),
        PlainSerializer(to_plain),
        WithJsonSchema(json_schema(low, high, integer=integer)),
    ]


def check_integer(dist: Dist) -> Dist:
    """Check that a distribution can give integers.

    Raises:
        ValueError: A fixed value or choice is not a whole number, or a range holds none.
    """
    if isinstance(dist, tuple):
        if math.ceil(dist[0]) > math.floor(dist[1]):
            raise ValueError(f"a range must hold a whole number, got {list(dist)}")
        return dist
    fixed = dist["choice"] if isinstance(dist, Mapping) and "choice" in dist else [dist]
    for value in fixed:
        if not isinstance(value, Mapping) and value != int(value):
            raise ValueError(f"must be a whole number, got {value}")
    return dist
