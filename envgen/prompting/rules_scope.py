"""Rules that run first: negation and the number of variants."""

from __future__ import annotations

from envgen.prompting.kinds import first_known, known_params
from envgen.prompting.parse_state import ParseState
from envgen.prompting.rules_randomize import never_drawn
from envgen.prompting.sense import Sense
from envgen.prompting.spans import Span

# Terrain nouns with a number of at least this are worlds to make ("64 mazes"), not gaps to cross.
MANY = 8


def negation(state: ParseState) -> None:
    """Mark what stands in the scope of a negation, and note the kinds that it rules out."""
    for i, span in enumerate(state.spans):
        if span.negated or not (span.sense("negate") or _but(state, i)):
            continue
        if span.word in state.lexicon.grammar.exceptions and _denied(state, i):
            span.used = True  # "no obstacles except logs": the logs are wanted
            continue
        touched = _scope(state, i)
        for j in touched:
            _exclude(state, i, j)
        span.used = not span.sense("terrain_set")


def _denied(state: ParseState, i: int) -> bool:
    """Return whether an exception is one from a negation right before it."""
    before = state.at(i - 1)
    if before is not None and before.punct == ",":
        before = state.at(i - 2)
    return before is not None and before.negated


def _but(state: ParseState, i: int) -> bool:
    """Return whether a "but" makes an exception of what follows: "all terrains but stairs"."""
    before = state.at(i - 1)
    if state.spans[i].word != "but" or before is None:
        return False
    return before.sense("terrain_set") is not None and not before.sense("negate")


def _scope(state: ParseState, start: int) -> list[int]:
    """Return indices of the spans that a negation covers; they are marked."""
    ends = set(state.lexicon.grammar.scope_ends)
    exceptions = state.lexicon.grammar.exceptions
    covered: list[int] = []
    things = 0
    j = start + 1
    while (span := state.at(j)) is not None:
        if span.punct:
            if span.punct != "," or not things or not _list_goes_on(state, j):
                break
        elif (
            span.word in ends
            or span.word in exceptions
            or (things and (span.quantity or span.sense("article")))
        ):
            break
        elif things and span.sense("robot") and not state.spans[covered[-1]].sense("robot"):
            break  # "no boxes and ants": a robot is no member of that list
        else:
            if not span.stop or span.senses:
                covered.append(j)
                span.negated = True
            things += _meaningful(span)
        j += 1
    return covered


def _meaningful(span: Span) -> bool:
    return any(
        s.thing or s.wind or s.set or s.randomizes or s.role in ("gravity", "friction", "noise")
        for s in span.senses
    )


def _list_goes_on(state: ParseState, comma: int) -> bool:
    """Return whether `, X` continues a list that ends in "or": "no boxes, logs or balls"."""
    for j in range(comma + 1, comma + 8):
        span = state.at(j)
        if span is None or (span.punct and span.punct != ","):
            return False
        if span.word in ("or", "nor"):
            return True
        listed = any(s.obstacle or s.terrain or s.randomizes or s.role == "noise" for s in span.senses)
        if not span.punct and not listed:
            return False
    return False


def _exclude(state: ParseState, negator: int, j: int) -> None:
    span = state.spans[j]
    text = state.text_of(negator, j)
    if never_drawn(state, negator, j):
        return
    for sense in span.senses:
        for family in ("terrain", "obstacle", "robot", "task"):
            if family == "task" and state.spans[negator].word.startswith("avoid"):
                continue  # what is avoided is a thing: "avoid falling" asks for no other task
            kinds = getattr(sense, family)
            if kinds:
                state.excluded[family].update(sense.excludes or kinds[:1])
                state.refused.append((family, text))
                span.used = True
    if span.sense("wind"):
        state.put("physics.wind", [0, 0, 0], text)
        span.used = True
    elif "gravity" in span.roles:
        state.put("physics.gravity", 0.0, text)
        span.used = True
    elif not span.used and (setting := span.sense("set")):
        # "not slippery": what would have been set stays as it is
        for path in setting.set:
            if path == "physics.friction":
                state.put(path, 1.0, text)
            elif path == "physics.fluid":
                state.put(path, "air", text)
        span.used = True


def counts_in_lists(state: ParseState) -> None:
    """Link numbers after their noun, as in a list: "ants (3), boxes (12)", "ant: 3"."""
    for i, span in list(state.unused()):
        opened, number, closed = state.at(i + 1), state.at(i + 2), state.at(i + 3)
        if not opened or not number or not number.quantity or not number.quantity.whole or number.used:
            continue
        ends = closed is None or bool(closed.punct)
        bracketed = opened.punct == "(" and closed is not None and closed.punct.startswith(")")
        if (bracketed or (opened.punct == ":" and ends)) and (span.sense("robot") or span.sense("obstacle")):
            span.counted_by = i + 2


