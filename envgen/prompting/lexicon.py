"""The lexicon of the offline interpreter: data in `prompts/lexicon/<language>/*.toml`, indexed."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from envgen.core.errors import EnvgenError
from envgen.core.resources import resource
from envgen.prompting.lemmas import VOWELS, bases, inflections
from envgen.prompting.tokens import normalise, tokenise

SHORTEST = 5
"""Letters of a word that another is corrected to; that may lack one of them."""


@dataclass(frozen=True)
class Sense:
    """What a phrase can mean; a field that is not empty is a meaning. See the TOML files.

    Attributes:
        terrain: Kinds, the first registered being meant; likewise `obstacle`, `robot`, `task`.
        terrain_set: Kinds that are all meant.
        excludes: Kinds that its negation rules out; without it the first kind alone.
        ground: Terrains that an obstacle's word means in a sequence of grounds ("first rubble, then a maze").
        alternatives: Whether either the terrain or the obstacle is meant, not both.
        weak: Whether it counts only if no other terrain is named.
        robot_params: Parameters that the robot's name implies, where its kind has them.
        equips: Parameters of every robot, sensors, and what they are where the word is all that is said.
        param: Parameters that a length beside the phrase may set.
        measure: The same for words that only measure.
        measures: A path of the EnvCfg that a number beside the phrase sets, in unit `dimension`.
        set: Values by path of the EnvCfg.
        multiplies: A path that is a multiplier; `more` tells its direction.
        spreads: A path that is a multiplier, of what may spread around its usual value.
        change: 1 for more, -1 for less, of a number of percent beside it.
        planet: Gravity in m/s2.
        wind: Range of speed in m/s, along `direction`; `speed` alone is an adjective's.
        amount: Obstacles per m2; `weight` is the same for a terrain.
        difficulty: Range.
        degree: Factor on the degree that follows.
        share: Part of the span from easy to hard, from the smaller end; `arena` in m for the arena.
        layout: Of several terrains.
        compares: Parameters or paths that a comparative changes ("steeper"); `more` tells its direction.
        amends: 1 or -1, of a word for more or fewer of a thing.
        by: The factor of a comparative that the word before it asks for ("a bit").
        rank: Of a task among several; it `covers` others and `absorbs` kinds of obstacles.
        chase: Whether the verb divides chasers from runners; `flees` if its subject is the one that runs.
        plays: `chaser` or `runner`, of a noun.
        several: Whether the task counts only between several robots.
        negate: What it excludes.
        article: Whether it is an indefinite article or a one.
        bound: `upper` or `lower`, of the number that follows.
        role: Any other part in the grammar.
    """

    terrain: tuple[str, ...] = ()
    obstacle: tuple[str, ...] = ()
    robot: tuple[str, ...] = ()
    task: tuple[str, ...] = ()
    terrain_set: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    ground: tuple[str, ...] = ()
    alternatives: bool = False
    weak: bool = False
    robot_params: Mapping[str, Any] = field(default_factory=dict)
    equips: Mapping[str, int] = field(default_factory=dict)
    param: tuple[str, ...] = ()
    measure: tuple[str, ...] = ()
    measures: str = ""
    dimension: str = ""
    set: Mapping[str, Any] = field(default_factory=dict)
    multiplies: str = ""
    spreads: str = ""
    more: bool = True
    change: int = 0
    planet: float | None = None
    wind: tuple[float, ...] = ()
    direction: tuple[int, ...] = ()
    speed: tuple[float, ...] = ()
    amount: tuple[float, ...] = ()
    weight: float = 0.0
    difficulty: tuple[float, ...] = ()
    degree: float = 0.0
    share: tuple[float, ...] = ()
    arena: float = 0.0
    layout: str = ""
    compares: tuple[str, ...] = ()
    amends: int = 0
    by: float = 0.0
    rank: int = 0
    covers: tuple[str, ...] = ()
    absorbs: tuple[str, ...] = ()
    chase: bool = False
    flees: bool = False
    plays: str = ""
    several: bool = False
    negate: str = ""
    article: bool = False
    bound: str = ""
    role: str = ""

    @property
    def thing(self) -> bool:
        """Whether it names something that stands in the world."""
        return bool(self.terrain or self.obstacle or self.robot or self.terrain_set)

    @property
    def decides(self) -> bool:
        """Whether it decides something by itself, so that it is worth correcting."""
        by_role = self.role in ("world", "gravity", "friction", "legs")
        return self.thing or by_role or any((self.task, self.set, self.wind, self.difficulty, self.planet))


@dataclass
class Node:
    """A node of the index of phrases: its senses, and the nodes one word further."""

    senses: tuple[Sense, ...] = ()
    next: dict[str, Node] = field(default_factory=dict)


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
        tables: The grammar's lists: `scope_ends`, `joins`, `ranges`, `by`, and the table `legs`.
    """

    root: Node = field(default_factory=Node)
    stop: frozenset[str] = frozenset()
    ordinary: frozenset[str] = frozenset()
    numbers: dict[str, float] = field(default_factory=dict)
    magnitudes: dict[str, float] = field(default_factory=dict)
    factors: dict[str, float] = field(default_factory=dict)
    units: dict[tuple[str, ...], tuple[str, float]] = field(default_factory=dict)
    irregular: dict[str, str] = field(default_factory=dict)
    deciding: list[tuple[str, Sense]] = field(default_factory=list)
    known: frozenset[str] = frozenset()
    tables: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def spelling(self) -> dict[str, list[str]]:
        """Inflected words of phrases by first letter; made when the first unknown word is met."""
        return _spelling(self.deciding)

    def bases(self, word: str) -> list[str]:
        """The word and its base forms, irregular ones included."""
        found = bases(word)
        if word in self.irregular:
            found.insert(1, self.irregular[word])
        return found

    def match(self, words: list[list[str]], start: int) -> tuple[int, tuple[Sense, ...]]:
        """The longest phrase that begins at a word.

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
        """The known word of which this one is a misspelling, if it is near enough.

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


