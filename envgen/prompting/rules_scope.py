"""Rules that come first: what is negated, how many variants."""

from __future__ import annotations

from envgen.prompting.kinds import first_known, known_params
from envgen.prompting.parse_state import Reading
from envgen.prompting.sense import Sense
from envgen.prompting.spans import Item

# Terrain nouns with a number of at least this are worlds to make ("64 mazes"), not gaps to cross.
MANY = 8


def negation(reading: Reading) -> None:
    """Mark what stands in the scope of a negation, and note the kinds that it rules out."""
    for i, item in enumerate(reading.items):
        if item.negated or not (item.sense("negate") or _but(reading, i)):
            continue
        if item.word in reading.lexicon.grammar.exceptions and _denied(reading, i):
            item.used = True  # "no obstacles except logs": the logs are wanted
            continue
        touched = _scope(reading, i)
        for j in touched:
            _exclude(reading, i, j)
        item.used = not item.sense("terrain_set")


def _denied(reading: Reading, i: int) -> bool:
    """Whether an exception is one from a negation right before it."""
    before = reading.at(i - 1)
    if before is not None and before.punct == ",":
        before = reading.at(i - 2)
    return before is not None and before.negated


def _but(reading: Reading, i: int) -> bool:
    """Whether a "but" makes an exception of what follows: "all terrains but stairs"."""
    before = reading.at(i - 1)
    if reading.items[i].word != "but" or before is None:
        return False
    return before.sense("terrain_set") is not None and not before.sense("negate")


def _scope(reading: Reading, start: int) -> list[int]:
    """Indices of the items that a negation covers; they are marked."""
    ends = set(reading.lexicon.grammar.scope_ends)
    exceptions = reading.lexicon.grammar.exceptions
    covered: list[int] = []
    things = 0
    j = start + 1
    while (item := reading.at(j)) is not None:
        if item.punct:
            if item.punct != "," or not things or not _list_goes_on(reading, j):
                break
        elif (
            item.word in ends
            or item.word in exceptions
            or (things and (item.quantity or item.sense("article")))
        ):
            break
        elif things and item.sense("robot") and not reading.items[covered[-1]].sense("robot"):
            break  # "no boxes and ants": a robot is no member of that list
        else:
            if not item.stop or item.senses:
                covered.append(j)
                item.negated = True
            things += _meaningful(item)
        j += 1
    return covered


def _meaningful(item: Item) -> bool:
    return any(s.thing or s.wind or s.set or s.role in ("gravity", "friction") for s in item.senses)


def _list_goes_on(reading: Reading, comma: int) -> bool:
    """Whether `, X` continues a list that ends in "or": "no boxes, logs or balls"."""
    for j in range(comma + 1, comma + 8):
        item = reading.at(j)
        if item is None or (item.punct and item.punct != ","):
            return False
        if item.word in ("or", "nor"):
            return True
        if not item.punct and not (item.sense("obstacle") or item.sense("terrain")):
            return False
    return False


def _exclude(reading: Reading, negator: int, j: int) -> None:
    item = reading.items[j]
    text = reading.span(negator, j)
    for sense in item.senses:
        for family in ("terrain", "obstacle", "robot", "task"):
            if family == "task" and reading.items[negator].word.startswith("avoid"):
                continue  # what is avoided is a thing: "avoid falling" asks for no other task
            kinds = getattr(sense, family)
            if kinds:
                reading.excluded[family].update(sense.excludes or kinds[:1])
                reading.refused.append((family, text))
                item.used = True
    if item.sense("wind"):
        reading.put("physics.wind", [0, 0, 0], text)
        item.used = True
    elif "gravity" in item.roles:
        reading.put("physics.gravity", 0.0, text)
        item.used = True
    elif not item.used and (setting := item.sense("set")):
        # "not slippery": what would have been set stays as it is
        for path in setting.set:
            if path == "physics.friction":
                reading.put(path, 1.0, text)
            elif path == "physics.fluid":
                reading.put(path, "air", text)
        item.used = True


def listed(reading: Reading) -> None:
    """Numbers after what they count, as in a list: "ants (3), boxes (12)", "ant: 3"."""
    for i, item in list(reading.open()):
        opened, number, closed = reading.at(i + 1), reading.at(i + 2), reading.at(i + 3)
        if not opened or not number or not number.quantity or not number.quantity.whole or number.used:
            continue
        ends = closed is None or bool(closed.punct)
        bracketed = opened.punct == "(" and closed is not None and closed.punct.startswith(")")
        if (bracketed or (opened.punct == ":" and ends)) and (item.sense("robot") or item.sense("obstacle")):
            item.counted_by = i + 2


LEVELS = 40
"""Most columns of a grid (TerrainCfg.levels)."""


