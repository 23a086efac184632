"""Overrides `--set path=value` and `--sweep path=a,b,c` of an EnvCfg."""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError

_STEP = re.compile(r"([A-Za-z_]\w*)((?:\[(?:\d+|\*)\])*)")
MAX_COMBINATIONS = 100_000


@dataclass(frozen=True)
class Sweep:
    """One axis of a sweep: a path and its values."""

    path: str
    values: tuple[Any, ...]


def parse_value(text: str) -> Any:
    """Parse a value as JSON, or keep it as a string."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def parse_set(text: str) -> tuple[str, Any]:
    """Parse `path=value`.

    Raises:
        InputError: There is no `=`.
    """
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise InputError(
            f"an override must be path=value, got {text!r}", "Write e.g. --set physics.gravity=1.62."
        )
    return path.strip(), parse_value(value.strip())


def parse_sweep(text: str) -> Sweep:
    """Parse `path=a,b,c`; commas inside brackets, braces and quotes don't separate values.

    Raises:
        InputError: There is no `=` or no value.
    """
    path, equals, rest = text.partition("=")
    values = tuple(parse_value(v) for v in _split(rest))
    if not equals or not path.strip() or not values:
        raise InputError(
            f"a sweep must be path=a,b,c, got {text!r}", "Write e.g. --sweep physics.friction=0.1,0.5,1."
        )
    return Sweep(path.strip(), values)


def _split(text: str) -> list[str]:
    parts, depth, quoted, escaped = [""], 0, False, False
    for char in text:
        if char == '"' and not escaped and (quoted or depth or not parts[-1].strip()):
            quoted = not quoted
        escaped = quoted and char == "\\" and not escaped
        depth += 0 if quoted else (char in "[{") - (char in "]}")
        if char == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]


def combinations(sweeps: Sequence[Sweep]) -> list[dict[str, Any]]:
    """Return every combination of the axes, the last varying fastest; a single empty one without axes.

    Raises:
        InputError: There are too many.
    """
    total = 1
    for axis in sweeps:
        total *= len(axis.values)
    if total > MAX_COMBINATIONS:
        raise InputError(
            f"{total:,} combinations are over the bound of {MAX_COMBINATIONS:,}", "Sweep fewer values."
        )
    paths = [axis.path for axis in sweeps]
    return [dict(zip(paths, values)) for values in itertools.product(*(a.values for a in sweeps))]


def apply(cfg: EnvCfg, values: dict[str, Any], source: str = "--sweep") -> EnvCfg:
    """Return an EnvCfg with values set at paths such as `robots[*].count`.

    Args:
        cfg: The EnvCfg to start from.
        values: New values by path.
        source: Option that the values come from, for error messages.

    Raises:
        InputError: A path does not exist or the result breaks the schema.
    """
    if not values:
        return cfg
    data = copy.deepcopy(cfgio.dump(cfg))
    for path, value in values.items():
        _assign(data, path, value)
    return cfgio.parse(data, source)


def _assign(data: dict[str, Any], path: str, value: Any) -> None:
    nodes: list[tuple[Any, Any]] = [({"": data}, "")]  # (container, key) pairs
    for step in path.split("."):
        match = _STEP.fullmatch(step)
        if not match:
            raise InputError(
                f"a path must be names and indices, got {path!r}",
                "Write e.g. robots[0].count or robots[*].count.",
            )
        nodes = [(_table(node[key], path), match[1]) for node, key in nodes]
        for index in re.findall(r"\[(\d+|\*)\]", match[2]):
            nodes = [pair for node, key in nodes for pair in _items(node.get(key), index, path)]
    for node, key in nodes:
        node[key] = copy.deepcopy(value)


def _table(node: Any, path: str) -> dict[str, Any]:
    if not isinstance(node, dict):
        raise InputError(f"{path!r} must lead through tables, got {node!r}", "See `envgen schema`.")
    # a missing key (such as a parameter of a kind) is added; the schema checks it afterwards
    return _AutoTable(node) if not isinstance(node, _AutoTable) else node


class _AutoTable(dict[str, Any]):
    """A view of a table that creates missing sub-tables on access."""

    def __init__(self, table: dict[str, Any]) -> None:
        super().__init__()
        self._table = table

    def __getitem__(self, key: str) -> Any:
        return self._table.setdefault(key, {})

    def __setitem__(self, key: str, value: Any) -> None:
        self._table[key] = value

    def get(self, key: str, default: Any = None) -> Any:
        return self._table.get(key, default)


def _items(node: Any, index: str, path: str) -> list[tuple[Any, int]]:
    if not isinstance(node, list):
        raise InputError(f"{path!r}: an index needs a list, got {node!r}", "See `envgen schema`.")
    if index == "*":
        return [(node, i) for i in range(len(node))]
    if int(index) >= len(node):
        raise InputError(
            f"{path!r}: there is no element {index}", f"The list has {len(node)}: 0 to {len(node) - 1}."
        )
    return [(node, int(index))]
