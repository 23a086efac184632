"""Rules for comparatives in a refinement, such as "steeper"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from envgen.core import dist
from envgen.core.params import Param, RobotSize
from envgen.prompting.kinds import known_params
from envgen.prompting.parse_state import ParseState
from envgen.prompting.refinement import USUAL, Refinement, clamp_change, entries_of_kind, kind_of, map_value
from envgen.prompting.sense import Sense
from envgen.prompting.spans import Span

STEP = 0.2
"""Change of the difficulty by "harder", times the factor of a word of degree."""
CALM = [-6.0, -2.0]
"""Wind in m/s where "more wind" finds none: against +x, as the word "wind" has it."""
_ARENA = {"@length": (0,), "@breadth": (1,), "@size": (0, 1)}
_PATHS: Mapping[str, tuple[float, float]] = {
    "physics.friction": (0.0, 10.0),
    "physics.gravity": (0.0, 100.0),
    "control.episode": (0.01, 100_000.0),
}


def comparatives(ref: Refinement) -> None:
    """Read comparatives: "steeper", "twice as long", "a bit easier", "the hills 20 % lower"."""
    for i, _span, sense in list(ref.state.with_sense("compares")):
        if ref.state.spans[i].used:
            continue
        change, words = _change(ref.state, i, sense)
        noun = _noun(ref.state, i)
        used = [*words, i]
        if _apply(ref, sense, change, noun, ref.state.text_of(*used)):
            ref.state.use(*used, *([noun] if noun is not None else []))


def _change(state: ParseState, i: int, sense: Sense) -> tuple[Callable[[float], float], list[int]]:
    """Return the change of a comparative, and the indices of its words of degree."""
    words: list[int] = []
    j = i - 1
    while (span := state.at(j)) is not None and span.word in ("times", "by", "the"):
        words.append(j)
        j -= 1
    after = state.at(i + 1)
    sides = (j, i + 2) if after is not None and after.word == "by" else (j,)
    near = [k for k in sides if _amount(state.at(k))]
    times = bool(words) and state.spans[words[0]].word == "times"
    factor = USUAL
    if near:
        span = state.spans[near[0]]
        quantity = span.quantity
        words = [*(words if near[0] < i else []), near[0]]
        if near[0] == i + 2:
            words.append(i + 1)  # "steeper by 20 %"
        if quantity is None:
            by = span.sense("by")
            factor = by.by if by else USUAL
        elif quantity.unit == "%":
            sign = 1 if sense.more else -1
            return (lambda v: v * max(1 + sign * quantity.low / 100, 0.0)), words
        elif quantity.unit == "m":
            step = quantity.low if sense.more else -quantity.low
            return (lambda v: v + step), words
        elif quantity.unit == "x" or times:
            factor = quantity.low or 1.0
    else:
        words = []
    return (lambda v: v * factor) if sense.more else (lambda v: v / factor), words


def _amount(span: Span | None) -> bool:
    if span is None or span.used or span.punct or span.negated:
        return False
    return span.sense("by") is not None or bool(span.quantity and span.quantity.unit in ("x", "%", "m", ""))


def _noun(state: ParseState, i: int) -> int | None:
    """Return the noun that a comparative describes: after it, or before it in the same clause."""
    for step, most in ((1, 4), (-1, 6)):
        for j in range(i + step, i + step * most, step):
            span = state.at(j)
            if span is None or span.punct or span.word in ("and", "but", "with", "add"):
                break
            if any(s.thing or s.measures for s in span.senses) or "arena" in span.roles:
                return None if span.used else j
    return None


def _apply(
    ref: Refinement, sense: Sense, change: Callable[[float], float], noun: int | None, text: str
) -> bool:
    span = ref.state.spans[noun] if noun is not None else None
    things = [s for s in span.senses if s.thing and not s.weak] if span else []
    for name in sense.compares:
        if "." in name or name == "difficulty":
            return _path(ref, name, sense, change, text)
    if things:
        targets = [e for s in things for e in _named(ref, s)]
        if not targets:
            return False
        if _params(ref, targets, sense.compares, change, text):
            return True
    elif span is None:
        if sense.compares[0].startswith("@") and _arena(ref, sense.compares[0], change, text):
            return True
        for family in ("terrain", "obstacle"):
            if _params(ref, ref.entries(family), sense.compares, change, text):
                return True
    if span is not None and (measured := span.sense("measures")):
        return _path(ref, measured.measures, sense, change, text)
    arena = next((name for name in sense.compares if name in _ARENA), "@size" if span else None)
    return arena is not None and _arena(ref, arena, change, text)


def _named(ref: Refinement, sense: Sense) -> list[dict[str, Any]]:
    """Return the entries that a noun means."""
    return [
        entry
        for family in ("terrain", "obstacle", "robot")
        for entry in entries_of_kind(ref.entries(family), getattr(sense, family))
    ]


def _params(
    ref: Refinement,
    entries: Iterable[dict[str, Any]],
    names: Iterable[str],
    change: Callable[[float], float],
    text: str,
) -> bool:
    """Change in each entry the first of the parameters that it has."""
    done = False
    for entry in entries:
        family = "robot" if "model" in entry else "terrain" if "weight" in entry else "obstacle"
        known = known_params(family, kind_of(entry))
        name = next((name for name in names if name in known), None)
        if name is None:
            continue
        table = entry["params"] if family == "robot" else entry
        spec = known[name]
        value = table[name] if table.get(name) is not None else _open(ref, spec)
        ref.set(table, name, map_value(value, clamp_change(spec, change)), text)
        done = True
    return done


def _open(ref: Refinement, spec: Param) -> Any:
    """Return the range that difficulty gives an open parameter, at the robot's size."""
    legs = ref.state.lexicon.grammar.leg
    leg = min(float(legs.get(kind_of(robot), 0.5)) for robot in ref.entries("robot"))
    size = RobotSize(leg=leg, radius=leg)
    low, high = dist.bounds(dist.parse(ref.data["difficulty"]))
    ends = sorted(float(spec.at(d, size)) for d in (low, high))
    return ends if ends[0] < ends[1] else ends[0]