def levels(reading: Reading) -> None:
    """Columns of a board, which are no variants: "a board with eight levels", "a curriculum of 10 levels"."""
    for i, item in list(reading.open()):
        number = item.quantity.whole if item.quantity else None
        link, noun = reading.at(i - 1), reading.at(i + 1)
        if number is None or not 1 <= number <= LEVELS or not link or not noun:
            continue
        if noun.word not in ("level", "levels") or not (
            link.word in ("with", "of", "in") or link.punct == ","
        ):
            continue
        # "a board of stairs and slopes with 5 levels" speaks of the board all the same
        far = link.word == "with" or link.punct == ","
        nearer = range(i - 2, -1, -1) if far else range(i - 2, i - 3, -1)
        board = next((j for j in nearer if _is_board(reading, j)), None)
        if board is not None and reading.sentence(board) == reading.sentence(i):
            reading.layout = ("grid", reading.use(board))
            reading.put("terrain.levels", number, reading.use(i, i + 1))


def _is_board(reading: Reading, i: int) -> bool:
    item = reading.at(i)
    layout = item.sense("layout") if item else None
    named = item is not None and item.word in reading.lexicon.grammar.boards
    return named or (layout is not None and layout.layout == "grid")


def variants(reading: Reading) -> None:
    """A number before a word for worlds: "500 variants", "64 different mazes", "200 of them"."""
    for i, item in reading.open():
        number = item.quantity.whole if item.quantity else None
        if number is None or item.negated or reading.count or number == 1:
            continue
        noun = _world_noun(reading, i, number)
        if noun is None and (used := _batch(reading, i)):
            reading.count = (number, reading.use(*used))
            continue
        if noun is not None and _of_things(reading, i, noun):
            continue
        if noun is not None:
            text = reading.span(i, noun)
            item.used = True
            world = reading.items[noun]
            # the noun of "64 mazes" still names the terrain
            if "world" in world.roles:
                world.used = True
            reading.count = (number, text)
            for j in range(i + 1, noun):
                if "distinct" in reading.items[j].roles:
                    reading.items[j].used = True


def _batch(reading: Reading, i: int) -> tuple[int, ...]:
    """The items of "a batch of 256" or of an "x 40" at the end, which count variants without a noun."""
    before, batch, following = reading.at(i - 1), reading.at(i - 2), reading.at(i + 1)
    if before is not None and "count" in before.roles:
        return (i - 1, i)
    if (
        batch is not None
        and "count" in batch.roles
        and before is not None
        and before.word in (":", "is", "of")
    ):
        return (i - 2, i)  # "count: 40"
    ends = following is None or bool(following.punct)
    if before is None or not ends:
        return ()
    if before.word == "of" and batch is not None and "batch" in batch.roles:
        return (i - 2, i - 1, i)
    bare = batch is not None and not batch.quantity and not batch.sense("robot")
    if before.word in ("x", "times") and bare and all(item.punct for item in reading.items[i + 1 :]):
        return (i - 1, i)
    return ()


OF_THINGS = 40
FEW_OF = 8
"""Up to these numbers "of them" may count the obstacles, or be some of the robots, that stand before."""


def _of_things(reading: Reading, i: int, noun: int) -> bool:
    """Whether "five of them" counts the obstacles named right before it."""
    number = reading.items[i].quantity
    if not reading.items[noun].word.startswith("of ") or number is None or number.high > OF_THINGS:
        return False
    punct = reading.at(i - 1)
    for j in range(i - 2 if punct and punct.punct else i - 1, i - 8, -1):
        item = reading.at(j)
        if item is None or item.punct or item.negated:
            return False
        if item.sense("robot") and item.plural and number.high <= FEW_OF:
            return True  # "three ants, two of them chase the third"
        if item.sense("obstacle") and item.plural:
            item.counted_by = i
            reading.items[noun].used = True
            return True
    return False


def _world_noun(reading: Reading, i: int, number: int) -> int | None:
    distinct = False
    for j in range(i + 1, i + 6):
        item = reading.at(j)
        if item is None or item.punct or item.quantity or item.sense("robot") or item.sense("article"):
            return None
        if "world" in item.roles:
            return None if _of_what_follows(reading, j) else j
        distinct |= "distinct" in item.roles
        if "arena" in item.roles and item.plural and not item.sense("terrain"):
            return j  # a world has one arena
        if item.sense("obstacle") and not item.sense("terrain"):
            return None
        terrain = item.sense("terrain")
        if terrain and (_counts_parts(item, terrain) or (terrain.alternatives and not distinct)):
            return None
        if terrain and item.plural and (distinct or terrain.weak or number >= MANY):
            return j
        if item.word in ("of", "with", "in", "on", "to", "and", "for", "per"):
            return None
    return None


def _of_what_follows(reading: Reading, i: int) -> bool:
    """Whether "of those" points at the noun right after it: "four of those robot dogs"."""
    noun = reading.at(i + 1)
    return reading.items[i].word.startswith("of ") and noun is not None and any(s.thing for s in noun.senses)


def _counts_parts(item: Item, sense: Sense) -> bool:
    """Whether a plural is also a counting parameter of its terrain: "a staircase with 12 steps"."""
    kind = first_known("terrain", sense.terrain)
    spec = known_params("terrain", kind).get(item.word) if kind else None
    return spec is not None and spec.integer
