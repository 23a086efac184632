"""Refinement: words that change an EnvCfg which is there, such as "steeper, and add a few logs"."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError
from envgen.prompting import rules_amounts, rules_comparatives
from envgen.prompting.base import Assumed, Interpretation, Understood
from envgen.prompting.cfg_builder import CELLS, MAX_VARIANTS
from envgen.prompting.lexicon import lexicon
from envgen.prompting.parse_state import DraftEntry, ParseState
from envgen.prompting.parser import RULES, find_spans, find_unmapped
from envgen.prompting.refine_merge import merge
from envgen.prompting.refinement import Refinement, kind_of

EXAMPLE = "steeper, and add a few logs"
MAX_PROMPT = 4000
"""The provenance of a long conversation ends here."""
_FAMILIES = (("terrain", "kind"), ("obstacle", "kind"), ("robot", "model"))


def refine(base: EnvCfg, text: str) -> Interpretation:
    """Change an EnvCfg as words ask for; what they don't speak of stays as it is.

    Args:
        base: The EnvCfg to change.
        text: The changes.

    Raises:
        InputError: Nothing in the words is understood, or the outcome breaks the schema.
    """
    words = lexicon(refining=True)
    plain, spans, language = find_spans(text, words, refining=True)
    state = ParseState(plain, spans, words)
    ref = Refinement(state, cfgio.dump(base))
    present = _present(ref)
    state.base = ref.data
    state.gravity = _mean(ref.data["physics"]["gravity"])
    for rule in (
        rules_amounts.replacements,
        rules_comparatives.comparatives,
        rules_amounts.amounts,
        rules_amounts.multiples,
    ):
        rule(ref)
    for read in RULES:
        read(state)
    for span in spans:
        span.used |= span.word in words.grammar.adding or "addition" in span.roles
        span.used |= span.word in words.grammar.setting or "swap" in span.roles
    left = find_unmapped(state)
    count = _count(state)
    merge(ref, present)
    if not (ref.changed or count or state.refused):
        shown = " ".join(plain.split())
        if words_of := [span.text for span in state.spans if span.sense("compares")]:
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
        understood=(*_understood(ref), *_count_trace(state)),
        assumed=tuple(ref.assumed),
        unmapped=left,
    )


def _mean(value: Any) -> float:
    if isinstance(value, list):
        return sum(map(_mean, value)) / len(value)
    return float(value) if isinstance(value, int | float) else 9.81


def _present(ref: Refinement) -> dict[DraftEntry, dict[str, Any]]:
    """Return draft entries of the base EnvCfg, which the rules then find, each with its entry."""
    state = ref.state
    found: dict[DraftEntry, dict[str, Any]] = {}
    for family, _ in _FAMILIES:
        drafts = {"terrain": state.terrains, "obstacle": state.obstacles, "robot": state.robots}[family]
        for entry in ref.entries(family):
            draft = DraftEntry(family, kind_of(entry), -1)
            drafts.append(draft)
            found[draft] = entry
    state.task = DraftEntry("task", ref.data["task"]["kind"], -1)
    found[state.task] = ref.data["task"]
    return found


def _count(state: ParseState) -> int | None:
    if state.count is None:
        return None
    number, text = state.count
    if not 1 <= number <= MAX_VARIANTS:
        raise InputError(
            f"the refinement asks for {text!r}", f"Ask for 1 to {MAX_VARIANTS:,} variants a call."
        )
    return number


def _count_trace(state: ParseState) -> Iterable[Understood]:
    return [Understood(state.count[1], "count", state.count[0])] if state.count else []


# --- the end ----------------------------------------------------------------------------------------


def _finish(ref: Refinement, base: EnvCfg, text: str) -> None:
    """Set the provenance, and the cell size of a larger arena."""
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


def _understood(ref: Refinement) -> list[Understood]:
    """Return the changes, at their final paths."""
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
    refused = [Understood(text, *removed[family]) for family, text in ref.state.refused]
    return [*found.values(), *refused]


def _path(node: Any, wanted: dict[str, Any], path: str) -> str | None:
    """Return the path of a table in plain data."""
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
