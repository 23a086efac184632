"""Refinement: words that change an EnvCfg which is there, such as "steeper, and add a few logs"."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError
from envgen.prompting import rules_amounts as amounts
from envgen.prompting import rules_comparatives as changes
from envgen.prompting.base import Assumed, Interpretation, Understood
from envgen.prompting.cfg_builder import CELLS, MAX_VARIANTS
from envgen.prompting.lexicon import lexicon
from envgen.prompting.parse_state import Draft, Reading
from envgen.prompting.parser import RULES, itemise, unmapped
from envgen.prompting.refine_merge import merge
from envgen.prompting.rules_comparatives import Refining, kind_of

EXAMPLE = "steeper, and add a few logs"
MAX_PROMPT = 4000
"""The provenance of a long conversation ends here."""
_FAMILIES = (("terrain", "kind"), ("obstacle", "kind"), ("robot", "model"))


def refine(base: EnvCfg, text: str) -> Interpretation:
    """Change an EnvCfg as words ask for; what they don't speak of stays as it is.

    Args:
        base: What is there.
        text: What should be otherwise.

    Raises:
        InputError: Nothing in the words is understood, or the outcome breaks the schema.
    """
    words = lexicon(refining=True)
    plain, items, language = itemise(text, words, refining=True)
    reading = Reading(plain, items, words)
    ref = Refining(reading, cfgio.dump(base))
    present = _present(ref)
    reading.gravity = _mean(ref.data["physics"]["gravity"])
    for rule in (amounts.swaps, changes.comparatives, amounts.amounts, amounts.multiples):
        rule(ref)
    for read in RULES:
        read(reading)
    for item in items:
        item.used |= item.word in words.grammar.adding or "addition" in item.roles
        item.used |= item.word in words.grammar.setting or "swap" in item.roles
    left = unmapped(reading)
    count = _count(reading)
    merge(ref, present)
    if not (ref.changed or count or reading.refused):
        shown = " ".join(plain.split())
        if words_of := [item.text for item in reading.items if item.sense("compares")]:
            raise InputError(
                f"nothing that is there gets {words_of[0]}",
                "Name another ground, such as hills or a slope, or say 'harder'.",
            )
        raise InputError(
            f"nothing in the refinement is understood: {shown[:60]!r}",
            f"Say what should be otherwise, such as {EXAMPLE!r}.",
        )
    _finish(ref, base, text)
    if language:
        ref.assumed.append(Assumed("prompt", language, f"most of its words are {language}"))
    return Interpretation(
        cfg=cfgio.parse(ref.data, "the refinement"),
        count=count,
        backend="offline",
        understood=(*_understood(ref), *_count_trace(reading)),
        assumed=tuple(ref.assumed),
        unmapped=left,
    )


def _mean(value: Any) -> float:
    if isinstance(value, list):
        return sum(map(_mean, value)) / len(value)
    return float(value) if isinstance(value, int | float) else 9.81


def _present(ref: Refining) -> dict[Draft, dict[str, Any]]:
    """Drafts of what is there, so that measures and mentions find it, each with its entry."""
    reading = ref.reading
    found: dict[Draft, dict[str, Any]] = {}
    for family, _ in _FAMILIES:
        drafts = {"terrain": reading.terrains, "obstacle": reading.obstacles, "robot": reading.robots}[family]
        for entry in ref.entries(family):
            draft = Draft(family, kind_of(entry), -1)
            drafts.append(draft)
            found[draft] = entry
    reading.task = Draft("task", ref.data["task"]["kind"], -1)
    found[reading.task] = ref.data["task"]
    return found


def _count(reading: Reading) -> int | None:
    if reading.count is None:
        return None
    number, text = reading.count
    if not 1 <= number <= MAX_VARIANTS:
        raise InputError(
            f"the refinement asks for {text!r}", f"Ask for 1 to {MAX_VARIANTS:,} variants a call."
        )
    return number


def _count_trace(reading: Reading) -> Iterable[Understood]:
    return [Understood(reading.count[1], "count", reading.count[0])] if reading.count else []


# --- the end ----------------------------------------------------------------------------------------


def _finish(ref: Refining, base: EnvCfg, text: str) -> None:
    """Provenance, and cells that a larger arena takes."""
    said = " ".join(text.split())
    ref.data["prompt"] = f"{base.prompt}; {said}"[:MAX_PROMPT] if base.prompt else said[:MAX_PROMPT]
    terrain = ref.data["terrain"]
    if not isinstance(terrain["cell"], int | float):
        return
    ends = [max(side) if isinstance(side, list) else side for side in terrain["size"]]
    if all(isinstance(end, int | float) for end in ends):
        least = math.ceil(100 * math.sqrt(ends[0] * ends[1] / CELLS)) / 100
        if least > max(terrain["cell"], 0.1):
            terrain["cell"] = least
            ref.assumed.append(Assumed("terrain.cell", least, "so large an arena takes larger cells"))


def _understood(ref: Refining) -> list[Understood]:
    """What was changed, at the paths where it is in the end."""
    found: dict[tuple[str, str], Understood] = {}
    for text, table, key in ref.changed:
        path = _path(ref.data, table, "")
        if path is not None and key in table:
            where = f"{path}.{key}" if path else key
            found[where, text] = Understood(text, where, table[key])
    removed = {
        "terrain": ("terrain.sub_terrains", [kind_of(e) for e in ref.entries("terrain")]),
        "obstacle": ("obstacles", [kind_of(e) for e in ref.entries("obstacle")]),
        "robot": ("robots", [kind_of(e) for e in ref.entries("robot")]),
        "task": ("task.kind", ref.data["task"]["kind"]),
    }
    refused = [Understood(text, *removed[family]) for family, text in ref.reading.refused]
    return [*found.values(), *refused]


def _path(node: Any, wanted: dict[str, Any], path: str) -> str | None:
    """Where in plain data a table is."""
    if node is wanted:
        return path
    if isinstance(node, dict):
        children = ((f"{path}.{key}" if path else str(key), child) for key, child in node.items())
    elif isinstance(node, list):
        children = ((f"{path}[{i}]", child) for i, child in enumerate(node))
    else:
        return None
    return next(
        (found for where, child in children if (found := _path(child, wanted, where)) is not None), None
    )
