"""Prompts in other languages: their words become those of the English lexicon, each at its own place.

`prompts/lexicon/<language>/words.toml` holds, for an English phrase, the phrases of the language. The rules
then read English words; what they understood, or did not, is still traced to the words that the user wrote.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from envgen.core.errors import EnvgenError
from envgen.core.resources import resource
from envgen.prompting.lexicon import Lexicon, lexicon
from envgen.prompting.tokens import Token

LONGEST = 5
"""Most words of a phrase."""
MIN_STEM = 3
MAX_WORD = 40
"""Longer words are not taken apart."""


@dataclass
class Tongue:
    """A language in terms of English.

    Attributes:
        name: In English.
        phrases: Stems of a phrase to English words.
        exact: The same by words as they are listed, which count before stems: "sin" is not "sino".
        endings: That a stem goes without, longest first.
        numbers: Numerals, folded, to English numerals.
        joiner: That stands inside numerals: "fünfundzwanzig".
        compounds: Whether nouns grow together: "Eisfläche".
        linking: What may stand between their parts.
        segmented: Whether blanks part the words.
        adjectives_follow: Whether they stand after their noun.
    """

    name: str
    phrases: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    exact: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    endings: tuple[str, ...] = ()
    numbers: dict[str, str] = field(default_factory=dict)
    joiner: str = ""
    compounds: bool = False
    linking: tuple[str, ...] = ()
    segmented: bool = True
    adjectives_follow: bool = False

    def stem(self, word: str) -> str:
        """A word without accents, capitals and its endings: of "Vierbeinern" as of "Vierbeiner"."""
        plain = fold(word)
        while True:
            ending = next(
                (e for e in self.endings if plain.endswith(e) and len(plain) - len(e) >= MIN_STEM), ""
            )
            if not ending:
                return plain
            plain = plain[: len(plain) - len(ending)]


def fold(word: str) -> str:
    """A word without capitals and accents."""
    parts = unicodedata.normalize("NFD", word.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in parts if not "\u0300" <= c <= "\u036f"))


@cache
def tongues() -> dict[str, Tongue]:
    """The languages that have words here, by their code; English itself is no entry."""
    folder = resource("prompts") / "lexicon"
    found = {}
    for path in sorted(folder.glob("*/words.toml")):
        code = path.parent.name
        if code != "en":
            try:
                found[code] = _read(tomllib.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError, KeyError) as error:
                raise EnvgenError(f"the lexicon {path} is broken: {error}", "Install envgen again.") from None
    return found


def _read(data: dict[str, Any]) -> Tongue:
    tongue = Tongue(
        name=data["name"],
        endings=tuple(sorted(data.get("endings", ()), key=len, reverse=True)),
        numbers={fold(word): english for word, english in data.get("numbers", {}).items()},
        joiner=data.get("number_joiner", ""),
        compounds=data.get("compounds", False),
        linking=tuple(data.get("linking", ("",))),
        segmented=data.get("segmented", True),
        adjectives_follow=data.get("adjectives_follow", False),
    )
    folded: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for english, phrases in data["words"].items():
        for phrase in phrases:
            words = phrase.replace("'", " ").replace("-", " ").split()
            tongue.phrases.setdefault(tuple(map(tongue.stem, words)), tuple(english.split()))
            tongue.exact.setdefault(tuple(word.casefold() for word in words), tuple(english.split()))
            folded.append((tuple(map(fold, words)), tuple(english.split())))
    for key, words_in_english in folded:
        tongue.exact.setdefault(key, words_in_english)
    return tongue


def names() -> str:
    """The languages that are read, for messages."""
    found = ["English", *(tongue.name for tongue in tongues().values())]
    return f"{', '.join(found[:-1])} and {found[-1]}"


def translated(tokens: list[Token], english: Lexicon) -> tuple[list[Token], str | None]:
    """The tokens in English, and the name of the language if it is another one.

    A language is taken only if it knows more of the words than English does.
    """
    words = [token for token in tokens if token.kind == "word"]
    if not words or not any(_foreign(token.word, english) for token in words):
        return tokens, None
    known = sum(not _foreign(token.word, english) for token in words)
    best: tuple[int, Tongue, list[Token]] | None = None
    for tongue in tongues().values():
        hits, read = _translate(tokens, tongue)
        if hits > known and (best is None or hits > best[0]):
            best = (hits, tongue, read)
    if best is None or best[0] <= known + sum(_misspelled(token.word, english) for token in words):
        return tokens, None
    _, tongue, read = best
    return (_reordered(read) if tongue.adjectives_follow else read), tongue.name


def _misspelled(word: str, english: Lexicon) -> bool:
    return _foreign(word, english) and english.correct(word) is not None


def _foreign(word: str, english: Lexicon) -> bool:
    forms = english.bases(word)
    return english.known.isdisjoint(forms) and english.stop.isdisjoint(forms)


def _translate(tokens: list[Token], tongue: Tongue) -> tuple[int, list[Token]]:
    """How many tokens the language knows, and all of them with those in English."""
    if not tongue.segmented:
        tokens = [part for token in tokens for part in _segments(token, tongue)]
    stems = [tongue.stem(token.word) if token.kind == "word" else "" for token in tokens]
    hits, i = 0, 0
    out: list[Token] = []
    while i < len(tokens):
        length, english = _phrase(tokens, stems, i, tongue)
        if length:
            # words that are passed over tell less about the language than those that mean something
            hits += length
            place = replace(tokens[i], end=tokens[i + length - 1].end, glued=False)
            out += [_token(place, word) for word in english]
            i += length
            continue
        out.append(tokens[i])
        i += 1
    return hits, out


def _token(place: Token, word: str) -> Token:
    if word.isdigit():
        return replace(place, kind="number", word=word, value=float(word))
    return replace(place, word=word)


def _phrase(tokens: list[Token], stems: list[str], i: int, tongue: Tongue) -> tuple[int, tuple[str, ...]]:
    """The longest phrase at a token: how many tokens, and the English words."""
    if tokens[i].kind != "word":
        return 0, ()
    for length in range(min(LONGEST, len(tokens) - i), 1, -1):
        key = tuple(stems[i : i + length])
        if all(key) and (found := _listed(tokens[i : i + length], key, tongue)) is not None:
            return length, found
    if (found := _listed(tokens[i : i + 1], (stems[i],), tongue)) is not None:
        return 1, found
    if (number := _numeral(fold(tokens[i].word), tongue)) is not None:
        return 1, number
    return (1, parts) if (parts := _compound(tokens[i].word, tongue)) else (0, ())


def _listed(tokens: list[Token], stems: tuple[str, ...], tongue: Tongue) -> tuple[str, ...] | None:
    """The English words of a phrase that is listed, by its very words or else by their stems."""
    words = tuple(token.word for token in tokens)
    plain = tuple(map(fold, words))
    singular = (*plain[:-1], plain[-1].removesuffix("s"))  # "grados" is "grado", not "gradas"
    for key in (words, plain, singular):
        if key in tongue.exact:
            return tongue.exact[key]
    return tongue.phrases.get(stems)


def _compound(word: str, tongue: Tongue) -> tuple[str, ...]:
    """The English words of a compound noun: "Hügellandschaft"."""
    if not tongue.compounds or not 7 <= len(word) <= MAX_WORD:
        return ()
    plain = fold(word)
    for cut in range(len(plain) - 3, 2, -1):
        head = next((h for h in _heads(plain[:cut], tongue) if h), ())
        tail = tongue.phrases.get((tongue.stem(plain[cut:]),))
        if head and tail:
            return (*head, *tail)
    return ()


def _heads(word: str, tongue: Tongue) -> Iterator[tuple[str, ...]]:
    for link in tongue.linking:
        if word.endswith(link) and len(word) - len(link) >= MIN_STEM:
            yield tongue.phrases.get((tongue.stem(word[: len(word) - len(link)]),), ())


# --- numerals -----------------------------------------------------------------------------------


def _numeral(word: str, tongue: Tongue) -> tuple[str, ...] | None:
    """The English words of a numeral: one that is listed, or several grown together."""
    if word in tongue.numbers:
        return tuple(tongue.numbers[word].split())
    for ending in tongue.endings:
        if word.endswith(ending) and word[: -len(ending)] in tongue.numbers and len(ending) < 3:
            return tuple(tongue.numbers[word[: -len(ending)]].split())
    parts = _atoms(word, tongue) if tongue.joiner or not tongue.segmented else None
    return (f"{_value(parts)}",) if parts and len(parts) > 1 else None


def _atoms(word: str, tongue: Tongue) -> list[int] | None:
    """The values of the numerals that make up a word: "fünfundzwanzig", "三百二十"."""
    table = lexicon()
    values: list[int] = []
    i = 0
    while i < len(word) and len(word) <= MAX_WORD:
        atom = next((word[i : i + n] for n in range(9, 0, -1) if word[i : i + n] in tongue.numbers), "")
        if not atom:
            if values and tongue.joiner and word.startswith(tongue.joiner, i):
                i += len(tongue.joiner)
                continue
            return None
        name = tongue.numbers[atom]
        value = 0 if name == "zero" else table.numbers.get(name, table.magnitudes.get(name))
        if value is None:
            return None
        values.append(int(value))
        i += len(atom)
    return values


def _value(atoms: list[int]) -> int:
    """The number that numerals in a row make: 3 100 2 10 5 is 325, 5 20 is 25."""
    total, part = 0, 0
    for i, atom in enumerate(atoms):
        # a power multiplies only a digit, or what is less than itself, or is the first
        multiplies = i == 0 or 0 < part < 10 or (atom > 10 and 0 < part < 100)
        if atom in (10, 100, 1000) and multiplies:
            total, part = total + max(part, 1) * atom, 0
        else:
            part += atom
    return total + part


# --- languages without blanks ---------------------------------------------------------------------


def _segments(token: Token, tongue: Tongue) -> Iterator[Token]:
    """The words of a run of characters: the longest that is known at each place; the rest in one piece."""
    if token.kind != "word" or token.word.isascii():
        yield token
        return
    i, unknown = 0, 0
    text = token.word
    if len(text) != token.end - token.start:
        yield token  # case folding has changed the length: places would be wrong
        return
    while i < len(text):
        length = _known(text, i, tongue)
        if not length:
            i += 1
            continue
        if unknown < i:
            yield _piece(token, unknown, i)
        yield _piece(token, i, i + length)
        i += length
        unknown = i
    if unknown < len(text):
        yield _piece(token, unknown, len(text))


def _known(text: str, i: int, tongue: Tongue) -> int:
    """The length of the longest phrase or numeral at a place of a run of characters."""
    longest = min(8, len(text) - i)
    phrase = next((n for n in range(longest, 0, -1) if (fold(text[i : i + n]),) in tongue.phrases), 0)
    numeral = 0
    while i + numeral < len(text) and text[i + numeral] in tongue.numbers and numeral < MAX_WORD:
        numeral += 1
    return max(phrase, numeral)


def _piece(token: Token, start: int, end: int) -> Token:
    return Token("word", token.word[start:end], token.start + start, token.start + end)


def _reordered(tokens: list[Token]) -> list[Token]:
    """Adjectives of size and strength before their nouns: "cajas grandes" as "large boxes"."""
    english = lexicon()
    out = list(tokens)
    for i in range(len(out) - 1):
        noun, adjective = (english.match([english.bases(out[k].word)], 0)[1] for k in (i, i + 1))
        described = any(s.thing or s.wind for s in noun) and any(s.share or s.speed for s in adjective)
        if described and out[i].kind == out[i + 1].kind == "word":
            out[i], out[i + 1] = out[i + 1], out[i]
    return out
