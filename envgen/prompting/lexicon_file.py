"""The format of the English lexicon files, `prompts/lexicon/en/*.toml`: closed tables."""

from __future__ import annotations

from collections.abc import Mapping

from envgen.core.kind_cfg import ClosedModel
from envgen.prompting.sense import Entry, Unit


class Grammar(ClosedModel):
    """Word lists that the rules use.

    Attributes:
        scope_ends: Words that end the scope of a negation.
        exceptions: Words after which what follows is excepted from a negation or a set.
        ranges: Words between the ends of a range.
        by: Words between the sides of an arena.
        usual: Words for the usual value.
        starts: Words for the difficulty at the start.
        becomes: Words for the difficulty at the end.
        step_words: Words for a simulation step.
        part_links: Words between a robot and its part in a game.
        correction_skips: Small words after a correction.
        value_links: Small words between a value and its noun.
        measure_links: Small words between a measure and its noun.
        interjections: Words that may stand before a correction.
        additions: Words for an addition, after which nothing is corrected.
        swap_joins: Words between what is replaced and what replaces it.
        tracks: Nouns for the layout `track` if several terrains follow.
        boards: Nouns for the layout `grid` if several terrains follow.
        likened: Words of a comparison with the usual value.
        varying: Verbs for a value that is randomized.
        sensed: Nouns of what a robot observes.
        started: Words for the start of an episode.
        poses: Nouns of what is noisy at the start, after such a word.
        acted: Nouns of what a robot does.
        recurring: Words before the time from one push to the next.
        side_words: Words before the sides of an arena.
        adding: Words that add in a refinement.
        adding_after: The same after the noun.
        setting: Words that replace in a refinement.
        everything: Nouns for all obstacles.
        fractions: Values of ordinals as parts of a whole.
        legs: Kinds of robots by number of legs, in order of preference.
        leg: Rough leg lengths in m, by robot.
    """

    scope_ends: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    becomes: tuple[str, ...] = ()
    step_words: tuple[str, ...] = ()
    part_links: tuple[str, ...] = ()
    correction_skips: tuple[str, ...] = ()
    value_links: tuple[str, ...] = ()
    measure_links: tuple[str, ...] = ()
    interjections: tuple[str, ...] = ()
    additions: tuple[str, ...] = ()
    swap_joins: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    likened: tuple[str, ...] = ()
    varying: tuple[str, ...] = ()
    sensed: tuple[str, ...] = ()
    started: tuple[str, ...] = ()
    poses: tuple[str, ...] = ()
    acted: tuple[str, ...] = ()
    recurring: tuple[str, ...] = ()
    side_words: tuple[str, ...] = ()
    adding: tuple[str, ...] = ()
    adding_after: tuple[str, ...] = ()
    setting: tuple[str, ...] = ()
    everything: tuple[str, ...] = ()
    fractions: Mapping[str, float] = {}
    legs: Mapping[str, tuple[str, ...]] = {}
    leg: Mapping[str, float] = {}


class LexiconFile(Grammar):
    """A lexicon file; every table is optional.

    Attributes:
        sense: Entries: phrases and their sense.
        stop: Words that may be passed over in silence, separated by blanks.
        ordinary: Real words that are never taken for misspelled ones, separated by blanks.
        numbers: Values of cardinals.
        magnitudes: Values of words that multiply the number before them.
        factors: Values of words that multiply what follows.
        units: Canonical unit and factor by phrase.
        irregular: Base forms that no rule gives, by inflected form.
    """

    sense: tuple[Entry, ...] = ()
    stop: str = ""
    ordinary: str = ""
    numbers: Mapping[str, float] = {}
    magnitudes: Mapping[str, float] = {}
    factors: Mapping[str, float] = {}
    units: Mapping[str, tuple[Unit, float]] = {}
    irregular: Mapping[str, str] = {}
