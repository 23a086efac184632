"""Operators of task terms on arrays (worlds, k)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]


def _rotate_inverse(quat: Values, vector: Values) -> Values:
    """Rotate a world vector into the frame of a body with orientation quat (w, x, y, z)."""
    w, axis = quat[:, :1], -quat[:, 1:]
    twice = 2.0 * _cross(axis, vector)
    turned: Values = vector + w * twice + _cross(axis, twice)
    return turned


def _cross(a: Values, b: Values) -> Values:
    # for a few rows numpy.cross costs ten times as much, and indexing by lists twice
    product: Values = a.take(_YZX, 1) * b.take(_ZXY, 1) - a.take(_ZXY, 1) * b.take(_YZX, 1)
    return product


_YZX, _ZXY = np.array([1, 2, 0]), np.array([2, 0, 1])


def norm(a: Values) -> Values:
    """Return the Euclidean length of each row, (worlds, 1)."""
    length: Values = np.sqrt(_sum(a * a))
    return length


def _sum(a: Values) -> Values:
    total: Values = np.add.reduce(a, axis=1, keepdims=True)
    return total


def truth(a: Any) -> Values:
    """Return 1 where a holds, else 0."""
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
    "lt": (lambda a, b: truth(a < b), "1 where a < b, else 0"),
    "gt": (lambda a, b: truth(a > b), "1 where a > b, else 0"),
    "and": (lambda a, b: truth((a != 0) & (b != 0)), "1 where both differ from 0"),
    "or": (lambda a, b: truth((a != 0) | (b != 0)), "1 where one differs from 0"),
    "not": (lambda a: truth(a == 0), "1 where a is 0"),
    "sum": (_sum, "sum over k"),
    "mean": (lambda a: _sum(a) / max(a.shape[1], 1), "mean over k"),
    "norm": (norm, "Euclidean length over k"),
    "dot": (lambda a, b: _sum(a * b), "sum over k of a * b"),
    "to_body": (_rotate_inverse, "a world vector b in the frame of the orientation a (w, x, y, z)"),
}
"""Operators by name: function of arrays (worlds, k), and what it does."""
