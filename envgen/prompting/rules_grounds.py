"""Rules for terrains and obstacles: which, how many, how they are laid out."""

from __future__ import annotations

from collections.abc import Iterable

from envgen.prompting.kinds import first_known
from envgen.prompting.parse_state import Draft, Reading
from envgen.prompting.references import terrain_of
from envgen.prompting.sense import Sense
from envgen.prompting.spans import Item

DENSITY = [0.04, 0.12]
"""Obstacles per m2 when no word says how many: 10 to 30 on 16 x 16 m."""
_ON_A_GROUND = ("with", "and", "plus", "among", "of")
FEW = (2, 2000)
"""A number of obstacles within these bounds is a count (ObstacleCfg.count)."""


def things(reading: Reading) -> None:
    """Every terrain and obstacle that is named, in the order of the words."""
    weak: list[tuple[int, Item, Sense]] = []
    later: list[tuple[int, Item]] = []
    for i, item in list(reading.open()):
        if item.negated or item.used:
            continue
        sense = item.sense("terrain") or item.sense("obstacle")
        if sense is None or _is_board(reading, i):
            continue
        if sense.weak:
            weak.append((i, item, sense))
        elif sense.terrain and i in reading.links and sense.param:
            later.append((i, item))
        else:
            _thing(reading, i, item)
    for i, item in later:
        # "stepping stones with gaps of 20 cm": the gaps are a measure of what is named already
        if not _owner(reading, item):
            _thing(reading, i, item)
    reading.terrains.sort(key=lambda terrain: terrain.at)  # "hurdles of 30 cm, then stairs"
    _sets(reading)
    if not reading.terrains:
        for i, item, _sense in weak:
            _thing(reading, i, item)
    else:
        for _i, item, sense in weak:
            if any(t.kind in sense.terrain for t in reading.terrains):
                item.used = True
    _flat_contradiction(reading)
    _anything_but_flat(reading)
    _sequence(reading)
    _layout(reading)
    _nothing_else(reading)


def _is_board(reading: Reading, i: int) -> bool:
    """Whether "checkerboard of" lays out several terrains and is none itself."""
    words, following = reading.items[i].word.split(), reading.at(i + 1)
    if words[-1] not in reading.lexicon.grammar.boards or not following or following.word != "of":
        return False
    return sum(1 for later in reading.items[i + 1 :] if later.sense("terrain") and not later.negated) > 1


def _owner(reading: Reading, item: Item) -> bool:
    sense = item.sense("param")
    return sense is not None and any(
        name in terrain.known and terrain.kind not in sense.terrain
        for terrain in reading.terrains
        for name in sense.param
    )


def _thing(reading: Reading, i: int, item: Item) -> None:
    terrain, obstacle = item.sense("terrain"), item.sense("obstacle")
    if terrain and terrain.alternatives:
        counted = (n := reading.at(i - 1)) is not None and n.quantity is not None
        kind = _kind(reading, "terrain", terrain.terrain)
        # "3 hurdles", "a hurdle", "hills with a few hurdles": things, not a kind of ground
        one = counted or not item.plural or _strewn(reading, i)
        if (not one and kind) or not _obstacle(reading, i, item, terrain):
            _terrain(reading, i, item, terrain)
        return
    if terrain:
        _terrain(reading, i, item, terrain)
    if obstacle:
        _obstacle(reading, i, item, obstacle)


def _strewn(reading: Reading, i: int) -> bool:
    """Whether an amount says how many there are on a ground that is named; "mostly stairs" mixes grounds."""
    named = [terrain for terrain in reading.terrains if terrain.at < i]
    return bool(named) and not any("weight" in t.values for t in named) and _amount(reading, i) is not None


def _kind(reading: Reading, family: str, kinds: Iterable[str]) -> str | None:
    kind = first_known(family, kinds)
    # what is ruled out has no stand-in: "boxes, no boxes" asks for no crates
    return None if kind in reading.excluded[family] else kind


