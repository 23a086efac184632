"""State of parsing a prompt: its spans, and the values that the rules derive from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any

from envgen.core.params import Param
from envgen.prompting.kinds import FAMILIES, known_params
from envgen.prompting.lexicon import Lexicon
from envgen.prompting.sense import Sense
from envgen.prompting.spans import Span


@dataclass(eq=False)
class DraftEntry:
    """An entry of the EnvCfg being built: one terrain, obstacle, robot or the task.

    Attributes:
        family: `terrain`, `obstacle`, `robot` or `task`.
        kind: Registered name.
        at: Index of the span that names it.
        values: Fields and parameters by name; those of a robot's `params` as `params.<name>`.
        trace: Understood values: words, name of the field, value.
        notes: Assumed values: name of the field, value, why.

    In a refinement, entries of the base EnvCfg have index -1 until a word names them.
    """

    family: str
    kind: str
    at: int
    values: dict[str, Any] = field(default_factory=dict)
    trace: list[tuple[str, str, Any]] = field(default_factory=list)
    notes: list[tuple[str, Any, str]] = field(default_factory=list)

    @property
    def known(self) -> Mapping[str, Param]:
        """Parameters of the kind."""
        return known_params(self.family, self.kind)

    def set(self, name: str, value: Any, text: str) -> bool:
        """Set a parameter of the kind, if it has it and the value is within its range."""
        if name not in self.known:
            return False
        try:
            self.known[name].parse(value)
        except ValueError:
            return False
        key = f"params.{name}" if self.family == "robot" else name
        self.put(key, value, text)
        return True

    def put(self, name: str, value: Any, text: str) -> None:
        """Set a field, traced to its words; a later word replaces an earlier one."""
        self.trace = [t for t in self.trace if t[1] != name or name in ("kind", "model")]
        self.values[name] = value
        self.trace.append((text, name, value))

    def assume(self, name: str, value: Any, why: str) -> None:
        """Set a field that no word gave."""
        self.values[name] = value
        self.notes.append((name, value, why))


@dataclass(eq=False)
class ParseState:
    """The state of parsing a prompt.

    Attributes:
        text: The normalised prompt.
        spans: Spans of the prompt in order.
        lexicon: The English lexicon.
        terrains: In the order of their words; likewise `obstacles` and `robots`.
        task: The chosen one.
        fields: Single values: path to value and words.
        assumed: Path, value, why.
        excluded: Kinds that a negation rules out, by family.
        count: Number of variants asked for.
        links: Index of a noun to the index of the quantity beside it.
        base: The EnvCfg that a refinement changes, as plain data.
        delays: Times that a latency shall have: index of its noun, and of the time.
        gravity: Gravity that "half gravity" refers to, in m/s2.
    """

    text: str
    spans: list[Span]
    lexicon: Lexicon
    terrains: list[DraftEntry] = field(default_factory=list)
    obstacles: list[DraftEntry] = field(default_factory=list)
    robots: list[DraftEntry] = field(default_factory=list)
    task: DraftEntry | None = None
    fields: dict[str, tuple[Any, str]] = field(default_factory=dict)
    assumed: list[tuple[str, Any, str]] = field(default_factory=list)
    excluded: dict[str, set[str]] = field(default_factory=lambda: {f: set() for f in FAMILIES})
    refused: list[tuple[str, str]] = field(default_factory=list)
    count: tuple[int, str] | None = None
    layout: tuple[str, str] | None = None
    links: dict[int, int] = field(default_factory=dict)
    base: Mapping[str, Any] = field(default_factory=dict)
    delays: list[tuple[int, int]] = field(default_factory=list)
    gravity: float = 9.81

    def unused(self) -> Iterator[tuple[int, Span]]:
        """Iterate over the spans that no rule has used yet, with their index."""
        return ((i, span) for i, span in enumerate(self.spans) if not span.used and not span.punct)

    def with_sense(self, name: str) -> Iterator[tuple[int, Span, Sense]]:
        """Yield unused, unnegated spans that have a sense with that field."""
        for i, span in self.unused():
            sense = span.sense(name)
            if sense is not None and not span.negated and not span.used:
                yield i, span, sense

    def with_role(self, role: str) -> Iterator[tuple[int, Span]]:
        """Yield unused spans with a part in the grammar."""
        return ((i, span) for i, span in self.unused() if role in span.roles)

    def at(self, i: int) -> Span | None:
        """Return the span at an index, None outside."""
        return self.spans[i] if 0 <= i < len(self.spans) else None

    def text_of(self, *indices: int) -> str:
        """Return the words from the first to the last of some spans."""
        chosen = [self.spans[i] for i in indices]
        return self.text[min(c.start for c in chosen) : max(c.end for c in chosen)]

    def use(self, *indices: int) -> str:
        """Mark spans as used; returns the words from the first to the last."""
        for i in indices:
            self.spans[i].used = True
        return self.text_of(*indices)

    def refuse(self, *indices: int) -> str:
        """Take all meaning from words in a row, so that they are reported; returns them."""
        for i in indices:
            span = self.spans[i]
            span.senses, span.roles, span.quantity, span.stop = (), frozenset(), None, False
            span.glued |= i != indices[0]  # reported as one
        return self.text_of(*indices)

    def deny(self, path: str, value: Any, said: str, why: str) -> None:
        """Note that what is said can't be, and what is taken instead."""
        self.assumed.append((path, value, f"{said!r} can't be: {why}"))

    def put(self, path: str, value: Any, text: str) -> None:
        """Set a single value of the EnvCfg, traced to its words."""
        self.fields[path] = (value, text)

    def sentence(self, i: int) -> int:
        """Return number of the sentence in which a span stands."""
        return self._sentences[min(i, len(self.spans))]

    @cached_property
    def _sentences(self) -> list[int]:
        """Number of sentences that end before each span."""
        ends = (span.punct[:1] in (".", "!", "?", "\n", ";") and bool(span.punct) for span in self.spans)
        return list(accumulate(ends, initial=0))

    def before(self, i: int, skip: Iterable[str] = (), most: int = 4) -> int | None:
        """Return the nearest span to the left but adjectives and words to skip."""
        return self._walk(i, -1, frozenset(skip), most)

    def after(self, i: int, skip: Iterable[str] = (), most: int = 4) -> int | None:
        """Return the nearest span to the right but adjectives and words to skip."""
        return self._walk(i, 1, frozenset(skip), most)

    def _walk(self, i: int, step: int, skip: frozenset[str], most: int) -> int | None:
        for j in range(i + step, i + step * (most + 1), step):
            span = self.at(j)
            if span is None or span.punct:
                return None
            if span.adjective or span.word in skip:
                continue
            return j
        return None
