"""Every registered kind can be named in a prompt: by an entry of the lexicon or by its own name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from support.worlds import needed

from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.prompting.base import interpret
from envgen.prompting.kinds import FAMILIES
from envgen.prompting.languages import other_languages
from envgen.prompting.lemmas import inflections
from envgen.prompting.lexicon import lexicon

KINDS = [
    (family, kind) for family, registry in FAMILIES.items() for kind in registry.names() if ":" not in kind
]
NEW = {
    "terrain": ("zz_ridges", "zz ridges", "hills"),
    "obstacle": ("zz_kerb", "zz kerbs", "box"),
    "robot": ("zz_rocker", "two zz rockers", "rover"),
    "task": ("zz_levitate", "zz levitating", "walk"),
}
"""By family: a kind without an entry, a prompt for it, and the kind of which it is a copy.

The examples of the docs are called otherwise, so that a reader may add them.
"""


def understood(prompt: str) -> list[object]:
    return [found.value for found in interpret(prompt, "offline").understood]


@pytest.mark.parametrize(("family", "kind"), KINDS)
def test_a_kind_is_understood_by_its_name(family: str, kind: str) -> None:
    name = kind.replace("_", " ")
    if family == "terrain" and needed(kind):  # words can't name a file: never chosen, and said so
        result = interpret(f"two ants {name}", "offline")
        assert kind not in [found.value for found in result.understood]
        assert result.unmapped == (kind,)
        return
    assert kind in understood(f"two ants {name}")
    assert kind in understood(f"two ants {kind}")
    if family in ("obstacle", "robot"):
        assert kind in understood(f"three {inflections(name)[1]}")


@pytest.fixture
def new_kinds() -> Iterator[None]:
    """A kind of each family that no entry of the lexicon names."""
    for (kind, _, like), registry in zip(NEW.values(), (TERRAINS, OBSTACLES, ROBOTS, TASKS), strict=True):
        registry.add(kind, registry.get(like))
    lexicon.cache_clear()
    other_languages.cache_clear()
    yield
    for (kind, _, _), registry in zip(NEW.values(), (TERRAINS, OBSTACLES, ROBOTS, TASKS), strict=True):
        del registry._kinds[kind]
    lexicon.cache_clear()
    other_languages.cache_clear()


@pytest.mark.usefixtures("new_kinds")
def test_a_new_kind_needs_no_entry() -> None:
    for kind, prompt, _ in NEW.values():
        assert kind in understood(prompt), prompt
    assert "ridge" in understood("an ant on a ridge")  # a word of its own stays what it is
    assert "zz_ridges" in understood("zwei Ameisen auf zz ridges")
    assert "zz_ridges" in understood("ants on zz rigdes")
    assert "zz_kerb" in understood("a zz kerb, an ant")


@pytest.mark.usefixtures("new_kinds")
def test_new_kinds_are_told_apart_in_one_prompt() -> None:
    prompt = " and ".join(f"{prompt}," for _, prompt, _ in NEW.values())
    values = understood(prompt)
    places = [values.index(kind) for kind, _, _ in NEW.values()]
    assert all(a != b for a, b in pairwise(places))
