"""Translation of prompts into words of the English lexicon, which keep their place in the text.

`prompts/lexicon/<language>/words.toml` holds, for an English phrase, the phrases of the language. The rules
then read English words; what they understood, or did not, is still traced to the words that the user wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from envgen.prompting.languages import MAX_WORD, MIN_STEM, Language, fold, numeral, other_languages
from envgen.prompting.lexicon import Lexicon, lexicon
from envgen.prompting.tokens import Token

LONGEST = 5
"""Most words of a phrase."""


def translate(
    tokens: list[Token], english: Lexicon, refining: bool = False
) -> tuple[list[Token], str | None]:
    """Return the tokens in English, and the name of the language if it is another one.

    A language is taken only if it knows more of the words than English does.

    Args:
        tokens: Tokens of a prompt.
        english: The lexicon that reads them in the end.
        refining: The tokens change an EnvCfg.
    """
    words = [token for token in tokens if token.kind == "word"]
    if not words or not any(_foreign(token.word, english) for token in words):
        return tokens, None
    known = sum(not _foreign(token.word, english) for token in words)
    best: tuple[int, Language, list[Token]] | None = None
    for language in other_languages(refining).values():
        hits, read = _translate(tokens, language)
        if hits > known and (best is None or hits > best[0]):
            best = (hits, language, read)
    if best is None:
        return tokens, None
    misspelled = sum(_misspelled(token.word, english, best[1]) for token in words)
    if best[0] <= known + misspelled:
        return tokens, None
    _, language, read = best
    if refining:
        read = _preposed(read)
    return (_reordered(read) if language.adjectives_follow else read), language.name


def _misspelled(word: str, english: Lexicon, language: Language) -> bool:
    """Return whether a word is misspelled English rather than a word of a language."""
    return _foreign(word, english) and fold(word) not in language.listed and english.correct(word) is not None


def _foreign(word: str, english: Lexicon) -> bool:
    forms = english.bases(word)
    return english.known.isdisjoint(forms) and english.stop.isdisjoint(forms)


def _translate(tokens: list[Token], language: Language) -> tuple[int, list[Token]]:
    """Return the number of tokens that the language knows, and the tokens in English."""
    if not language.segmented:
        tokens = [part for token in tokens for part in _segments(token, language)]
    stems = [language.stem(token.word) if token.kind == "word" else "" for token in tokens]
    hits, i = 0, 0
    out: list[Token] = []
    while i < len(tokens):
        length, english = _phrase(tokens, stems, i, language)
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


def _phrase(tokens: list[Token], stems: list[str], i: int, language: Language) -> tuple[int, tuple[str, ...]]:
    """Return the longest phrase at a token: how many tokens, and the English words."""
    if tokens[i].kind != "word":
        return 0, ()
    for length in range(min(LONGEST, len(tokens) - i), 1, -1):
        key = tuple(stems[i : i + length])
        if all(key) and (found := _listed(tokens[i : i + length], key, language)) is not None:
            return length, found
    if (found := _listed(tokens[i : i + 1], (stems[i],), language)) is not None:
        return 1, found
    if (number := numeral(fold(tokens[i].word), language)) is not None:
        return 1, number
    return (1, parts) if (parts := _compound(tokens[i].word, language)) else (0, ())


def _listed(tokens: list[Token], stems: tuple[str, ...], language: Language) -> tuple[str, ...] | None:
    """Return the English words of a phrase that is listed, by its very words or else by their stems."""
    words = tuple(token.word for token in tokens)
    plain = tuple(map(fold, words))
    # "grados" is "grado", not "gradas"; "steileren" is "steiler"
    inflected = ((*plain[:-1], plain[-1].removesuffix(e)) for e in language.endings if plain[-1].endswith(e))
    for key in (words, plain, *inflected):
        if key in language.exact:
            return language.exact[key]
    return language.phrases.get(stems)


def _compound(word: str, language: Language) -> tuple[str, ...]:
    """Return the English words of a compound noun: "Hügellandschaft"."""
    if not language.compounds or not 7 <= len(word) <= MAX_WORD:
        return ()
    plain = fold(word)
    for cut in range(len(plain) - 3, 2, -1):
        head = next((h for h in _heads(plain[:cut], language) if h), ())
        tail = language.phrases.get((language.stem(plain[cut:]),))
        if head and tail:
            return (*head, *tail)
    return ()


def _heads(word: str, language: Language) -> Iterator[tuple[str, ...]]:
    for link in language.linking:
        if word.endswith(link) and len(word) - len(link) >= MIN_STEM:
            yield language.phrases.get((language.stem(word[: len(word) - len(link)]),), ())


# --- languages without blanks ---------------------------------------------------------------------


def _segments(token: Token, language: Language) -> Iterator[Token]:
    """Split a run of characters into the longest known words; the rest stays in one piece."""
    if token.kind != "word" or token.word.isascii():
        yield token
        return
    i, unknown = 0, 0
    text = token.word
    if len(text) != token.end - token.start:
        yield token  # case folding has changed the length: places would be wrong
        return
    while i < len(text):
        length = _known(text, i, language)
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


def _known(text: str, i: int, language: Language) -> int:
    """Return the length of the longest phrase or numeral at a place of a run of characters."""
    longest = min(8, len(text) - i)
    phrase = next((n for n in range(longest, 0, -1) if (fold(text[i : i + n]),) in language.phrases), 0)
    numeral = 0
    while i + numeral < len(text) and text[i + numeral] in language.numbers and numeral < MAX_WORD:
        numeral += 1
    return max(phrase, numeral)


def _piece(token: Token, start: int, end: int) -> Token:
    return Token("word", token.word[start:end], token.start + start, token.start + end)


def _preposed(tokens: list[Token]) -> list[Token]:
    """Move words that follow their noun in other languages before it: "two ants more", "the walls remove"."""
    english = lexicon(refining=True)
    out: list[Token] = []
    clause = 0
    for i, token in enumerate(tokens):
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        ends = following is None or following.kind == "punct" or following.word in ("and", "or", "but")
        senses = [english.match([english.bases(t.word)], 0)[1] for t in (*out[-1:], token)]
        if len(senses) == 2 and any(s.amends for s in senses[0]) and _counts(token, english):
            out.insert(len(out) - 1, token)  # "more one ant"
            continue
        after_noun = len(senses) == 2 and any(s.thing for s in senses[0])
        if after_noun and ends and any(s.amends for s in senses[1]):
            out.insert(len(out) - 1, token)
        elif after_noun and ends and any(s.negate for s in senses[1]):
            out.insert(clause, token)
        else:
            out.append(token)
        if token.kind == "punct" or token.word in ("and", "or", "but"):
            clause = len(out)
    return out


def _counts(token: Token, english: Lexicon) -> bool:
    return token.kind == "number" or token.word in english.numbers


def _reordered(tokens: list[Token]) -> list[Token]:
    """Move adjectives of size and strength before their nouns: "cajas grandes" as "large boxes"."""
    english = lexicon()
    out = list(tokens)
    for i in range(len(out) - 1):
        noun, adjective = (english.match([english.bases(out[k].word)], 0)[1] for k in (i, i + 1))
        described = any(s.thing or s.wind for s in noun) and any(s.share or s.speed for s in adjective)
        if described and out[i].kind == out[i + 1].kind == "word":
            out[i], out[i + 1] = out[i + 1], out[i]
    return out
