"""The language of task terms: expressions as plain JSON lists, compiled to functions of a batch of worlds.

A term is data, so that a pack carries the whole task and the browser evaluates the same lists. An expression
is a number or a list `[op, arg, …]`. Each value is an array (worlds, k); operators
broadcast k = 1. docs/tasks.md lists them; `OPERATORS`, `SOURCES` and `VIEWS` below are the whole language.
"""

from __future__ import annotations

import itertools
import marshal
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import methodcaller
from typing import Any, Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import EnvgenError

Expr: TypeAlias = float | int | list[Any]
Values: TypeAlias = NDArray[np.float64]


class TaskState(Protocol):
    """State that expressions read, of one agent in a batch of worlds; each value is (worlds, k)."""

    worlds: int

    def sensor(self, name: str) -> Values: ...
    def sensors(self, prefix: str) -> Values: ...
    def joint_pos(self) -> Values: ...
    def joint_vel(self) -> Values: ...
    def action(self) -> Values: ...
    def goal(self) -> Values: ...
    def object(self, number: int) -> Values: ...
    def object_velocity(self, number: int) -> Values: ...
    def role(self, name: str) -> Values: ...
    def start(self) -> Values: ...
    def time(self) -> Values: ...
    def ground(self, xy: Values) -> Values: ...
    def constant(self, name: str) -> Values: ...
    def param(self, name: str) -> Values: ...

    def others(self, group: str) -> Sequence[Self]:
        """The agents of a group as this one sees them, itself left out."""

    def asking(self) -> Self:
        """The agent that asked for this view; itself, if it is none."""

    def in_play(self) -> Values:
        """Return 1 in each world where the agent's episode goes on, else 0."""


SOURCES: dict[str, str] = {
    "sensor": "['sensor', name]: the agent's MJCF sensor of that name",
    "sensors": "['sensors', prefix]: all of its sensors whose name begins so; no column without one",
    "joint_pos": "positions of the agent's joints, its root left out (rad or m)",
    "joint_vel": "velocities of the same joints (rad/s or m/s)",
    "action": "the last action, in [-1, 1]",
    "goal": "position of the agent's goal in the world (m)",
    "object": "['object', i]: position of the i-th object of the task, of its centre of mass (m)",
    "object_velocity": "['object_velocity', i]: velocity of that object (m/s)",
    "role": "['role', name]: 1 where that is the agent's role, else 0",
    "start": "position of the agent's root at the start (m)",
    "time": "seconds since the reset",
    "ground": "['ground', xy]: height of the ground map under a point (m)",
    "constant": "['constant', name]: a number of the agent: leg, stand, radius, height, arena_x, arena_y",
    "param": "['param', name]: a parameter of the task, as drawn for the world",
}
ARGUMENT = {"sensor", "sensors", "object", "object_velocity", "role", "constant", "param"}
"""Sources that take a plain name or number."""

VIEWS: dict[str, str] = {
    "nearest": "['nearest', group, a]: a of the group's nearest (level distance); 0 if the group is empty",
    "any": "['any', group, a]: 1 where a differs from 0 for one of the group",
    "all": "['all', group, a]: 1 where a differs from 0 for all of the group, or it is empty",
    "me": "['me', a]: inside one of these, a of the agent that asks",
}
"""Operators that look through the eyes of other agents; the group holds who is still in play."""
GROUPS: dict[str, str] = {
    "others": "all other agents",
    "opponents": "those of other teams",
    "teammates": "the others of the own team",
    "chasers": "the others whose role is chaser",
    "runners": "the others whose role is runner",
}


def _rotate_inverse(quat: Values, vector: Values) -> Values:
    """A world vector in the frame of a body with orientation quat (w, x, y, z)."""
    w, axis = quat[:, :1], -quat[:, 1:]
    twice = 2.0 * _cross(axis, vector)
    turned: Values = vector + w * twice + _cross(axis, twice)
    return turned


def _cross(a: Values, b: Values) -> Values:
    # for a few rows numpy.cross costs ten times as much, and indexing by lists twice
    product: Values = a.take(_YZX, 1) * b.take(_ZXY, 1) - a.take(_ZXY, 1) * b.take(_YZX, 1)
    return product


_YZX, _ZXY = np.array([1, 2, 0]), np.array([2, 0, 1])


