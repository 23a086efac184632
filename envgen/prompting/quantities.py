"""Numbers in words and digits, fractions, ranges and spreads, with their units."""

from __future__ import annotations

from dataclasses import dataclass

from envgen.prompting.lexicon import Lexicon
from envgen.prompting.tokens import Token

MOST = 1e15
"""Numbers in words end here: no world holds more, and floats count no further."""


@dataclass(frozen=True)
class Quantity:
    """A number or a range, in a canonical unit.

    Attributes:
        low: The value, or the lower end.
        high: The same value, or the upper end.
        unit: `m`, `deg`, `%`, `m/s`, `m/s2`, `g`, `s`, `hz`; `x` for a factor; empty for none.
    """

    low: float
    high: float
    unit: str = ""

    @property
    def whole(self) -> int | None:
        """The value of a plain whole number, None for any other quantity."""
        if self.unit or self.low != self.high or self.low != int(self.low):
            return None
        return int(self.low)

    def scaled(self, factor: float) -> float | list[float]:
        """Return the quantity times a factor, as a number or range of an EnvCfg."""
        # ten digits hide that 15 cm times 0.01 is 0.15000000000000002
        low, high = (float(f"{v * factor:.10g}") for v in (self.low, self.high))
        return low if low == high else [min(low, high), max(low, high)]


_NOUNS = ("foot", "yard", "second")
"""Words for units that after an article may be something else: "a second robot"."""


