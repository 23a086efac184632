"""The state of a reading: items, and the decisions that the rules take from them."""

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
from envgen.prompting.spans import Item


@dataclass(eq=False)
class Draft:
    """A part of the EnvCfg in the making: one terrain, obstacle, robot or the task.

    Attributes:
        family: Which of these.
        kind: Registered name.
        at: Index of the item that named it.
        values: Fields and parameters by name; those of a robot's `params` as `params.<name>`.
        trace: What was understood: words, name of the field, value.
        notes: What was assumed: name of the field, value, why.

    A draft of what is there already, before a refinement, stands at -1 until a word names it.
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
class Reading:
    """All that is known of a prompt while it is read.

    Attributes:
        text: The normalised prompt.
        items: Its items in order.
        lexicon: Of the language.
        terrains: In the order of their words; likewise `obstacles` and `robots`.
        task: The chosen one.
        fields: Single values: path to value and words.
        assumed: Path, value, why.
        excluded: Kinds that a negation rules out, by family.
        count: Number of variants asked for.
        links: Index of a noun to the index of the quantity beside it.
        gravity: What "half gravity" halves, in m/s2.
    """

    text: str
    items: list[Item]
    lexicon: Lexicon
    terrains: list[Draft] = field(default_factory=list)
    obstacles: list[Draft] = field(default_factory=list)
    robots: list[Draft] = field(default_factory=list)
    task: Draft | None = None
    fields: dict[str, tuple[Any, str]] = field(default_factory=dict)
    assumed: list[tuple[str, Any, str]] = field(default_factory=list)
    excluded: dict[str, set[str]] = field(default_factory=lambda: {f: set() for f in FAMILIES})
    refused: list[tuple[str, str]] = field(default_factory=list)
    count: tuple[int, str] | None = None
    layout: tuple[str, str] | None = None
    links: dict[int, int] = field(default_factory=dict)
    gravity: float = 9.81

    def open(self) -> Iterator[tuple[int, Item]]:
        """Items that no rule has used yet."""
        return ((i, item) for i, item in enumerate(self.items) if not item.used and not item.punct)

    def having(self, name: str) -> Iterator[tuple[int, Item, Sense]]:
        """Unused, unnegated items with a meaning."""
        for i, item in self.open():
            sense = item.sense(name)
            if sense is not None and not item.negated and not item.used:
                yield i, item, sense

    def role(self, role: str) -> Iterator[tuple[int, Item]]:
        """Unused items with a part in the grammar."""
        return ((i, item) for i, item in self.open() if role in item.roles)

    def at(self, i: int) -> Item | None:
        """The item at an index, None outside."""
        return self.items[i] if 0 <= i < len(self.items) else None

    def span(self, *indices: int) -> str:
        """The words from the first to the last of some items."""
        chosen = [self.items[i] for i in indices]
        return self.text[min(c.start for c in chosen) : max(c.end for c in chosen)]

    def use(self, *indices: int) -> str:
        """Mark items as used; returns the words from the first to the last."""
        for i in indices:
            self.items[i].used = True
        return self.span(*indices)

    def put(self, path: str, value: Any, text: str) -> None:
        """Decide a single value."""
        self.fields[path] = (value, text)

    def sentence(self, i: int) -> int:
        """Number of the sentence in which an item stands."""
        return self._sentences[min(i, len(self.items))]

    @cached_property
    def _sentences(self) -> list[int]:
        """How many sentences have ended before each item."""
        ends = (item.punct[:1] in (".", "!", "?", "\n", ";") and bool(item.punct) for item in self.items)
        return list(accumulate(ends, initial=0))

    def before(self, i: int, skip: Iterable[str] = (), most: int = 4) -> int | None:
        """The nearest item to the left but adjectives and words to skip."""
        return self._walk(i, -1, frozenset(skip), most)

    def after(self, i: int, skip: Iterable[str] = (), most: int = 4) -> int | None:
        """The nearest item to the right but adjectives and words to skip."""
        return self._walk(i, 1, frozenset(skip), most)

    def _walk(self, i: int, step: int, skip: frozenset[str], most: int) -> int | None:
        for j in range(i + step, i + step * (most + 1), step):
            item = self.at(j)
            if item is None or item.punct:
                return None
            if item.adjective or item.word in skip:
                continue
            return j
        return None
