"""The languages whose words are data in `prompts/lexicon/<language>/words.toml`, and their numerals."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from envgen.core.errors import EnvgenError, nearest
from envgen.core.kind_cfg import ClosedModel
from envgen.core.resources import resource
from envgen.core.toml_file import read_toml
from envgen.prompting.lexicon import Lexicon, lexicon

MIN_STEM = 3
MAX_WORD = 40
"""Longer words are not taken apart."""


class RefinementFile(ClosedModel):
    """The format of `refine.toml`.

    Attributes:
        words: Phrases by their English phrase; those of an empty English phrase are passed over.
    """

    words: Mapping[str, tuple[str, ...]]


class LanguageFile(RefinementFile):
    """The format of `words.toml`; see `Language` for the other keys.

    Attributes:
        name: Of the language, in English.
    """

    name: str
    endings: tuple[str, ...] = ()
    numbers: Mapping[str, str] = {}
    number_joiner: str = ""
    compounds: bool = False
    linking: tuple[str, ...] = ("",)
    segmented: bool = True
    adjectives_follow: bool = False


@dataclass
class Language:
    """A language in terms of English.

    Attributes:
        name: Name of the language, in English.
        phrases: Stems of a phrase to English words.
        exact: The same by words as they are listed, which count before stems: "sin" is not "sino".
        listed: The single words of all phrases, folded.
        endings: Endings that stemming removes, longest first.
        numbers: Numerals, folded, to English numerals.
        joiner: Word inside numerals: "fünfundzwanzig".
        compounds: Nouns form compounds: "Eisfläche".
        linking: Letters between the parts of a compound.
        segmented: Blanks separate words.
        adjectives_follow: Adjectives follow their noun.
    """

    name: str
    phrases: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    exact: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    endings: tuple[str, ...] = ()
    numbers: dict[str, str] = field(default_factory=dict)
    joiner: str = ""
    compounds: bool = False
    linking: tuple[str, ...] = ()
    segmented: bool = True
    adjectives_follow: bool = False

    def stem(self, word: str) -> str:
        """Return a word without accents, capitals and its endings: of "Vierbeinern" as of "Vierbeiner"."""
        plain = fold(word)
        while True:
            ending = next(
                (e for e in self.endings if plain.endswith(e) and len(plain) - len(e) >= MIN_STEM), ""
            )
            if not ending:
                return plain
            plain = plain[: len(plain) - len(ending)]


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """Return a word without capitals and accents."""
    parts = unicodedata.normalize("NFD", word.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in parts if not "\u0300" <= c <= "\u036f"))


@cache
def other_languages(refining: bool = False) -> dict[str, Language]:
    """Return the languages other than English, by code.

    Args:
        refining: With the words that change what is there ("steiler"), from `refine.toml` beside the words.
    """
    folder = resource("prompts") / "lexicon"
    english = lexicon(refining)
    paths = sorted(path for path in folder.glob("*/words.toml") if path.parent.name != "en")
    return {path.parent.name: read_language(path, english, refining) for path in paths}


def read_language(path: Path, english: Lexicon, refining: bool = False) -> Language:
    """Read a language from its `words.toml`.

    Args:
        path: The file.
        english: The lexicon that must know the English words.
        refining: With the words of `refine.toml` beside it.

    Raises:
        EnvgenError: A file can't be read, has an unknown table or key, or gives an English word that the
            lexicon lacks.
    """
    file = read_toml(path, LanguageFile)
    language = Language(
        name=file.name,
        endings=tuple(sorted(file.endings, key=len, reverse=True)),
        numbers={fold(word): numeral for word, numeral in file.numbers.items()},
        joiner=file.number_joiner,
        compounds=file.compounds,
        linking=file.linking,
        segmented=file.segmented,
        adjectives_follow=file.adjectives_follow,
    )
    _check_numbers(path, file.numbers, english)
    if refining:
        changes = path.parent / "refine.toml"
        words = read_toml(changes, RefinementFile).words
        _check_words(changes, words, english)
        # a single comparative has the stem of its adjective: "steiler" is no form of "steil" here
        _add_phrases(language, words, stems=not language.segmented)
    _check_words(path, file.words, english)
    _add_phrases(language, file.words, stems=True)
    return language


def _check_words(path: Path, words: Mapping[str, tuple[str, ...]], english: Lexicon) -> None:
    known = english.known | english.stop
    for phrase in words:
        for word in phrase.split():
            if not word.isdigit() and known.isdisjoint(english.bases(word)):
                raise _unknown(path, f"words.{phrase}", word, known)


def _check_numbers(path: Path, numbers: Mapping[str, str], english: Lexicon) -> None:
    known = {"zero", *english.numbers, *english.magnitudes}
    for key, numeral in numbers.items():
        for word in numeral.split():
            if word not in known:
                raise _unknown(path, f"numbers.{key}", word, known)


def _unknown(path: Path, key: str, word: str, known: Collection[str]) -> EnvgenError:
    near = nearest(word, known)
    remedy = f"Did you mean {near!r}?" if near else "Use words of prompts/lexicon/en."
    return EnvgenError(f"{path}: {key}: the English lexicon has no word {word!r}", remedy)


def _add_phrases(language: Language, table: Mapping[str, tuple[str, ...]], stems: bool) -> None:
    """Add phrases to a language; a phrase that it has already keeps its meaning."""
    folded: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for english, phrases in table.items():
        for phrase in phrases:
            words = phrase.replace("'", " ").replace("-", " ").split()
            meaning = tuple(english.split())
            if stems or len(words) > 1:
                language.phrases.setdefault(tuple(map(language.stem, words)), meaning)
            language.exact.setdefault(tuple(word.casefold() for word in words), meaning)
            folded.append((tuple(map(fold, words)), meaning))
            language.listed.update(map(fold, words))
    for key, meaning in folded:  # a word without its accents is another's before it is this one's
        language.exact.setdefault(key, meaning)


def language_names() -> str:
    """Return the languages that are read, for messages."""
    found = ["English", *(language.name for language in other_languages().values())]
    return f"{', '.join(found[:-1])} and {found[-1]}"


def numeral(word: str, language: Language) -> tuple[str, ...] | None:
    """Return the English words of a numeral: one that is listed, or several grown together."""
    if word in language.numbers:
        return tuple(language.numbers[word].split())
    for ending in language.endings:
        if word.endswith(ending) and word[: -len(ending)] in language.numbers and len(ending) < 3:
            return tuple(language.numbers[word[: -len(ending)]].split())
    parts = numeral_values(word, language) if language.joiner or not language.segmented else None
    return (f"{_combine(parts)}",) if parts and len(parts) > 1 else None


def numeral_values(word: str, language: Language) -> list[int] | None:
    """Return the values of the numerals that make up a word: "fünfundzwanzig", "三百二十"."""
    table = lexicon()
    values: list[int] = []
    i = 0
    while i < len(word) and len(word) <= MAX_WORD:
        atom = next((word[i : i + n] for n in range(9, 0, -1) if word[i : i + n] in language.numbers), "")
        if not atom:
            if values and language.joiner and word.startswith(language.joiner, i):
                i += len(language.joiner)
                continue
            return None
        name = language.numbers[atom]
        value = 0 if name == "zero" else table.numbers.get(name, table.magnitudes.get(name))
        if value is None:
            return None
        values.append(int(value))
        i += len(atom)
    return values


def _combine(atoms: list[int]) -> int:
    """Return the number that numerals in a row make: 3 100 2 10 5 is 325, 5 20 is 25."""
    total, part = 0, 0
    for i, atom in enumerate(atoms):
        # a power multiplies only a digit, or what is less than itself, or is the first
        multiplies = i == 0 or 0 < part < 10 or (atom > 10 and 0 < part < 100)
        if atom in (10, 100, 1000) and multiplies:
            total, part = total + max(part, 1) * atom, 0
        else:
            part += atom
    return total + part