class Quantities:
    """Finds the quantities among tokens.

    Args:
        tokens: Tokens of a prompt.
        words: Their words, after correction.
        bases: Base forms of each word.
        lexicon: Lexicon with the numbers and units.
    """

    def __init__(
        self, tokens: list[Token], words: list[str], bases: list[list[str]], lexicon: Lexicon
    ) -> None:
        self.tokens = tokens
        self.words = words
        self.bases = bases
        self.lexicon = lexicon

    def at(self, i: int) -> tuple[int, Quantity | None]:
        """Return the quantity that begins at a token: how many tokens, and what it says."""
        length, low, factor = self._fraction(i)
        if not length:
            length, low, factor = self._cardinal(i)
        if not length:
            return 0, None
        if factor:
            article = self._small_words(i + length)
            taken, unit, scale = self._unit(i + length + article)
            if taken and unit != "%":  # "half a metre", "a quarter of a metre"
                return length + article + taken, Quantity(low * scale, low * scale, unit)
            return length, Quantity(low, low, "x")
        more, part = self._and_a_half(i + length)
        length, low = length + more, low + part
        end = i + length
        taken, unit, scale = self._unit(end)
        end += taken
        if spread := self._spread(end, low, scale, unit):
            return spread[0] - i, spread[1]
        if end + 1 < len(self.tokens) and self._joins_range(i, end):
            more, high, is_factor = self._cardinal(end + 1)
            if more and not is_factor:
                taken, unit2, scale2 = self._unit(end + 1 + more)
                if not unit or unit == unit2:
                    # "10 to 20 cm": the unit stands once, after both
                    ends = sorted((low * (scale if unit else scale2), high * scale2))
                    return end + 1 + more + taken - i, Quantity(ends[0], ends[1], unit2)
        return end - i, Quantity(low * scale, low * scale, unit)

    def _spread(self, end: int, low: float, scale: float, unit: str) -> tuple[int, Quantity] | None:
        """Return a range around a value, after its tokens: "10 cm ± 2 cm", "0.5 plus or minus 10 %"."""
        if self.words[end : end + 3] != ["plus", "or", "minus"]:
            return None
        taken, part, factor = self._cardinal(end + 3)
        if not taken or factor:
            return None
        end += 3 + taken
        taken, unit2, scale2 = self._unit(end)
        if unit2 == "%" and unit != "%":
            value, part = low * scale, low * scale * part / 100
        elif not unit or not unit2 or unit == unit2:
            value, part = low * (scale if unit else scale2), part * (scale2 if unit2 else scale)
            unit = unit or unit2
        else:
            return None
        return end + taken, Quantity(value - part, value + part, unit)

    def _small_words(self, i: int) -> int:
        """Return number of tokens of "of a", "a" or "of" at a token."""
        for words in (["of", "a"], ["of", "an"], ["a"], ["an"], ["of"]):
            if self.words[i : i + len(words)] == words:
                return len(words)
        return 0

    def _fraction(self, i: int) -> tuple[int, float, bool]:
        """Parse `one sixth`, `two thirds`, `three-quarters`: number of tokens, value, is a factor."""
        if i + 1 >= len(self.words):
            return 0, 0.0, False
        word, token = self.words[i], self.tokens[i]
        above = 1.0 if word in ("a", "an") else self.lexicon.numbers.get(word, 0.0)
        if token.kind == "number":
            above = token.value if token.word.isdigit() else 0.0
        part = self._part(i + 1)
        if not part or not 1 <= above <= 9 or above != int(above):
            return 0, 0.0, False
        article_only = word in ("a", "an") and self.words[i + 2 : i + 3] not in (["of"], ["the"])
        if article_only and self.words[i + 1] in self.lexicon.factors:
            return 0, 0.0, False  # "a half" is for the cardinals to read, "a second" for nobody
        if article_only and not self._unit_follows(i + 2):
            return 0, 0.0, False
        return 2, above * part, True

    def _unit_follows(self, i: int) -> bool:
        return bool(self._unit(i + self._small_words(i))[0])

    def _part(self, i: int) -> float:
        """Return the value of a word such as `sixth` or `thirds`, 0 for any other."""
        parts = self.lexicon.grammar.fractions
        return next((float(parts[base]) for base in self.bases[i] if base in parts), 0.0)

    def _and_a_half(self, i: int) -> tuple[int, float]:
        """Parse "and a half": number of tokens and value."""
        words = self.words[i : i + 3]
        if len(words) < 3 or words[0] != "and" or words[1] not in ("a", "one", "three"):
            return 0, 0.0
        part = self._part(i + 2)
        return (3, part * {"three": 3.0}.get(words[1], 1.0)) if part else (0, 0.0)

    def _joins_range(self, i: int, end: int) -> bool:
        word = self.words[end]
        if word == "and":
            return i > 0 and self.words[i - 1] == "between"
        return word in self.lexicon.grammar.ranges

    def _cardinal(self, i: int) -> tuple[int, float, bool]:
        """Return number of tokens, value, and whether it is a factor such as `half`."""
        words, lexicon, start = self.words, self.lexicon, i
        if i >= len(words):
            return 0, 0.0, False
        if words[i] in ("a", "half"):
            return self._after_article(i)
        if words[i] in lexicon.factors:
            return 1, lexicon.factors[words[i]], True
        total, part, seen = 0.0, 0.0, False
        while i < len(words):
            token, word = self.tokens[i], words[i]
            if token.kind == "number" and not seen:
                part = token.value
            elif word in lexicon.numbers and token.kind == "word":
                value = lexicon.numbers[word]
                if (
                    not seen
                    or (part == 0 and total)
                    or (part % 100 >= 20 and value < 10)
                    or (part and part % 100 == 0 and value < 100)
                ):
                    part += value
                elif value in (12, 24) and part < 10 and word.startswith("dozen"):
                    part *= value
                else:
                    break
            elif word in lexicon.magnitudes and (seen or word not in ("k", "hundreds", "thousands")):
                scale = lexicon.magnitudes[word]
                if part * scale > MOST:
                    break
                part = max(part, 1.0) * scale
                if scale >= 1000:
                    total, part = total + part, 0.0
            elif word == "and" and seen and part % 100 == 0 and part + total >= 100 and self._small(i + 1):
                pass
            else:
                break
            seen = True
            i += 1
        if i < len(words) and seen and words[i] == "of" and words[i - 1] in ("pair", "couple", "trio"):
            i += 1
        return (i - start, total + part, False) if seen else (0, 0.0, False)

    def _small(self, i: int) -> bool:
        return i < len(self.words) and self.lexicon.numbers.get(self.words[i], 100) < 100

    def _after_article(self, i: int) -> tuple[int, float, bool]:
        """Parse `a dozen`, `a hundred`, `half a dozen`, `a third of`, `half`."""
        words, lexicon = self.words, self.lexicon
        nxt = words[i + 1] if i + 1 < len(words) else ""
        if words[i] == "half":
            if nxt == "a" and words[i + 2 : i + 3] and words[i + 2] in lexicon.numbers:
                return 3, lexicon.numbers[words[i + 2]] / 2, False
            return 1, 0.5, True
        collective = (nxt in lexicon.numbers and lexicon.numbers[nxt] > 1) or nxt in lexicon.magnitudes
        if collective and nxt != "k":
            length, value, factor = self._cardinal(i + 1)
            return (length + 1, value, factor) if length else (0, 0.0, False)
        if len(nxt) > 3 and self.lexicon.units.get((nxt,), ("", 0))[0] in ("s", "m") and nxt not in _NOUNS:
            return 1, 1.0, False  # "a minute", "a metre"
        if nxt in lexicon.factors and words[i + 2 : i + 3] in (["of"], ["the"]):
            return 2, lexicon.factors[nxt], True
        return 0, 0.0, False

    def _unit(self, i: int) -> tuple[int, str, float]:
        """Return number of tokens of the unit at a token, its canonical name and factor."""
        for length in (4, 3, 2, 1):
            if i + length > len(self.tokens):
                continue
            for variant in self._variants(i, length):
                if variant in self.lexicon.units:
                    unit, factor = self.lexicon.units[variant]
                    return length, unit, factor
        return 0, "", 1.0

    def _variants(self, i: int, length: int) -> list[tuple[str, ...]]:
        """Return the words as they are, and with the first in its base forms (`metres per second`)."""
        rest = tuple(self.words[i + 1 : i + length])
        return [(base, *rest) for base in self.bases[i]]
