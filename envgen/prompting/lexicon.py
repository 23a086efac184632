"""The lexicon of the offline interpreter: data in `prompts/lexicon/<language>/*.toml`, indexed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from envgen.core.resources import resource
from envgen.core.toml_file import read_toml
from envgen.prompting.kinds import kind_names
from envgen.prompting.lemmas import VOWELS, bases, inflections
from envgen.prompting.lexicon_file import Grammar, LexiconFile
from envgen.prompting.sense import Sense
from envgen.prompting.tokens import normalise, tokenise

SHORTEST = 5
"""Letters of a word that another is corrected to; that may lack one of them."""


@dataclass
class TrieNode:
    """A node of the index of phrases: its senses, and the nodes one word further."""

    senses: tuple[Sense, ...] = ()
    next: dict[str, TrieNode] = field(default_factory=dict)


@dataclass
class Lexicon:
    """The words of one language.

    Attributes:
        root: Index of phrases, word by word in base form.
        stop: Words that may be passed over in silence.
        ordinary: Real words that are never taken for misspelled ones.
        numbers: Cardinals, with `magnitudes` that multiply them and `factors` of what follows.
        units: Canonical unit and factor by phrase.
        deciding: Phrases that decide something, for what is misspelled.
        known: Every word of a phrase, number or unit.
        grammar: Word lists of the rules.
    """

    root: TrieNode = field(default_factory=TrieNode)
    stop: frozenset[str] = frozenset()
    ordinary: frozenset[str] = frozenset()
    numbers: dict[str, float] = field(default_factory=dict)
    magnitudes: dict[str, float] = field(default_factory=dict)
    factors: dict[str, float] = field(default_factory=dict)
    units: dict[tuple[str, ...], tuple[str, float]] = field(default_factory=dict)
    irregular: dict[str, str] = field(default_factory=dict)
    deciding: list[tuple[str, Sense]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    grammar: Grammar = field(default_factory=Grammar)

    @cached_property
    def spelling(self) -> dict[str, list[str]]:
        """Inflected words of phrases by first letter; made when the first unknown word is met."""
        return _spelling(self.deciding)

    def add(self, phrase: str, sense: Sense, first: bool = False) -> None:
        """Add a sense to a phrase, after those that it has or, with `first`, before them."""
        words = _split(phrase)
        node = self.root
        for word in words:
            node = node.next.setdefault(word, TrieNode())
        node.senses = (sense, *node.senses) if first else (*node.senses, sense)
        self.known.update(words)
        if sense.decides:
            self.deciding.append((phrase, sense))

    def bases(self, word: str) -> list[str]:
        """Return the word and its base forms, irregular ones included."""
        found = bases(word)
        if word in self.irregular:
            found.insert(1, self.irregular[word])
        return found

    def match(self, words: list[list[str]], start: int) -> tuple[int, tuple[Sense, ...]]:
        """Return the longest phrase that begins at a word.

        Args:
            words: Base forms of each token.
            start: Index of the token.

        Returns:
            How many tokens it spans (0 if none does) and its senses.
        """
        best: tuple[int, tuple[Sense, ...]] = (0, ())
        front = [self.root]
        for length, forms in enumerate(words[start : start + 8], 1):
            front = [node.next[form] for node in front for form in forms if form in node.next]
            if not front:
                break
            # the first node with senses comes from the form nearest to what is written
            senses = next((node.senses for node in front if node.senses), ())
            if senses:
                best = (length, senses)
        return best

    def correct(self, word: str) -> str | None:
        """Return the known word of which this one is a misspelling, if it is near enough.

        Short words and real words are left alone: a wrong correction is worse than an honest
        "not understood".
        """
        if len(word) < SHORTEST - 1 or not word.isalpha() or not word.isascii():
            return None
        # "climing" is no "clime": ordinary words are listed in all their forms
        if word in self.ordinary or not self.known.isdisjoint(self.bases(word)):
            return None
        from rapidfuzz.distance import OSA  # ~20 ms to import, and most prompts have no unknown word

        limit = 1 if len(word) < 8 else 2
        # the first letter is seldom wrong, except when it is swapped with the second
        swapped = (w for w in self.spelling.get(word[1], ()) if w[1] == word[0])
        like = chain(self.spelling.get(word[0], ()), swapped)
        # a short word is taken for another only where two letters are swapped: "anst", "mzae"
        same = sorted(word)
        near = (known for known in like if len(known) >= SHORTEST or sorted(known) == same)
        distances = ((OSA.distance(word, known, score_cutoff=limit), known) for known in near)
        found = [(d, known) for d, known in distances if d <= limit and abs(len(known) - len(word)) <= 1]
        if not found:
            return None
        # of equally near words the one with the same consonants: vowels are what is got wrong; then the
        # longest: a letter is left out more often than two are swapped ("crats")
        bare = _consonants(word)
        return min((d, OSA.distance(bare, _consonants(known)), -len(known), known) for d, known in found)[3]


def _consonants(word: str) -> str:
    return "".join(c for c in word if c not in VOWELS)


def _split(phrase: str) -> list[str]:
    if phrase.isascii() and phrase.replace(" ", "").isalpha():
        return phrase.lower().split()  # most phrases: the tokeniser would give the same, ten times slower
    return [token.word for token in tokenise(normalise(phrase))]


def _spelling(phrases: Iterable[tuple[str, Sense]]) -> dict[str, list[str]]:
    """Return the words worth correcting, by first letter: those that decide something, inflected."""
    forms: set[str] = set()
    for phrase, sense in phrases:
        for word in _split(phrase):
            if len(word) >= SHORTEST - 2 and word.isalpha():
                forms.add(word)
                verb = bool(sense.task)
                noun = sense.thing or sense.role == "world"
                # an adjective has neither: "snowied" would only attract other words
                forms.update(inflections(word) if verb else inflections(word)[:2] if noun else ())
    forms = {form for form in forms if len(form) >= SHORTEST - 1}
    by_letter: dict[str, list[str]] = defaultdict(list)
    for form in sorted(forms):
        by_letter[form[0]].append(form)
    return dict(by_letter)


def build(files: Iterable[Path]) -> Lexicon:
    """Read lexicon files into one lexicon.

    Raises:
        EnvgenError: A file can't be read or has a table or key that is not in its format.
    """
    lexicon = Lexicon()
    grammar: dict[str, Any] = {}
    for path in files:
        file = read_toml(path, LexiconFile)
        for entry in file.sense:
            for phrase in entry.words:
                lexicon.add(phrase, entry)
        lexicon.stop |= frozenset(file.stop.split())
        lexicon.ordinary |= frozenset(file.ordinary.split())
        lexicon.numbers |= file.numbers
        lexicon.magnitudes |= file.magnitudes
        lexicon.factors |= file.factors
        lexicon.irregular |= file.irregular
        lexicon.units |= {tuple(_split(phrase)): unit for phrase, unit in file.units.items()}
        given = file.model_fields_set & Grammar.model_fields.keys()
        grammar |= {name: getattr(file, name) for name in given}
    lexicon.grammar = Grammar.model_construct(**grammar)
    numbers = chain(lexicon.numbers, lexicon.magnitudes, lexicon.factors)
    lexicon.known.update(numbers, chain.from_iterable(lexicon.units))
    return lexicon


def add_kind_names(lexicon: Lexicon) -> None:
    """Add the name of every registered kind, so that entries of files are needed for synonyms only."""
    for family, kind, name, singulars in kind_names():
        if not any(kind in getattr(sense, family) for sense in _senses(lexicon, name)):
            sense = Sense.model_validate({family: (kind,)})
            lexicon.add(name, sense, first=True)
            for singular in singulars:
                if not _senses(lexicon, singular):
                    lexicon.add(singular, sense)


def _senses(lexicon: Lexicon, phrase: str) -> tuple[Sense, ...]:
    """Return the senses of a whole phrase."""
    words = [lexicon.bases(word) for word in _split(phrase)]
    length, senses = lexicon.match(words, 0)
    return senses if length == len(words) else ()


@cache
def lexicon(refining: bool = False) -> Lexicon:
    """Return the lexicon of the installation, read once per process.

    Args:
        refining: With the words that change an EnvCfg, which mean something else in a first prompt.
    """
    folder = resource("prompts") / "lexicon" / "en"
    more = sorted((folder / "refine").glob("*.toml")) if refining else []
    words = build([*sorted(folder.glob("*.toml")), *more])
    add_kind_names(words)
    return words
