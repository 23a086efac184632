"""Suggestions: words of the lexicon that resemble what was not understood."""

from __future__ import annotations

from collections.abc import Iterable

from envgen.prompting.lexicon import lexicon

MOST = 2
"""Suggestions for a word."""
ALIKE, ALIKE_SHORT = 74, 66
"""Similarity, of 100, from which an unknown word may have meant another; letters of short ones weigh more."""
ALIKE_REAL = 85
"""The same for ordinary words: who writes 'dragon' did not mean 'wagon'."""
LONGEST = 20
"""Words that are looked at."""


def suggest_words(unmapped: Iterable[str]) -> dict[str, list[str]]:
    """Return known words that resemble what was not understood; words without a similar one are left out.

    Args:
        unmapped: Words and phrases of a prompt.
    """
    from rapidfuzz import fuzz, process  # ~20 ms to import, and most prompts are understood

    words = lexicon()
    names = sorted({name for names in words.spelling.values() for name in names})
    found: dict[str, list[str]] = {}
    for word in list(unmapped)[:LONGEST]:
        if not 3 < len(word) <= 40 or not word.isalpha() or not words.known.isdisjoint(words.bases(word)):
            continue  # a known word is spelt well: it had nothing to change here
        least = ALIKE_REAL if word in words.ordinary else ALIKE_SHORT if len(word) <= 5 else ALIKE
        near = process.extract(word.lower(), names, scorer=fuzz.ratio, score_cutoff=least, limit=8)
        once = {name.removesuffix("s"): name for name, _, _ in reversed(near) if name != word}
        found[word] = list(reversed(once.values()))[:MOST]
    return {word: near for word, near in found.items() if near}