def _terrain(reading: Reading, i: int, item: Item, sense: Sense) -> Draft | None:
    if item.reference:
        return _of_file(reading, i, item.reference)
    kind = _kind(reading, "terrain", sense.terrain)
    if kind is None:
        item.used |= first_known("terrain", sense.terrain) is not None  # ruled out by other words
        return None
    text = reading.use(i)
    amount = _amount(reading, i)
    draft = next((t for t in reading.terrains if t.kind == kind), None)
    if draft is None:
        draft = Draft("terrain", kind, i)
        reading.terrains.append(draft)
        if kind != sense.terrain[0]:
            draft.assume("kind", kind, f"{sense.terrain[0]} is not available; {kind} stands in for it")
    draft.put("kind", kind, text)
    if amount is not None:
        weight = reading.items[amount].sense("weight")
        if weight:
            draft.put("weight", weight.weight, reading.use(amount))
    return draft


def _of_file(reading: Reading, i: int, path: str) -> Draft:
    """Ground out of a file: "a heightmap of island.png"."""
    kind, name = terrain_of(path)
    words = [j for j in range(max(i - 3, 0), i) if kind in reading.items[j].word.split()]
    text = reading.use(*words, i)
    draft = Draft("terrain", kind, i)
    draft.put("kind", kind, text)
    draft.put(name, path, text)
    reading.terrains.append(draft)
    return draft


def _amount(reading: Reading, i: int) -> int | None:
    """Index of an amount: "a few boxes", "boxes everywhere", "boxes but not too many"."""
    for j in (reading.before(i, skip=("of", "the", "wooden", "very")), i + 1):
        item = reading.at(j) if j is not None else None
        if j is not None and j < i and item and not item.senses and not item.stop and not item.quantity:
            j -= 1  # one unknown word may be an adjective: "lots of floating spheres"
            item = reading.at(j)
        if j is None or not item or not item.sense("weight") or item.used or item.sense("obstacle"):
            continue
        following = reading.at(j + 1)
        # "boxes, many logs": after a noun an amount is its own only if no other noun follows it
        if j < i or following is None or following.punct or not following.senses:
            return j
    return None


def _obstacle(reading: Reading, i: int, item: Item, sense: Sense) -> bool:
    kind = _kind(reading, "obstacle", sense.obstacle)
    if kind is None:
        return False
    text = reading.use(i)
    draft = next((o for o in reading.obstacles if o.kind == kind), None)
    if draft is not None:
        draft.put("kind", kind, text)
        if draft.at < 0:  # there before a refinement
            draft.at = i
            _amount_said(reading, i, item, sense, draft)
        return True
    draft = Draft("obstacle", kind, i)
    reading.obstacles.append(draft)
    draft.put("kind", kind, text)
    if kind != sense.obstacle[0]:
        draft.assume("kind", kind, f"{sense.obstacle[0]} is not available; {kind} stands in for it")
    _how_many(reading, i, item, sense, draft)
    return True


def _how_many(reading: Reading, i: int, item: Item, sense: Sense, draft: Draft) -> None:
    j = reading.before(i, skip=("of", "the", "wooden")) if item.counted_by is None else item.counted_by
    number = reading.at(j) if j is not None else None
    if j is not None and number and number.quantity and not number.used and not number.quantity.unit:
        quantity = number.quantity
        per_area = next((k for k, _ in reading.role("per_area") if 0 < k - i <= 2 or k == j + 1), None)
        if per_area is not None and quantity.low >= 0 and quantity.high <= 5:
            draft.put("density", quantity.scaled(1), reading.use(j, i, per_area))
            return
        if quantity.low == int(quantity.low) and quantity.low > 0 and quantity.high <= FEW[1]:
            ends = [int(quantity.low), int(quantity.high)]
            draft.put("count", ends[0] if ends[0] == ends[1] else ends, reading.use(j))
            return
    amount = _amount(reading, i)
    if amount is not None and (sense_of := reading.items[amount].sense("amount")):
        draft.put("density", list(sense_of.amount), reading.use(amount))
    elif sense.amount:
        draft.put("density", list(sense.amount), item.text)
    elif number and number.sense("article") and not item.plural:
        draft.put("count", 1, reading.span(j if j is not None else i, i))
    elif (before := _plus(reading, draft)) is not None:
        draft.assume("density", before, "as the obstacles named before it")
    else:
        draft.assume("density", DENSITY, "no amount named")


def _amount_said(reading: Reading, i: int, item: Item, sense: Sense, draft: Draft) -> None:
    """Set how many there are only if a word says so."""
    said = Draft("obstacle", draft.kind, i)
    reading.obstacles.append(said)
    _how_many(reading, i, item, sense, said)
    reading.obstacles.remove(said)
    for text, name, value in said.trace:
        draft.put(name, value, text)