def _arena(ref: Refinement, name: str, change: Callable[[float], float], text: str) -> bool:
    """Change the sides of the arena."""
    size = list(ref.data["terrain"]["size"])
    for side in _ARENA[name]:
        size[side] = map_value(size[side], lambda v: min(max(change(v), 2.0), 500.0))
    ref.set(ref.data["terrain"], "size", size, text)
    return True


def _path(ref: Refinement, path: str, sense: Sense, change: Callable[[float], float], text: str) -> bool:
    """Change a single value."""
    if path == "difficulty":
        step = STEP * (change(1.0) / USUAL if sense.more else 1 / change(1.0) / USUAL)
        ref.set(ref.data, "difficulty", _harder(ref.data["difficulty"], step if sense.more else -step), text)
        return True
    if path == "task.speed":
        known = known_params("task", ref.data["task"]["kind"])
        if "speed" not in known:
            return False
        spec, task = known["speed"], ref.data["task"]
        value = task["speed"] if task.get("speed") is not None else _open(ref, spec)
        ref.set(task, "speed", map_value(value, clamp_change(spec, change)), text)
        return True
    group, _, name = path.partition(".")
    table = ref.data[group]
    if path == "physics.wind":
        still = not any(part != 0 for part in table[name])
        if still and not sense.more:
            return False
        bounded = [map_value(part, lambda v: min(max(change(v), -60.0), 60.0)) for part in table[name]]
        ref.set(table, name, [CALM, 0.0, 0.0] if still else bounded, text)
        return True
    if path not in _PATHS or table[name] is None:
        return False
    low, high = _PATHS[path]
    ref.set(table, name, map_value(table[name], lambda v: min(max(change(v), low), high)), text)
    return True


def _harder(value: Any, step: float) -> Any:
    """Return a range of difficulty moved, within 0 and 1; a range keeps its ends apart."""
    if isinstance(value, list):
        low, high = value
        low = min(max(low + step, 0.0), 0.9) if step > 0 else max(low + step, 0.0)
        high = max(min(high + step, 1.0), 0.1) if step < 0 else min(high + step, 1.0)
        return [round(low, 3), round(max(high, low), 3)]
    return map_value(value, lambda v: min(max(v + step, 0.0), 1.0))