LEVELS = 40
"""Most columns of a grid (TerrainCfg.levels)."""


def board_columns(state: ParseState) -> None:
    """Read the columns of a board, which are not variants: "a board with eight levels"."""
    for i, span in list(state.unused()):
        number = span.quantity.whole if span.quantity else None
        link, noun = state.at(i - 1), state.at(i + 1)
        if number is None or not 1 <= number <= LEVELS or not link or not noun:
            continue
        if noun.word not in ("level", "levels") or not (
            link.word in ("with", "of", "in") or link.punct == ","
        ):
            continue
        # "a board of stairs and slopes with 5 levels" speaks of the board all the same
        far = link.word == "with" or link.punct == ","
        nearer = range(i - 2, -1, -1) if far else range(i - 2, i - 3, -1)
        board = next((j for j in nearer if _is_board(state, j)), None)
        if board is not None and state.sentence(board) == state.sentence(i):
            state.layout = ("grid", state.use(board))
            state.put("terrain.levels", number, state.use(i, i + 1))


def _is_board(state: ParseState, i: int) -> bool:
    span = state.at(i)
    layout = span.sense("layout") if span else None
    named = span is not None and span.word in state.lexicon.grammar.boards
    return named or (layout is not None and layout.layout == "grid")


def variants(state: ParseState) -> None:
    """Read the number of variants: "500 variants", "64 different mazes", "200 of them"."""
    for i, span in state.unused():
        number = span.quantity.whole if span.quantity else None
        if number is None or span.negated or state.count or number == 1:
            continue
        noun = _world_noun(state, i, number)
        if noun is None and (used := _batch(state, i)):
            state.count = (number, state.use(*used))
            continue
        if noun is not None and _of_things(state, i, noun):
            continue
        if noun is not None:
            text = state.text_of(i, noun)
            span.used = True
            world = state.spans[noun]
            # the noun of "64 mazes" still names the terrain
            if "world" in world.roles:
                world.used = True
            state.count = (number, text)
            for j in range(i + 1, noun):
                if "distinct" in state.spans[j].roles:
                    state.spans[j].used = True


def _batch(state: ParseState, i: int) -> tuple[int, ...]:
    """Return the spans of "a batch of 256" or a final "x 40", which count variants without a noun."""
    before, batch, following = state.at(i - 1), state.at(i - 2), state.at(i + 1)
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
    if before.word in ("x", "times") and bare and all(span.punct for span in state.spans[i + 1 :]):
        return (i - 1, i)
    return ()


OF_THINGS = 40
FEW_OF = 8
"""Up to these numbers "of them" may count the obstacles, or be some of the robots, that stand before."""


def _of_things(state: ParseState, i: int, noun: int) -> bool:
    """Return whether "five of them" counts the obstacles named right before it."""
    number = state.spans[i].quantity
    if not state.spans[noun].word.startswith("of ") or number is None or number.high > OF_THINGS:
        return False
    punct = state.at(i - 1)
    for j in range(i - 2 if punct and punct.punct else i - 1, i - 8, -1):
        span = state.at(j)
        if span is None or span.punct or span.negated:
            return False
        if span.sense("robot") and span.plural and number.high <= FEW_OF:
            return True  # "three ants, two of them chase the third"
        if span.sense("obstacle") and span.plural:
            span.counted_by = i
            state.spans[noun].used = True
            return True
    return False


def _world_noun(state: ParseState, i: int, number: int) -> int | None:
    distinct = False
    for j in range(i + 1, i + 6):
        span = state.at(j)
        if span is None or span.punct or span.quantity or span.sense("robot") or span.sense("article"):
            return None
        if "world" in span.roles:
            return None if _of_what_follows(state, j) else j
        distinct |= "distinct" in span.roles
        if "arena" in span.roles and span.plural and not span.sense("terrain"):
            return j  # a world has one arena
        if span.sense("obstacle") and not span.sense("terrain"):
            return None
        terrain = span.sense("terrain")
        if terrain and (_counts_parts(span, terrain) or (terrain.alternatives and not distinct)):
            return None
        if terrain and span.plural and (distinct or terrain.weak or number >= MANY):
            return j
        if span.word in ("of", "with", "in", "on", "to", "and", "for", "per"):
            return None
    return None


def _of_what_follows(state: ParseState, i: int) -> bool:
    """Return whether "of those" points at the noun right after it: "four of those robot dogs"."""
    noun = state.at(i + 1)
    return state.spans[i].word.startswith("of ") and noun is not None and any(s.thing for s in noun.senses)


def _counts_parts(span: Span, sense: Sense) -> bool:
    """Return whether a plural is also a counting parameter of its terrain: "a staircase with 12 steps"."""
    kind = first_known("terrain", sense.terrain)
    spec = known_params("terrain", kind).get(span.word) if kind else None
    return spec is not None and spec.integer
