"""The language of task terms: expressions as plain JSON lists, compiled to functions of a batch of worlds.

A term is data, so that a pack carries the whole task and the browser evaluates the same lists. An expression
is a number or a list `[op, arg, …]`. Each value is an array (worlds, k); operators
broadcast k = 1. docs/tasks.md lists them; `OPERATORS`, `SOURCES` and `VIEWS` are the whole language.
"""

from __future__ import annotations

import itertools
import marshal
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import methodcaller
from typing import Any, Protocol, Self, TypeAlias

import numpy as np

from envgen.core.errors import EnvgenError
from envgen.tasks.operators import OPERATORS, Values, norm, truth

Expr: TypeAlias = float | int | list[Any]


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
        """Return the agents of a group as seen by this one, without itself."""

    def asking(self) -> Self:
        """Return the agent from which this one is seen, or itself."""

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
"""Sources that take a name or number."""

VIEWS: dict[str, str] = {
    "nearest": "['nearest', group, a]: a of the group's nearest (level distance); 0 if the group is empty",
    "any": "['any', group, a]: 1 where a differs from 0 for one of the group",
    "all": "['all', group, a]: 1 where a differs from 0 for all of the group, or it is empty",
    "me": "['me', a]: inside one of these, a of the agent that asks",
}
"""Operators that evaluate an expression for other agents; a group contains agents still in play."""
GROUPS: dict[str, str] = {
    "others": "all other agents",
    "opponents": "those of other teams",
    "teammates": "the others of the own team",
    "chasers": "the others whose role is chaser",
    "runners": "the others whose role is runner",
}


Memo: TypeAlias = dict[tuple[int, int], Values]
"""Values by `id` of the reading and number of the term: all of the same state."""
Term: TypeAlias = Callable[[TaskState, Memo], Values]
"""A compiled expression: its value (worlds, k) for a batch of worlds."""
_numbers = itertools.count()
_REMEDY = "See docs/tasks.md for the language."


def evaluate(expr: Expr, reading: TaskState, memo: Memo | None = None) -> Values:
    """Evaluate an expression for a batch of worlds; to evaluate it often, compile it once.

    Args:
        expr: The expression.
        reading: The state of one agent in each world.
        memo: Values already evaluated in the same state; terms share parts.

    Returns:
        (worlds, k).

    Raises:
        EnvgenError: The expression is not of the language.
    """
    return _part(expr)(reading, {} if memo is None else memo)


def compiled(exprs: Sequence[Expr]) -> tuple[Term, ...]:
    """Compile expressions to functions, which raise EnvgenError when called if they are invalid.

    Equal parts are one function, and with one memo they are evaluated once.
    """
    try:
        return _all(_content(list(exprs)))
    except ValueError:
        return tuple(_part(expr) for expr in exprs)


def _content(expr: Any) -> bytes:
    """Return the same bytes for the same plain data, ten times faster than `repr`; else raise ValueError."""
    return marshal.dumps(expr, 2)  # later versions encode shared references


@lru_cache(maxsize=64)
def _all(content: bytes) -> tuple[Term, ...]:
    """Compile all terms of a task, once for all variants of a recipe."""
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
        return _wrong(f"an expression must be a number or [operator, ...], got {expr!r}")
    try:
        return _shared(_content(expr))
    except ValueError:
        return _term(expr)


def _term(expr: list[Any]) -> Term:
    """Compile an expression with an operator; its value is kept in the memo."""
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
    """Return a term that raises an error when it is evaluated."""

    def term(reading: TaskState, memo: Memo) -> Values:
        raise EnvgenError(cause, _REMEDY)

    return term


def _cause(expr: Expr, error: Exception) -> str:
    text = repr(expr)
    text = text if len(text) <= 80 else text[:77] + "..."
    return f"the task term {text} can't be evaluated: {error}"


@lru_cache(maxsize=1024)
def _literal(value: float, worlds: int) -> Values:
    """Return a number as a read-only array (worlds, 1)."""
    full = np.full((worlds, 1), value)
    full.setflags(write=False)
    return full


def _applied(op: str, args: list[Any]) -> Term:
    """Compile an operator with its arguments."""
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
    """Compile a call of a function; one or two arguments are passed without a list, to save time."""
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
        return truth(found)

    return holds


def _nearest(seen: Term, place: Term, reading: TaskState, others: Sequence[TaskState], memo: Memo) -> Values:
    if not others:  # evaluated for its number of columns
        return np.zeros_like(seen(reading, memo))
    here = place(reading, memo)
    away = np.concatenate([norm(place(other, memo) - here) for other in others], axis=1)
    there = np.concatenate([other.in_play() for other in others], axis=1) != 0
    away = np.where(there, away, np.inf)
    values = np.stack([seen(other, memo) for other in others])
    best: Values = values[np.argmin(away, axis=1), np.arange(reading.worlds)]
    return np.where(there.any(axis=1, keepdims=True), best, 0.0)