def _norm(a: Values) -> Values:
    length: Values = np.sqrt(_sum(a * a))
    return length


def _sum(a: Values) -> Values:
    total: Values = np.add.reduce(a, axis=1, keepdims=True)
    return total


def _truth(a: Any) -> Values:
    return np.asarray(a, dtype=np.float64)


def _divide(a: Values, b: Values) -> Values:
    # x / 0 is 0: a term stays finite when, say, the distance to the goal is 0
    return np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=b != 0)


OPERATORS: dict[str, tuple[Callable[..., Values], str]] = {
    "add": (lambda a, b: a + b, "a + b"),
    "sub": (lambda a, b: a - b, "a - b"),
    "mul": (lambda a, b: a * b, "a * b"),
    "div": (_divide, "a / b, and 0 where b is 0"),
    "neg": (lambda a: -a, "-a"),
    "abs": (np.abs, "|a|"),
    "min": (np.minimum, "the smaller of a and b"),
    "max": (np.maximum, "the larger of a and b"),
    "square": (np.square, "a * a"),
    "sqrt": (lambda a: np.sqrt(np.maximum(a, 0.0)), "square root, and 0 below 0"),
    "exp": (lambda a: np.exp(np.minimum(a, 50.0)), "e ** min(a, 50)"),
    "lt": (lambda a, b: _truth(a < b), "1 where a < b, else 0"),
    "gt": (lambda a, b: _truth(a > b), "1 where a > b, else 0"),
    "and": (lambda a, b: _truth((a != 0) & (b != 0)), "1 where both differ from 0"),
    "or": (lambda a, b: _truth((a != 0) | (b != 0)), "1 where one differs from 0"),
    "not": (lambda a: _truth(a == 0), "1 where a is 0"),
    "sum": (_sum, "sum over k"),
    "mean": (lambda a: _sum(a) / max(a.shape[1], 1), "mean over k"),
    "norm": (_norm, "Euclidean length over k"),
    "dot": (lambda a, b: _sum(a * b), "sum over k of a * b"),
    "to_body": (_rotate_inverse, "a world vector b in the frame of the orientation a (w, x, y, z)"),
}
"""Operators by name: function of arrays (worlds, k), and what it does."""


Memo: TypeAlias = dict[tuple[int, int], Values]
"""Values by `id` of the reading and number of the term: all of the same state."""
Term: TypeAlias = Callable[[TaskState, Memo], Values]
"""A compiled expression: its value (worlds, k) for a batch of worlds."""
_numbers = itertools.count()
_REMEDY = "See docs/tasks.md for the language."


def evaluate(expr: Expr, reading: TaskState, memo: Memo | None = None) -> Values:
    """Evaluate an expression for a batch of worlds; who has many of them compiles them once.

    Args:
        expr: The expression.
        reading: The state of one agent in each world.
        memo: Values that were found in the same state: terms share parts.

    Returns:
        (worlds, k).

    Raises:
        EnvgenError: The expression is not of the language.
    """
    return _part(expr)(reading, {} if memo is None else memo)


def compiled(exprs: Sequence[Expr]) -> tuple[Term, ...]:
    """Expressions as functions, which tell by EnvgenError what is not of the language when they are called.

    Parts that are written alike are one function, and with one memo they are evaluated once.
    """
    try:
        return _all(_content(list(exprs)))
    except ValueError:
        return tuple(_part(expr) for expr in exprs)


def _content(expr: Any) -> bytes:
    """The same bytes for the same plain data, in a tenth of the time of `repr`; else ValueError."""
    return marshal.dumps(expr, 2)  # later versions tell apart who else refers to a part


@lru_cache(maxsize=64)
def _all(content: bytes) -> tuple[Term, ...]:
    """The terms of a task are the same for every variant of a recipe."""
    return tuple(_part(expr) for expr in marshal.loads(content))


@lru_cache(maxsize=4096)
def _shared(content: bytes) -> Term:
    expr: list[Any] = marshal.loads(content)
    return _term(expr)


def _part(expr: Expr) -> Term:
    if isinstance(expr, (int, float)):
        value = float(expr)
        return lambda reading, memo: _literal(value, reading.worlds)
    if not isinstance(expr, list) or not expr or not isinstance(expr[0], str):
        return _wrong(f"{expr!r} is no expression")
    try:
        return _shared(_content(expr))
    except ValueError:
        return _term(expr)


