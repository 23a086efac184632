"""Differences between two EnvCfgs, as readable lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg

NOT_MEANT = ("name", "prompt", "schema")
"""Provenance, which is not compared."""
_ENTRIES = {"terrain.sub_terrains": "kind", "obstacles": "kind", "robots": "model"}


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        path: In the EnvCfg after the change; before it for what is gone.
        before: The value, None for what is new.
        after: The value, None for what is gone.
    """

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.path} added: {_short(self.after)}"
        if self.after is None:
            return f"{self.path} removed: {_short(self.before)}"
        return f"{self.path}: {_short(self.before)} → {_short(self.after)}"

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {"path": self.path, "before": self.before, "after": self.after}


def diff(before: EnvCfg, after: EnvCfg) -> tuple[Change, ...]:
    """Return the changes that lead from one EnvCfg to another, in the order of the EnvCfg.

    Entries of terrain, obstacles and robots are told apart by their kind: one that is gone is no change of
    all that follow.
    """
    old, new = cfgio.dump(before), cfgio.dump(after)
    return tuple(_tables("", old, new))


def _tables(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys((*old, *new)):
        here = f"{path}.{key}" if path else key
        if here in NOT_MEANT or old.get(key) == new.get(key):
            continue
        was, now = old.get(key), new.get(key)
        if here in _ENTRIES:
            yield from _entries(here, _ENTRIES[here], was or [], now or [])
        elif isinstance(was, dict) and isinstance(now, dict) and not _distribution(was, now):
            yield from _tables(here, was, now)
        else:
            yield Change(here, was, now)


def _distribution(*values: dict[str, Any]) -> bool:
    return any({"choice", "normal", "loguniform"} & value.keys() for value in values)


def _entries(path: str, name: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
    places = _numbered(name, old)
    found = _numbered(name, new)
    for key, i in found.items():
        if key in places:
            yield from _tables(f"{path}[{i}]", old[places[key]], new[i])
    for key, i in places.items():
        if key not in found:
            yield Change(f"{path}[{i}]", old[i], None)
    for key, i in found.items():
        if key not in places:
            yield Change(f"{path}[{i}]", None, new[i])


def _numbered(name: str, entries: list[Any]) -> dict[tuple[str, int], int]:
    """Return index by kind and how many of that kind come before it."""
    seen: Counter[str] = Counter()
    places = {}
    for i, entry in enumerate(entries):
        places[entry[name], seen[entry[name]]] = i
        seen[entry[name]] += 1
    return places


def _short(value: Any) -> str:
    """Return a value on one line: an entry by its kind and what is said of it."""
    if isinstance(value, dict):
        kind = value.get("kind") or value.get("model")
        empty: tuple[Any, ...] = (None, {}, 1.0 if "weight" in value else None)
        said = [
            f"{key} {_short(v)}"
            for key, v in value.items()
            if key not in ("kind", "model") and v not in empty
        ]
        return ", ".join([kind, *said]) if kind else "{" + ", ".join(said) + "}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return f"[{', '.join(map(_short, value))}]"
    return str(value)
