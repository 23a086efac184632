"""Offline parser of prompts: rules run over spans in a fixed order."""

from __future__ import annotations

from collections.abc import Callable

from envgen.core.errors import InputError
from envgen.prompting import (
    rules_arena,
    rules_degrees,
    rules_gravity,
    rules_measures,
    rules_named,
    rules_noise,
    rules_physics,
    rules_pushes,
    rules_randomize,
    rules_robots,
    rules_scope,
    rules_sensors,
    rules_tasks,
    rules_teams,
    rules_terrains,
)
from envgen.prompting.base import EXAMPLE, Interpretation
from envgen.prompting.cfg_builder import build_interpretation
from envgen.prompting.corrections import apply_corrections
from envgen.prompting.languages import language_names
from envgen.prompting.lexicon import Lexicon, lexicon
from envgen.prompting.parse_state import ParseState
from envgen.prompting.spans import Span, scan_tokens
from envgen.prompting.tokens import normalise, tokenise
from envgen.prompting.translation import translate

RULES: tuple[Callable[[ParseState], None], ...] = (
    rules_noise.noise,
    rules_scope.negation,
    rules_scope.board_columns,
    rules_scope.counts_in_lists,
    rules_scope.variants,
    rules_gravity.gravity,
    rules_pushes.push_intervals,
    rules_randomize.numbers,
    rules_physics.randomized_values,
    rules_physics.friction,
    rules_physics.wind,
    rules_physics.numbers_with_units,
    rules_physics.timestep,
    rules_physics.multipliers,
    rules_arena.arena,
    rules_robots.robots,
    rules_randomize.delays,
    rules_teams.teams,
    rules_tasks.task,
    rules_teams.chaser_and_runner,
    rules_physics.value_words,
    rules_physics.fluid_for_wind,
    rules_measures.link_quantities,
    rules_terrains.terrains_and_obstacles,
    rules_sensors.sensors,
    rules_named.named_params,
    rules_measures.terrain_weights,
    rules_measures.measured_params,
    rules_measures.obstacle_densities,
    rules_degrees.sizes,
    rules_degrees.robot_sizes,
    rules_degrees.difficulty,
)
"""Each rule takes the spans that it can use; what none of them takes is unmapped."""


SILENT = frozenset(("group", "correction", "weak_correction", "predicament"))
"""Parts in the grammar that ask for nothing by themselves."""


def parse(prompt: str) -> Interpretation:
    """Read a prompt without any model or network.

    Raises:
        InputError: Nothing in it is understood, or it asks for too many variants.
    """
    words = lexicon()
    text, spans, language = find_spans(prompt, words)
    state = ParseState(text, spans, words)
    if language:
        state.assumed.append(("prompt", language, f"most of its words are {language}"))
    for rule in RULES:
        rule(state)
    left = find_unmapped(state)
    if not _understood(state):
        raise InputError(f"nothing in the prompt is understood: {_short(text)!r}", _remedy(state, left))
    return build_interpretation(prompt, state, left)


def find_spans(prompt: str, words: Lexicon, refining: bool = False) -> tuple[str, list[Span], str | None]:
    """Return the normalised text, its spans, and the language if it is not English."""
    text = normalise(prompt)
    tokens, language = translate(tokenise(text), words, refining)
    return text, apply_corrections(scan_tokens(text, tokens, words), words, text), language


def _understood(state: ParseState) -> bool:
    parts = (state.terrains, state.obstacles, state.robots, state.fields, state.refused)
    return any(parts) or state.task is not None or state.count is not None


def find_unmapped(state: ParseState) -> tuple[str, ...]:
    """Return the content words that changed nothing, in order and once each."""
    left: list[tuple[int, int, bool]] = []
    previous = -2
    for i, span in enumerate(state.spans):
        silent = (
            span.stop
            or not SILENT.isdisjoint(span.roles)
            or span.sense("article")
            or span.sense("negate")
            or span.sense("bound")
        )
        if span.used or span.punct or (silent and not span.quantity) or not _worded(span.text):
            continue
        # a number and its noun, or the halves of a hyphenated word, are reported as one
        joins = previous == i - 1 and bool(left) and (span.glued or left[-1][2])
        if joins:
            left[-1] = (left[-1][0], span.end, span.quantity is not None)
        else:
            left.append((span.start, span.end, span.quantity is not None))
        previous = i
    return tuple(dict.fromkeys(state.text[start:end] for start, end, _ in left))


def _worded(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _short(text: str, longest: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 3] + "..."


def _remedy(state: ParseState, left: tuple[str, ...]) -> str:
    from envgen.prompting.suggestions import suggest_words

    near = [name for names in suggest_words(left).values() for name in names[:1]]
    hint = f"Did you mean {', '.join(map(repr, dict.fromkeys(near[:3])))}? " if near else ""
    foreign = f" ({language_names()} are read)" if _strange(state) else ""
    return f"{hint}Name a robot, a terrain or a task, such as {EXAMPLE!r}{foreign}."


def _strange(state: ParseState) -> bool:
    """Return whether hardly a word is English, so that the language may be the reason."""
    words = [span for span in state.spans if not span.punct and not span.quantity]
    strange = [span for span in words if not span.stop and not span.senses]
    return len(strange) > 0.6 * len(words)
