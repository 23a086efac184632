"""Filters: `difficulty < 0.5 and terrain_kind == 'stairs'` as a condition on rows of the table of variants.

The text is parsed, each node is checked against a closed list, and a function is made of those that are
known; nothing is handed to `eval`. A comparison with a value that a variant doesn't have is false.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from envgen.core.errors import InputError
from envgen.packs.selection.columns import Columns, Kind, kind_of, short_name
from envgen.packs.selection.source import SYNTAX, Source, read
from envgen.packs.table import Row

Condition = Callable[[Row], bool]
MAX_DEPTH = 60
"""Deepest nesting of an expression."""
_ORDER: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_EQUAL: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {ast.Eq: operator.eq, ast.NotEq: operator.ne}
_SYMBOLS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


@dataclass(frozen=True, eq=False)
class _Value:
    """One side of a comparison.

    Attributes:
        kinds: Of its values.
        get: Its value in a row; None where there is none.
        name: For messages.
    """

    kinds: set[Kind]
    get: Callable[[Row], Any]
    name: str


def condition(text: str, columns: Columns) -> Condition:
    """Return the condition that a filter states.

    Args:
        text: The filter.
        columns: Names that it may use.

    Raises:
        InputError: The text is not a comparison, has an unknown name, or compares what can't be compared.
    """
    source = read(text)
    return _Reader(source, columns).condition(source.tree, 0)


class _Reader:
    """Makes functions of the nodes of a syntax tree."""

    def __init__(self, source: Source, columns: Columns) -> None:
        self._source, self._columns = source, columns

    def condition(self, node: ast.expr, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise self._source.error(node, f"it is nested deeper than {MAX_DEPTH}", "Write it flatter.")
        if isinstance(node, ast.BoolOp):
            parts = [self.condition(value, depth + 1) for value in node.values]
            if isinstance(node.op, ast.And):
                return lambda row: all(part(row) for part in parts)
            return lambda row: any(part(row) for part in parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.condition(node.operand, depth + 1)
            return lambda row: not inner(row)
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        value = self._value(node)
        if value.kinds != {"truth"}:
            raise self._source.error(
                node, f"{value.name} is {_kinds(value)}, not a condition", "Compare it, e.g. with ==."
            )
        return lambda row: bool(value.get(row))

    def _comparison(self, node: ast.Compare) -> Condition:
        sides, parts = [node.left, *node.comparators], list[Condition]()
        for left, op, right in zip(sides, node.ops, sides[1:]):
            if isinstance(op, ast.In | ast.NotIn):
                parts.append(self._membership(left, right, negate=isinstance(op, ast.NotIn)))
            elif type(op) in _SYMBOLS:
                parts.append(self._pair(left, op, right))
            else:
                raise self._source.error(right, "`is` is not supported", "Write ==.")
        if len(parts) == 1:
            return parts[0]
        return lambda row: all(part(row) for part in parts)

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Condition:
        a, b, symbol = self._value(left), self._value(right), _SYMBOLS[type(op)]
        common = a.kinds & b.kinds
        if type(op) in _ORDER:
            common = common - {"truth"}
        if not common:
            raise self._source.error(
                left,
                f"{a.name} is {_kinds(a)}, {b.name} is {_kinds(b)}: {symbol} can't compare them",
                _fix(a, b),
            )
        compare = _ORDER.get(type(op)) or _EQUAL[type(op)]

        def holds(row: Row) -> bool:
            x, y = a.get(row), b.get(row)
            return x is not None and y is not None and kind_of(x) == kind_of(y) and compare(x, y)

        return holds

    def _membership(self, left: ast.expr, right: ast.expr, *, negate: bool) -> Condition:
        a = self._value(left)
        if not isinstance(right, ast.List | ast.Tuple | ast.Set):
            raise self._source.error(
                right, "after `in` there must be a list", "Write e.g. in ['rough', 'stairs']."
            )
        members = [self._constant(element) for element in right.elts]
        for element, member in zip(right.elts, members):
            if not a.kinds & member.kinds:
                raise self._source.error(
                    element, f"{a.name} is {_kinds(a)}, {member.name} is {_kinds(member)}", _fix(a, member)
                )
        values = {(kind_of(value), value) for value in (member.get({}) for member in members)}

        def holds(row: Row) -> bool:
            value = a.get(row)
            return value is not None and ((kind_of(value), value) in values) != negate

        return holds

    def _value(self, node: ast.expr) -> _Value:
        if isinstance(node, ast.Name):
            return self._column(node)
        if isinstance(node, ast.Attribute | ast.Subscript):
            path = ast.unparse(node)
            raise self._source.error(node, f"a column must be a plain name, got {path}", self._hint(path))
        return self._constant(node)

    def _column(self, node: ast.Name) -> _Value:
        exact = self._source.exact.get(self._source.position(node))
        name = node.id if exact is None else exact
        found = self._columns.find(name, exact=exact is not None)
        if not found:
            raise self._source.error(node, f"unknown name {name!r}", self._columns.suggest(name))
        if len(found) > 1:
            raise self._source.error(
                node, f"{name!r} may be {' or '.join(found)}", f"Write one in backquotes: `{found[0]}`."
            )
        key = self._columns.key(found[0])
        return _Value(self._columns.kinds[found[0]], lambda row: row.get(key), name)

    def _constant(self, node: ast.expr) -> _Value:
        sign, inner = 1, node
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign, inner = (-1 if isinstance(node.op, ast.USub) else 1), node.operand
        value = inner.value if isinstance(inner, ast.Constant) else None
        if isinstance(value, int | float) and (inner is node or not isinstance(value, bool)):
            number = value if inner is node else sign * value
            return _Value({kind_of(number)}, lambda row: number, _shown(number))
        if isinstance(value, str) and inner is node:
            return _Value({"text"}, lambda row: value, _shown(value))
        raise self._refusal(node)

    def _refusal(self, node: ast.expr) -> InputError:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
            word = "and" if isinstance(node.op, ast.BitAnd) else "or"
            return self._source.error(node, "& and | are not supported", f"Write `{word}`.")
        if isinstance(node, ast.Name):
            return self._source.error(
                node, "a list may hold numbers and quoted texts only", f"Write {node.id!r}."
            )
        what = _NODES.get(type(node), "this")
        return self._source.error(node, f"{what} is not supported", SYNTAX)

    def _hint(self, path: str) -> str:
        if self._columns.find(path, exact=True):
            return f"Write {short_name(path)}, or `{path}` in backquotes."
        return self._columns.suggest(path)


_NODES: dict[type[ast.expr], str] = {
    ast.Call: "a call",
    ast.BinOp: "arithmetic",
    ast.Lambda: "a function",
    ast.IfExp: "if … else",
    ast.Compare: "a comparison as a value",
    ast.BoolOp: "a condition as a value",
    ast.UnaryOp: "this sign",
    ast.List: "a list outside of `in`",
    ast.Tuple: "a list outside of `in`",
    ast.JoinedStr: "an f-string",
    ast.NamedExpr: "an assignment",
}


def _kinds(value: _Value) -> str:
    words = {"number": "a number", "text": "text", "truth": "true or false"}
    return " or ".join(words[kind] for kind in sorted(value.kinds))


def _fix(a: _Value, b: _Value) -> str:
    if {"text", "number"} <= a.kinds | b.kinds:
        return "Write texts in quotes and numbers without."
    return "Compare text with text, and numbers with numbers; true and false have no order."


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes out no integer of thousands of digits
        return "this number"
    return text if len(text) <= 40 else text[:39] + "…"
