"""Registered kinds as prompts name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.core.params import FileParam, Param, specs
from envgen.core.registry import Registry
from envgen.prompting.lemmas import inflections, is_plural
from envgen.prompting.references import available

FAMILIES: Mapping[str, Registry[Any]] = {
    "terrain": TERRAINS,
    "obstacle": OBSTACLES,
    "robot": ROBOTS,
    "task": TASKS,
}


def first_known(family: str, kinds: Iterable[str]) -> str | None:
    """Return the first kind that is registered and needs no file, or None."""
    known = (kind for kind in kinds if kind in FAMILIES[family] or (family == "robot" and available(kind)))
    return next((kind for kind in known if not needs_file(family, kind)), None)


def needs_file(family: str, kind: str) -> bool:
    """Return whether a kind has a parameter that is a file, so that words alone can't ask for it."""
    return any(isinstance(spec, FileParam) for spec in known_params(family, kind).values())


def known_params(family: str, kind: str) -> Mapping[str, Param]:
    """Return the parameters of a registered kind."""
    entry = FAMILIES[family].get(kind)
    if family == "robot":
        params: Mapping[str, Param] = entry.params
        return params
    return specs(entry)


def kind_names() -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield each kind that words can ask for: its family, its kind, its name in words and their singulars."""
    for family, registry in FAMILIES.items():
        for kind in registry.names():
            if ":" not in kind and not needs_file(family, kind):
                name = kind.replace("_", " ")
                yield family, kind, name, _singulars(name)


def _singulars(name: str) -> list[str]:
    """Return the forms of which a name may be the plural: `low wall` for `low walls`."""
    start, _, last = name.rpartition(" ")
    if not is_plural(last):
        return []
    stems = (last[:-1], last[:-2], last[:-3] + "y")
    found = [stem for stem in stems if inflections(stem)[1] == last]
    return [f"{start} {stem}".strip() for stem in found]
