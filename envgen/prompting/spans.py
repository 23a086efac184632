"""Scanner: groups tokens into spans (phrases of the lexicon, quantities, punctuation, plain words)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from envgen.core.families import ROBOTS
from envgen.prompting.lemmas import is_plural
from envgen.prompting.lexicon import Lexicon
from envgen.prompting.quantities import Quantities, Quantity
from envgen.prompting.references import is_image, terrain_of
from envgen.prompting.sense import Sense
from envgen.prompting.tokens import Token, normalise, tokenise


@dataclass(eq=False)
class Span:
    """A span of the prompt: a phrase of the lexicon, a quantity, punctuation or a plain word.

    Attributes:
        text: Text as in the prompt.
        word: Case-folded words, with corrected spelling.
        start: Index of the first character in the normalised text.
        end: Index after the last character.
        senses: Senses that the lexicon has for it.
        quantity: Value of a number with its unit.
        punct: Punctuation.
        plural: It has the form of a plural.
        stop: It may be passed over in silence.
        glued: A hyphen joins it to the span before.
        used: A rule has used it.
        negated: It is in the scope of a negation.
        reference: File or external robot that it names.
        counted_by: Index of a number that counts it from elsewhere: "walls, five of them".
    """

    text: str
    word: str
    start: int
    end: int
    senses: tuple[Sense, ...] = ()
    quantity: Quantity | None = None
    punct: str = ""
    plural: bool = False
    stop: bool = False
    glued: bool = False
    used: bool = False
    negated: bool = False
    reference: str = ""
    counted_by: int | None = None
    roles: frozenset[str] = field(default_factory=frozenset)

    def sense(self, name: str) -> Sense | None:
        """Return the first sense that has that meaning (a field of `Sense`)."""
        for sense in self.senses:
            value = getattr(sense, name)
            if value or (name == "planet" and value is not None):  # a planet may have no gravity
                return sense
        return None

    @property
    def adjective(self) -> bool:
        """True if it may stand between a number and its noun."""
        if self.quantity or self.punct or "legs" in self.roles:
            return False
        return bool(
            "addition" in self.roles  # "two more rovers"
            or self.sense("share")
            or self.sense("difficulty")
            or self.sense("degree")
            or "distinct" in self.roles
        )


def _meant(reference: str) -> tuple[Sense, ...]:
    """Return the sense of a referenced file or robot; raise if it is missing or unfit."""
    if is_image(reference):
        return (Sense(terrain=(terrain_of(reference)[0],)),)
    _ = ROBOTS.get(reference)
    return (Sense(robot=(reference,)),)


def scan(prompt: str, lexicon: Lexicon) -> tuple[str, list[Span]]:
    """Return the normalised text and its spans."""
    text = normalise(prompt)
    return text, scan_tokens(text, tokenise(text), lexicon)


def scan_tokens(text: str, tokens: list[Token], lexicon: Lexicon) -> list[Span]:
    """Return the spans of tokens, which stand at their places in a text."""
    return _Scanner(text, tokens, lexicon).spans()


class _Scanner:
    def __init__(self, text: str, tokens: list[Token], lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.tokens = tokens
        corrected: dict[str, str] = {}
        self.words = [self._spelled(token, corrected) for token in self.tokens]
        self.bases = [[w] if w in "°%" else lexicon.bases(w) for w in self.words]
        self.quantities = Quantities(self.tokens, self.words, self.bases, lexicon)

    def _spelled(self, token: Token, corrected: dict[str, str]) -> str:
        word = token.word
        if token.kind != "word":
            return word
        if word not in corrected:
            forms = set(self.lexicon.bases(word))
            known = not forms.isdisjoint(self.lexicon.known) or not forms.isdisjoint(self.lexicon.stop)
            corrected[word] = word if known else self.lexicon.correct(word) or word
        return corrected[word]

    def spans(self) -> list[Span]:
        spans: list[Span] = []
        i = 0
        while i < len(self.tokens):
            token = self.tokens[i]
            if token.kind == "punct":
                spans.append(Span(token.word, token.word, token.start, token.end, punct=token.word))
                i += 1
                continue
            if token.kind == "reference":
                spans.append(replace(self._make_span(i, 1, senses=_meant(token.word)), reference=token.word))
                i += 1
                continue
            if lacking := self._lacking(i):
                spans += lacking[1]
                i += lacking[0]
                continue
            length, senses = self.lexicon.match(self.bases, i)
            if not length and "_" in self.words[i]:
                length, senses = self._joined(i)
            count, quantity = self.quantities.at(i)
            if quantity is not None and count >= length and not self._article_of_phrase(i, count):
                # `one` is a number and an article
                spans.append(
                    self._make_span(i, count, quantity=quantity, senses=senses if count == 1 else ())
                )
                i += count
                continue
            spans.append(self._make_span(i, max(length, 1), senses=senses))
            i += max(length, 1)
        return spans

    def _article_of_phrase(self, i: int, count: int) -> bool:
        """Return whether the number is an article before a phrase: "a six-wheeled rover"."""
        if self.words[i] != "a" or count < 2:
            return False
        length, senses = self.lexicon.match(self.bases, i + 1)
        return length >= count and any(sense.thing for sense in senses)

    def _joined(self, i: int) -> tuple[int, tuple[Sense, ...]]:
        """Match a word such as `num_envs` as the phrase of its parts."""
        parts = [self.lexicon.bases(part) for part in self.words[i].split("_")]
        length, senses = self.lexicon.match(parts, 0)
        return (1, senses) if length == len(parts) else (0, ())

    def _lacking(self, i: int) -> tuple[int, list[Span]] | None:
        """Split `windless` and `boulder-free` into a negation and its noun: number of tokens, and spans."""
        word = self.words[i]
        length, senses = self.lexicon.match(self.bases, i)
        stem = word
        if senses and self._glued_free(i + length):
            length += 1
        elif not senses and word.endswith("less") and len(word) > 6:
            stem, length = word[:-4], 1
            senses = self.lexicon.match([self.lexicon.bases(stem)], 0)[1]
        else:
            return None
        if not any(s.thing or s.wind or s.role or s.randomizes for s in senses):
            return None
        negator = self.lexicon.match([["no"]], 0)[1]
        first = self._make_span(i, length, senses=negator)
        return length, [first, replace(self._make_span(i, length, senses=senses), word=stem)]

    def _glued_free(self, i: int) -> bool:
        if i >= len(self.tokens) or self.words[i] != "free":
            return False
        after = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        ends = after is None or after.kind == "punct"
        return ends or (self.tokens[i].glued and after is not None and after.word != "of")

    def _make_span(
        self, i: int, length: int, senses: tuple[Sense, ...] = (), quantity: Quantity | None = None
    ) -> Span:
        first, last = self.tokens[i], self.tokens[i + length - 1]
        small = length == 1 or any(sense.layout for sense in senses)  # "and then"
        stop = small and all(not self.lexicon.stop.isdisjoint(self.bases[k]) for k in range(i, i + length))
        return Span(
            text=self.text[min(first.start, last.start) : max(first.end, last.end)],
            word=" ".join(self.words[i : i + length]),
            start=min(first.start, last.start),
            end=max(first.end, last.end),
            senses=senses,
            quantity=quantity,
            plural=is_plural(self.words[i + length - 1]) or self.words[i + length - 1] == "people",
            stop=stop,
            glued=first.glued,
            roles=frozenset(s.role for s in senses if s.role),
        )
