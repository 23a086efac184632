"""Lexer: tokens (words, numbers, punctuation, references) of a prompt, with their place in the text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from envgen.prompting.references import PATTERN, split_references, unquote

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "⁄": "/", "×": "x", "−": "-"})
_TOKEN = re.compile(
    rf"(?P<reference>{PATTERN})"
    r"""
  | (?P<number>
        (?:(?<![^\s(\[=:])-)?                              # a minus, not a hyphen
        (?: \d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)             # 1,000
          | \d+/\d+                                        # 1/2
          | \d*\.?\d+(?:e[+-]?\d+(?![^\W_]))?(?:\^\d+)?    # 12, .5, 1e3, 10^6
        ))
  | (?P<unit>m/s\^?2 | m/s/s | m/s | km/h | /\s?m\^?2 | m\^2 | ° | %)
  | (?P<word>[^\W\d_]\w*)
  | (?P<punct>[.,;:!?()\[\]"\n-]+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# "3v3", "2vs2", "10x20": letters that would stick to the number after them
_VERSUS = re.compile(r"(?<=\d)\s*(v|vs|versus)\.?\s*(?=\d)", re.IGNORECASE)
_TIMES = re.compile(r"\s*\bx\s*(?=\d)|(?<=\d)x\s*(?=\d)", re.IGNORECASE)
# "0,4" as half of Europe writes it; "1,000" and lists such as "10,20,30" stay as they are
_COMMA = re.compile(r"(?<![\d.,\[])(\d+),(\d{1,2}|\d{4,})(?![\d,.]\d|\d)")
# "高15厘米": where no blanks part the words, a number would stick to the one before it
_UNPARTED = re.compile(r"(?<=[\u3400-\u9fff])(?=\d)")
_SPREAD = re.compile(r"\s?(?:±|\+\s?/?\s?-)\s?(?=[\d.])")
# "0.2..0.5" and "[0.2, 0.5]", as in code
_DOTS = re.compile(r"(?<=\d)\s*(?:\.{2,3}|…)\s*(?=-?[\d.])")
_BRACKETS = re.compile(r"\[\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*\]")
# "ants/hills/ice" is a list, "metres/second" is a unit
_SLASHED = re.compile(
    r"(?:(?<=[^\W\d]{3})|(?<=\d))/(?=[^\W\d]{3})(?!(?:sec|seconds?|minutes?|hours?)\b)|(?<=\w)/(?=x\d)",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"n't\b", re.IGNORECASE)
_CONTRACTED = re.compile(r"'(?:s|m|d|ll|re|ve)\b", re.IGNORECASE)
MAX_DIGITS = 15

Kind = Literal["number", "unit", "word", "punct", "reference"]


@dataclass(frozen=True)
class Token:
    """One token.

    Attributes:
        kind: Class of the token.
        word: Case-folded text; a reference unchanged.
        start: Index of the first character in the normalised text.
        end: Index after the last character.
        value: Value of a number.
        glued: A hyphen joins it to the token before.
    """

    kind: Kind
    word: str
    start: int
    end: int
    value: float = 0.0
    glued: bool = False


def normalise(prompt: str) -> str:
    """Return one form for what looks alike: compatibility characters, quotes, blanks, contractions.

    References to files and sources of robots stay as they are.
    """
    pieces = split_references(prompt)
    if len(pieces) > 1:
        return " ".join(p if i % 2 else _normalised(p) for i, p in enumerate(pieces)).strip()
    return _normalised(prompt)


def _normalised(prompt: str) -> str:
    text = unicodedata.normalize("NFKC", prompt.translate(_QUOTES)).translate(_QUOTES)
    text = "".join(
        c if c in "\n\t" or unicodedata.category(c)[0] != "C" else " " if c == "\r" else "" for c in text
    )
    text = _BRACKETS.sub(r" \1 to \2 ", text)
    text = _COMMA.sub(r"\1.\2", text)
    text = _SLASHED.sub(", ", text)
    text = _DOTS.sub(" to ", text)
    text = re.sub(r"(?<=\d)\s*[–—]\s*(?=\d)", " to ", text)
    text = re.sub(
        r"[–—]|(?<=[^\W\d])[^\S\n]+-+[^\S\n]+", ", ", text
    )  # a dash between blanks, but not "10 - 20"
    text = _VERSUS.sub(" vs ", text)
    text = _TIMES.sub(" x ", text)
    text = _SPREAD.sub(" plus or minus ", text)
    text = _UNPARTED.sub(" ", text)
    text = _NEGATED.sub(" not", re.sub(r"\bcan't\b", "cannot", text))
    text = _CONTRACTED.sub("", text)
    return re.sub(r"[^\S\n]+", " ", text).strip()


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a normalised text; symbols that mean nothing here are left out."""
    tokens: list[Token] = []
    hyphen = -1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        word = match.group().casefold()
        start, end = match.span()
        if kind == "punct" and set(word) == {"-"}:
            if _between_words(text, start, end):
                hyphen = end
                continue
            if not _range_dash(text, start, end, tokens):
                continue
            tokens.append(Token("word", "to", start, end))
            continue
        if kind == "number":
            tokens.extend(_number(word, start, end))
        elif kind == "reference":
            tokens.append(Token("reference", unquote(match.group()), start, end))
        elif kind in ("unit", "word", "punct"):
            tokens.append(Token(_KINDS[kind], word, start, end, glued=start == hyphen))
    return tokens


_KINDS: dict[str, Kind] = {"unit": "unit", "word": "word", "punct": "punct"}


def _between_words(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return before.isalnum() and after.isalpha()


def _range_dash(text: str, start: int, end: int, tokens: list[Token]) -> bool:
    """Return whether a hyphen stands between two numbers, as in 10-20 (a unit may be between)."""
    follows = text[end : end + 2].strip()[:1].isdigit()
    recent = tokens[-2:]
    return follows and any(t.kind == "number" for t in recent) and bool(text[start - 1 : start].strip())


def _number(word: str, start: int, end: int) -> list[Token]:
    """Return a number token, or a word token for a number out of bounds."""
    try:
        plain = word.replace(",", "")
        if "^" in plain:
            base, power = plain.split("^")
            if len(power) > 2:
                raise ValueError
            value = float(base) ** int(power)
        elif "/" in plain:
            above, below = plain.split("/")
            value = float(above) / float(below)
        else:
            value = float(plain)
        if not abs(value) < 10.0**MAX_DIGITS:
            raise ValueError
    except (ValueError, ZeroDivisionError, OverflowError):
        # kept as a word, so that it is reported as not understood
        return [Token("word", word[:40], start, end)]
    return [Token("number", word, start, end, value)]