def _plus(reading: Reading, draft: Draft) -> list[float] | None:
    """The density that a list shares: "a few boxes and logs"."""
    place = reading.obstacles.index(draft)
    if place == 0:
        return None
    previous = reading.obstacles[place - 1]
    density = previous.values.get("density")
    between = [reading.items[k].word for k in range(previous.at + 1, draft.at)]
    return density if isinstance(density, list) and set(between) <= {"and", "or", ","} else None


def _sets(reading: Reading) -> None:
    """Of "any terrain" kind of a list that is registered and not excluded."""
    for i, item in list(reading.open()):
        sense = item.sense("terrain_set")
        if sense is None or item.negated or item.used:
            continue
        kinds = [k for k in sense.terrain_set if _kind(reading, "terrain", (k,))]
        text = reading.use(i)
        for kind in kinds:
            if all(t.kind != kind for t in reading.terrains):
                draft = Draft("terrain", kind, i)
                draft.put("kind", kind, text)
                reading.terrains.append(draft)


def _anything_but_flat(reading: Reading) -> None:
    """A spread of grounds where nothing is named but that it must not be flat."""
    if reading.terrains or "flat" not in reading.excluded["terrain"]:
        return
    for sense in reading.lexicon.match([["any"], ["terrain"]], 0)[1]:
        for kind in sense.terrain_set:
            if _kind(reading, "terrain", (kind,)) == kind:
                draft = Draft("terrain", kind, len(reading.items))
                draft.assume("kind", kind, "any ground but a flat one")
                reading.terrains.append(draft)


def _flat_contradiction(reading: Reading) -> None:
    """Of "flat stairs" the noun wins over the adjective right before it, and that is said."""
    for draft in list(reading.terrains):
        following = reading.at(draft.at + 1)
        if draft.kind != "flat" or draft.at < 0 or len(reading.terrains) < 2 or following is None:
            continue
        owner = next((t for t in reading.terrains if t.at == draft.at + 1), None)
        if owner and not following.punct:
            reading.terrains.remove(draft)
            word = reading.items[draft.at]
            word.used = False
            owner.notes.append(("kind", owner.kind, f"{word.text!r} contradicts {following.text!r}"))


def _sequence(reading: Reading) -> None:
    """What lies on a ground is the ground where grounds follow each other: "first rubble, then a maze"."""
    steps = [i for i, _, sense in reading.having("layout") if sense.layout == "track"]
    for draft in [d for d in reading.obstacles if d.at >= 0]:
        sense, before = reading.items[draft.at].sense("ground"), reading.at(draft.at - 1)
        kind = _kind(reading, "terrain", sense.ground) if sense else None
        beside = any(0 < abs(i - draft.at) <= 2 for i in steps)
        if kind is None or not beside or (before and before.word in _ON_A_GROUND):
            continue
        if any(name in ("count", "density") for _, name, _ in draft.trace) or not reading.terrains:
            continue
        reading.obstacles.remove(draft)
        if all(terrain.kind != kind for terrain in reading.terrains):
            ground = Draft("terrain", kind, draft.at)
            ground.put("kind", kind, reading.items[draft.at].text)
            reading.terrains.append(ground)
            reading.terrains.sort(key=lambda terrain: terrain.at)


def _layout(reading: Reading) -> None:
    grammar = reading.lexicon.grammar
    for layout, nouns in (("track", grammar.tracks), ("grid", grammar.boards)):
        for i, item in list(reading.open()):
            following = reading.at(i + 1)
            of = following is not None and following.word in ("of", ":") and not item.negated
            if of and item.word.split()[-1] in nouns and sum(t.at > i for t in reading.terrains) > 1:
                reading.layout = reading.layout or (layout, item.text)
                item.used |= reading.layout[0] == layout
    for i, item, sense in list(reading.having("layout")):
        if len(reading.terrains) > 1 and reading.layout is None:
            reading.layout = (sense.layout, reading.use(i))
        elif reading.layout and sense.layout == reading.layout[0]:
            item.used = True


def _nothing_else(reading: Reading) -> None:
    for i, item in list(reading.role("nothing_else")):
        if not reading.obstacles:
            reading.put("obstacles", [], reading.use(i))
        item.used = True