def _tuples(table: dict[str, Any]) -> dict[str, Any]:
    for key, value in table.items():
        # a word alone would be read letter by letter
        if isinstance(value, str) and (key == "words" or isinstance(getattr(Sense, key, None), tuple)):
            raise ValueError(f'{key} = "{value}" is to be a list: {key} = ["{value}"]')
    return {key: tuple(v) if isinstance(v, list) else v for key, v in table.items()}


def _add(lexicon: Lexicon, words: Iterable[str], sense: Sense) -> None:
    node = lexicon.root
    for word in words:
        node = node.next.setdefault(word, Node())
    node.senses = (*node.senses, sense)


def _spelling(phrases: Iterable[tuple[str, Sense]]) -> dict[str, list[str]]:
    """The words worth correcting, by first letter: those that decide something, inflected."""
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
    """Read TOML files into one lexicon.

    Raises:
        EnvgenError: A file is malformed; it is named.
    """
    lexicon = Lexicon()
    entries: list[tuple[str, Sense]] = []
    words: set[str] = set()
    for path in files:
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            for table in data.pop("sense", []):
                given = _tuples(table)
                phrases = given.pop("words")
                sense = Sense(**given)
                for phrase in phrases:
                    split = _split(phrase)
                    _add(lexicon, split, sense)
                    words.update(split)
                    if sense.decides:
                        entries.append((phrase, sense))
            lexicon.stop |= frozenset(data.pop("stop", "").split())
            lexicon.ordinary |= frozenset(data.pop("ordinary", "").split())
            for name in ("numbers", "magnitudes", "factors", "irregular"):
                getattr(lexicon, name).update(data.pop(name, {}))
            for phrase, (unit, factor) in data.pop("units", {}).items():
                lexicon.units[tuple(_split(phrase))] = (unit, factor)
            lexicon.tables.update(data)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise EnvgenError(f"the lexicon {path} is broken: {error}", "Install envgen again.") from None
    numbers = chain(lexicon.numbers, lexicon.magnitudes, lexicon.factors)
    lexicon.known = frozenset(chain(words, numbers, chain.from_iterable(lexicon.units)))
    lexicon.deciding = entries
    return lexicon


@cache
def lexicon(refining: bool = False) -> Lexicon:
    """The lexicon, read once per process.

    Args:
        refining: With the words that change what is there, which mean something else in a first prompt.
    """
    folder = resource("prompts") / "lexicon" / "en"
    more = sorted((folder / "refine").glob("*.toml")) if refining else []
    return build([*sorted(folder.glob("*.toml")), *more])
