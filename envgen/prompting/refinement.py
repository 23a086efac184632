"""The state of a refinement, and changes of values of an EnvCfg as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from envgen.core.params import Param
from envgen.prompting.base import Assumed
from envgen.prompting.parse_state import ParseState

USUAL = 1.5
"""Factor of a comparative without a word of degree."""


@dataclass(eq=False)
class Refinement:
    """A refinement while it is read.

    Attributes:
        state: Parse state of its words.
        data: The EnvCfg as plain data, changed as the words are read.
        changed: Understood words, with the table and key that they set.
        assumed: Assumed values.
    """

    state: ParseState
    data: dict[str, Any]
    changed: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    assumed: list[Assumed] = field(default_factory=list)

    def set(self, table: dict[str, Any], key: str, value: Any, text: str) -> None:
        """Set a value, traced to its words."""
        table[key] = value
        self.changed.append((text, table, key))

    def entries(self, family: str) -> list[dict[str, Any]]:
        """Return the entries of terrain, obstacles or robots, as they are now."""
        found: list[dict[str, Any]]
        if family == "terrain":
            found = self.data["terrain"]["sub_terrains"]
        else:
            found = self.data["obstacles" if family == "obstacle" else "robots"]
        return found


def kind_of(entry: Mapping[str, Any]) -> str:
    """Return the kind of an entry, which robots call model."""
    return str(entry["model"] if "model" in entry else entry["kind"])


def map_value(value: Any, change: Callable[[float], float]) -> Any:
    """Return a number or distribution with each of its values changed."""
    if isinstance(value, list):
        return sorted(map_value(v, change) for v in value)
    if isinstance(value, dict):
        if "choice" in value:
            return {**value, "choice": [map_value(v, change) for v in value["choice"]]}
        if "normal" in value:
            mean, spread = value["normal"]
            factor = change(mean) / mean if mean else 1.0
            out = {**value, "normal": [change(mean), abs(spread * factor)]}
            return {**out, "clip": sorted(map(change, value["clip"]))} if value.get("clip") else out
        return {"loguniform": sorted(map(change, value["loguniform"]))}
    return float(f"{change(float(value)):.4g}")


def clamp_change(spec: Param, change: Callable[[float], float]) -> Callable[[float], float]:
    """Return a change that stays within the range of a parameter."""

    def bounded(value: float) -> float:
        result = min(max(change(value), spec.low), spec.high)
        return float(round(result)) if spec.integer else result

    return bounded


def entries_of_kind(entries: Iterable[dict[str, Any]], kinds: Iterable[str]) -> list[dict[str, Any]]:
    """Return the entries of the first kind that is there, of those that a word can stand for."""
    listed = list(entries)
    options = ([e for e in listed if kind_of(e) == kind] for kind in kinds)
    return next((found for found in options if found), [])