def _term(expr: list[Any]) -> Term:
    """An expression with an operator, which is evaluated once for a memo."""
    try:
        apply = _applied(expr[0], expr[1:])
    except (TypeError, ValueError, LookupError) as error:
        return _wrong(_cause(expr, error))
    number = next(_numbers)

    def term(reading: TaskState, memo: Memo) -> Values:
        key = id(reading), number
        value = memo.get(key)
        if value is None:
            try:
                memo[key] = value = apply(reading, memo)
            except (TypeError, ValueError, LookupError) as error:
                raise EnvgenError(_cause(expr, error), _REMEDY) from None
        return value

    return term


def _wrong(cause: str) -> Term:
    """In place of what is not of the language."""

    def term(reading: TaskState, memo: Memo) -> Values:
        raise EnvgenError(cause, _REMEDY)

    return term


def _cause(expr: Expr, error: Exception) -> str:
    text = repr(expr)
    text = text if len(text) <= 80 else text[:77] + "..."
    return f"the task term {text} can't be evaluated: {error}"


@lru_cache(maxsize=1024)
def _literal(value: float, worlds: int) -> Values:
    """(worlds, 1) a number, which nobody may write to."""
    full = np.full((worlds, 1), value)
    full.setflags(write=False)
    return full


def _applied(op: str, args: list[Any]) -> Term:
    """An operator with its arguments."""
    if op in OPERATORS:
        return _operated(OPERATORS[op][0], [_part(arg) for arg in args])
    if op == "slice":
        whole, columns = _part(args[0]), (slice(None), slice(args[1], args[2]))
        return lambda reading, memo: whole(reading, memo)[columns]
    if op == "ground":
        place = _part(args[0])
        return lambda reading, memo: reading.ground(place(reading, memo))
    if op == "concat":
        parts = [_part(arg) for arg in args]
        return lambda reading, memo: np.concatenate([part(reading, memo) for part in parts], axis=1)
    if op in SOURCES:
        source: Callable[[TaskState], Values] = methodcaller(op, *args)
        return lambda reading, memo: source(reading)
    if op == "me":
        own = _part(args[0])
        return lambda reading, memo: own(reading.asking(), memo)
    if op in VIEWS:
        return _view(op, args[0], _part(args[1]))
    return _wrong(f"unknown operator {op!r} in a task term")


def _operated(function: Callable[..., Values], parts: list[Term]) -> Term:
    """A function of parts; a call with a list of arguments takes as long as an operator of small arrays."""
    if len(parts) == 1:
        (one,) = parts
        return lambda reading, memo: function(one(reading, memo))
    if len(parts) == 2:
        left, right = parts
        return lambda reading, memo: function(left(reading, memo), right(reading, memo))
    return lambda reading, memo: function(*[part(reading, memo) for part in parts])


def _view(op: str, group: str, seen: Term) -> Term:
    if group not in GROUPS:
        raise LookupError(f"unknown group {group!r}: known are {', '.join(GROUPS)}")
    if op == "nearest":
        place = _part(["slice", ["sensor", "root_pos"], 0, 2])
        return lambda reading, memo: _nearest(seen, place, reading, reading.others(group), memo)

    def holds(reading: TaskState, memo: Memo) -> Values:
        found = np.full((reading.worlds, 1), op == "all")
        for other in reading.others(group):
            true, there = seen(other, memo) != 0, other.in_play() != 0
            found = found & (true | ~there) if op == "all" else found | (true & there)
        return _truth(found)

    return holds


def _nearest(seen: Term, place: Term, reading: TaskState, others: Sequence[TaskState], memo: Memo) -> Values:
    if not others:  # evaluated all the same: it tells how many columns there are
        return np.zeros_like(seen(reading, memo))
    here = place(reading, memo)
    away = np.concatenate([_norm(place(other, memo) - here) for other in others], axis=1)
    there = np.concatenate([other.in_play() for other in others], axis=1) != 0
    away = np.where(there, away, np.inf)
    values = np.stack([seen(other, memo) for other in others])
    best: Values = values[np.argmin(away, axis=1), np.arange(reading.worlds)]
    return np.where(there.any(axis=1, keepdims=True), best, 0.0)
