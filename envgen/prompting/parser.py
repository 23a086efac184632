"""The offline reading of a prompt: rules over items, in order, and what is left over."""

from __future__ import annotations

from collections.abc import Callable

from envgen.core.errors import InputError
from envgen.prompting import (
    rules_arena,
    rules_degrees,
    rules_gravity,
    rules_grounds,
    rules_named,
    rules_physics,
    rules_robots,
    rules_scope,
    rules_sensors,
    rules_tasks,
    rules_teams,
)
from envgen.prompting import rules_measures as measure
from envgen.prompting.base import EXAMPLE, Interpretation
from envgen.prompting.cfg_builder import assemble
from envgen.prompting.corrections import corrected
from envgen.prompting.languages import names as language_names
from envgen.prompting.lexicon import Lexicon, lexicon
from envgen.prompting.parse_state import Reading
from envgen.prompting.spans import Item, scan_tokens
from envgen.prompting.tokens import normalise, tokenise
from envgen.prompting.translation import translated

RULES: tuple[Callable[[Reading], None], ...] = (
    rules_scope.negation,
    rules_scope.levels,
    rules_scope.listed,
    rules_scope.variants,
    rules_gravity.gravity,
    rules_physics.spreads,
    rules_physics.friction,
    rules_physics.wind,
    rules_physics.measured,
    rules_physics.rates,
    rules_physics.multiplied,
    rules_arena.arena,
    rules_robots.robots,
    rules_teams.teams,
    rules_tasks.task,
    rules_teams.parts,
    rules_physics.values,
    rules_physics.consistent,
    measure.link,
    rules_grounds.things,
    rules_sensors.sensors,
    rules_named.named,
    measure.shares,
    measure.measures,
    measure.densities,
    rules_degrees.sizes,
    rules_degrees.builds,
    rules_degrees.difficulty,
)
"""Each rule takes the items that it can use; what none of them takes is unmapped."""


SILENT = frozenset(("group", "correction", "weak_correction", "predicament"))
"""Parts in the grammar that ask for nothing by themselves."""


def read(prompt: str) -> Interpretation:
    """Read a prompt without any model or network.

    Raises:
        InputError: Nothing in it is understood, or it asks for too many variants.
    """
    words = lexicon()
    text, items, language = itemise(prompt, words)
    reading = Reading(text, items, words)
    if language:
        reading.assumed.append(("prompt", language, f"most of its words are {language}"))
    for rule in RULES:
        rule(reading)
    left = unmapped(reading)
    if not _understood(reading):
        raise InputError(f"nothing in the prompt is understood: {_short(text)!r}", _remedy(reading, left))
    return assemble(prompt, reading, left)


def itemise(prompt: str, words: Lexicon, refining: bool = False) -> tuple[str, list[Item], str | None]:
    """The normalised text, its items, and the language if it is not English."""
    text = normalise(prompt)
    tokens, language = translated(tokenise(text), words, refining)
    return text, corrected(scan_tokens(text, tokens, words), words, text), language


def _understood(reading: Reading) -> bool:
    parts = (reading.terrains, reading.obstacles, reading.robots, reading.fields, reading.refused)
    return any(parts) or reading.task is not None or reading.count is not None


def unmapped(reading: Reading) -> tuple[str, ...]:
    """Content words that changed nothing, in order and once each."""
    left: list[tuple[int, int, bool]] = []
    previous = -2
    for i, item in enumerate(reading.items):
        silent = (
            item.stop
            or not SILENT.isdisjoint(item.roles)
            or item.sense("article")
            or item.sense("negate")
            or item.sense("bound")
        )
        if item.used or item.punct or (silent and not item.quantity) or not _worded(item.text):
            continue
        # a number and its noun, or the halves of a hyphenated word, are reported as one
        joins = previous == i - 1 and bool(left) and (item.glued or left[-1][2])
        if joins:
            left[-1] = (left[-1][0], item.end, item.quantity is not None)
        else:
            left.append((item.start, item.end, item.quantity is not None))
        previous = i
    return tuple(dict.fromkeys(reading.text[start:end] for start, end, _ in left))


def _worded(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _short(text: str, longest: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 3] + "..."


def _remedy(reading: Reading, left: tuple[str, ...]) -> str:
    from envgen.prompting.suggestions import hints

    near = [name for names in hints(left).values() for name in names[:1]]
    hint = f"Did you mean {', '.join(map(repr, dict.fromkeys(near[:3])))}? " if near else ""
    foreign = f" ({language_names()} are read)" if _strange(reading) else ""
    return f"{hint}Name a robot, a terrain or a task, such as {EXAMPLE!r}{foreign}."


def _strange(reading: Reading) -> bool:
    """Whether hardly a word is English, so that the language may be the reason."""
    words = [item for item in reading.items if not item.punct and not item.quantity]
    strange = [item for item in words if not item.stop and not item.senses]
    return len(strange) > 0.6 * len(words)
