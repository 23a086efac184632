"""Expectations of a prompt benchmark case, and checks of an interpretation against them.

A case is a line of JSON: `{"id", "prompt", "tags", "expect"}`. The keys of `expect`:

| key | holds when |
| --- | --- |
| `robots` | the models and their numbers are just these; a number may be `[least, most]` |
| `robots_any` | one of several `robots` |
| `terrain`, `obstacles` | each kind of the list is there |
| `terrain_any`, `obstacles_any` | of each list in the list one kind is there |
| `terrain_only` | no kind but these is there |
| `terrain_not`, `obstacles_not` | none of these is there |
| `terrain_order` | the kinds are just these in this order; each element lists the kinds that will do |
| `no_obstacles` | true: there are none |
| `layout`, `task`, `fluid`, `count` | the value is this |
| `task_any` | the task is one of these |
| `wind` | whether any wind blows |
| `teams` | there are this many teams |
| `roles` | the number of robots by role |
| `range` | the mean at each path lies within `[low, high]` |
| `unmapped` | each word is reported |
| `all_mapped` | true: nothing is reported |
| `error` | true: the prompt is refused |
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Plain: TypeAlias = Any
"""JSON data."""
Answer: TypeAlias = Mapping[str, Plain]
"""The object that `envgen interpret --json` prints."""

_STEP = re.compile(r"([\w|]+)(?:\[(\*|\d+)\])?")
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Expectation:
    """One expectation.

    Attributes:
        key: Of `expect`.
        wanted: Expected value.
        found: Value found.
        ok: Whether it holds.
    """

    key: str
    wanted: Plain
    found: Plain
    ok: bool


def single_expectations(expect: Mapping[str, Plain]) -> Iterator[tuple[str, Plain]]:
    """Yield single expectations: a kind, word or path each."""
    for key, wanted in expect.items():
        if key in ("terrain", "terrain_any", "obstacles", "obstacles_any", "unmapped"):
            yield from ((key, one) for one in wanted)
        elif key == "range":
            yield from (("range", (path, *ends)) for path, ends in wanted.items())
        else:
            yield key, wanted


def judge(expect: Mapping[str, Plain], answer: Answer | None, problem: str = "") -> list[Expectation]:
    """Check an answer.

    Args:
        expect: Expectations of the case.
        answer: The interpretation, None if the prompt was refused.
        problem: Why it was refused.
    """
    checks = []
    for key, wanted in single_expectations(expect):
        if answer is None:
            checks.append(Expectation(key, wanted, problem, key == "error"))
        elif key == "error":
            checks.append(Expectation(key, wanted, "an answer", not wanted))
        else:
            ok, found = _CHECKS[key](wanted, answer)
            checks.append(Expectation(key, wanted, found, ok))
    return checks


def malformed(expect: Mapping[str, Plain]) -> str | None:
    """Return what is wrong with the expectations of a case, or None."""
    if unknown := sorted(set(expect) - KEYS):
        return f"unknown expectation {unknown[0]!r}"
    for path, ends in expect.get("range", {}).items():
        if not all(_STEP.fullmatch(step) for step in path.split(".")):
            return f"a range needs a path of names and indices, got {path!r}"
        if len(ends) != 2 or not ends[0] <= ends[1]:
            return f"the range of {path!r} must be [low, high], got {ends!r}"
    return None


# --- reading an answer --------------------------------------------------------------------------


def mean(value: Plain) -> float | None:
    """Return the mean of a number, distribution or list of those; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list) and value:
        return _average(value, [1.0] * len(value))
    if isinstance(value, dict):
        if "choice" in value:
            return _average(value["choice"], value.get("weights") or [1.0] * len(value["choice"]))
        if "normal" in value:
            low, high = value.get("clip") or (-math.inf, math.inf)
            return min(max(float(value["normal"][0]), low), high)
        if "loguniform" in value:
            low, high = value["loguniform"]
            return float(low) if low == high else float((high - low) / math.log(high / low))
    return None


def _average(values: list[Plain], weights: list[float]) -> float | None:
    means = [mean(value) for value in values]
    known = [m for m in means if m is not None]
    if len(known) < len(means) or not sum(weights):
        return None
    return sum(m * w for m, w in zip(known, weights)) / sum(weights)


def at(data: Plain, path: str) -> list[Plain]:
    """Return all values at a path such as `terrain.sub_terrains[*].height|amplitude`."""
    nodes = [data]
    for step in path.split("."):
        match = _STEP.fullmatch(step)
        names, index = match.groups() if match else ("", None)
        nodes = [n[name] for n in nodes if isinstance(n, dict) for name in names.split("|") if name in n]
        if index == "*":
            nodes = [element for n in nodes if isinstance(n, list) for element in n]
        elif index is not None:
            nodes = [n[int(index)] for n in nodes if isinstance(n, list) and int(index) < len(n)]
    return nodes


def _kinds(answer: Answer, family: str) -> list[str]:
    path = {"terrain": "terrain.sub_terrains[*].kind", "obstacles": "obstacles[*].kind"}[family]
    return at(answer["cfg"], path)


def _counted(answer: Answer, name: str) -> dict[str, float]:
    total: Counter[str] = Counter()
    for robot in answer["cfg"]["robots"]:
        if robot.get(name) is not None:
            total[robot[name]] += mean(robot.get("count", 1)) or math.nan  # type: ignore[assignment]
    return dict(total)


def _within(value: float | None, low: float, high: float) -> bool:
    return value is not None and low - _TOLERANCE <= value <= high + _TOLERANCE


def _same(found: Mapping[str, float], wanted: Mapping[str, Plain]) -> bool:
    ends = {name: n if isinstance(n, list) else [n, n] for name, n in wanted.items()}
    return found.keys() == ends.keys() and all(_within(found[name], *ends[name]) for name in ends)


def _nonzero(value: Plain) -> bool:
    if isinstance(value, dict):
        return any(map(_nonzero, value.values()))
    if isinstance(value, list):
        return any(map(_nonzero, value))
    return isinstance(value, int | float) and value != 0


# --- the checks ---------------------------------------------------------------------------------

Checker: TypeAlias = Callable[[Plain, Answer], tuple[bool, Plain]]


def _robots(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
    found = _counted(answer, "model")
    options = wanted if isinstance(wanted, list) else [wanted]
    return any(_same(found, option) for option in options), found


def _roles(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
    found = _counted(answer, "role")
    return _same(found, wanted), found


def _has(family: str) -> Checker:
    def check(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
        found = _kinds(answer, family)
        options = wanted if isinstance(wanted, list) else [wanted]
        return any(kind in options for kind in found), found

    return check


def _has_none(family: str) -> Checker:
    def check(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
        found = _kinds(answer, family)
        return not set(found) & set(wanted), found

    return check


def _only(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
    found = _kinds(answer, "terrain")
    return bool(found) and set(found) <= set(wanted), found


def _order(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
    found = _kinds(answer, "terrain")
    return len(found) == len(wanted) and all(f in w for f, w in zip(found, wanted)), found


def _no_obstacles(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
    found = _kinds(answer, "obstacles")
    return (not found) == wanted, found


def _value(path: str) -> Checker:
    def check(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
        (found,) = at(answer, path) or [None]
        return found in (wanted if isinstance(wanted, list) else [wanted]), found

    return check


def _wind(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
    found = answer["cfg"]["physics"]["wind"]
    return _nonzero(found) == wanted, found


def _teams(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
    found = sorted({robot["team"] for robot in answer["cfg"]["robots"] if robot.get("team") is not None})
    return len(found) == wanted, found


def _range(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
    path, low, high = wanted
    found = at(answer["cfg"], path)
    return any(_within(mean(value), low, high) for value in found), found


def _unmapped(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
    found = answer["unmapped"]
    return any(wanted.lower() in words.lower() for words in found), found


def _all_mapped(wanted: Plain, answer: Answer) -> tuple[bool, Plain]:
    found = answer["unmapped"]
    return (not found) == wanted, found


_CHECKS: dict[str, Checker] = {
    "robots": _robots,
    "robots_any": _robots,
    "roles": _roles,
    "teams": _teams,
    "terrain": _has("terrain"),
    "terrain_any": _has("terrain"),
    "terrain_only": _only,
    "terrain_not": _has_none("terrain"),
    "terrain_order": _order,
    "obstacles": _has("obstacles"),
    "obstacles_any": _has("obstacles"),
    "obstacles_not": _has_none("obstacles"),
    "no_obstacles": _no_obstacles,
    "layout": _value("cfg.terrain.layout"),
    "task": _value("cfg.task.kind"),
    "task_any": _value("cfg.task.kind"),
    "fluid": _value("cfg.physics.fluid"),
    "count": _value("count"),
    "wind": _wind,
    "range": _range,
    "unmapped": _unmapped,
    "all_mapped": _all_mapped,
}
KEYS = frozenset({*_CHECKS, "error"})
"""Keys that a case may expect."""
