"""Rules for terrains and obstacles: which, how many, how they are laid out."""

from __future__ import annotations

from collections.abc import Iterable

from envgen.prompting.kinds import first_known
from envgen.prompting.parse_state import DraftEntry, ParseState
from envgen.prompting.references import terrain_of
from envgen.prompting.sense import Sense
from envgen.prompting.spans import Span

DENSITY = [0.04, 0.12]
"""Obstacles per m2 when no word says how many: 10 to 30 on 16 x 16 m."""
_ON_A_GROUND = ("with", "and", "plus", "among", "of")
FEW = (2, 2000)
"""A number of obstacles within these bounds is a count (ObstacleCfg.count)."""


def terrains_and_obstacles(state: ParseState) -> None:
    """Turn every named terrain and obstacle into a draft entry, in the order of the words."""
    weak: list[tuple[int, Span, Sense]] = []
    later: list[tuple[int, Span]] = []
    for i, span in list(state.unused()):
        if span.negated or span.used:
            continue
        sense = span.sense("terrain") or span.sense("obstacle")
        if sense is None or _is_board(state, i):
            continue
        if sense.weak:
            weak.append((i, span, sense))
        elif sense.terrain and i in state.links and sense.param:
            later.append((i, span))
        else:
            _thing(state, i, span)
    for i, span in later:
        # "stepping stones with gaps of 20 cm": the gaps are a measure of what is named already
        if not _owner(state, span):
            _thing(state, i, span)
    state.terrains.sort(key=lambda terrain: terrain.at)  # "hurdles of 30 cm, then stairs"
    _sets(state)
    if not state.terrains:
        for i, span, _sense in weak:
            _thing(state, i, span)
    else:
        for _i, span, sense in weak:
            if any(t.kind in sense.terrain for t in state.terrains):
                span.used = True
    _flat_contradiction(state)
    _anything_but_flat(state)
    _sequence(state)
    _layout(state)
    _nothing_else(state)


def _is_board(state: ParseState, i: int) -> bool:
    """Return whether a word such as "checkerboard of" is a layout and not a terrain."""
    words, following = state.spans[i].word.split(), state.at(i + 1)
    if words[-1] not in state.lexicon.grammar.boards or not following or following.word != "of":
        return False
    return sum(1 for later in state.spans[i + 1 :] if later.sense("terrain") and not later.negated) > 1


def _owner(state: ParseState, span: Span) -> bool:
    sense = span.sense("param")
    return sense is not None and any(
        name in terrain.known and terrain.kind not in sense.terrain
        for terrain in state.terrains
        for name in sense.param
    )


def _thing(state: ParseState, i: int, span: Span) -> None:
    terrain, obstacle = span.sense("terrain"), span.sense("obstacle")
    if terrain and terrain.alternatives:
        counted = (n := state.at(i - 1)) is not None and n.quantity is not None
        kind = _kind(state, "terrain", terrain.terrain)
        # "3 hurdles", "a hurdle", "hills with a few hurdles": things, not a kind of ground
        one = counted or not span.plural or _strewn(state, i)
        if (not one and kind) or not _obstacle(state, i, span, terrain):
            _terrain(state, i, span, terrain)
        return
    if terrain:
        _terrain(state, i, span, terrain)
    if obstacle:
        _obstacle(state, i, span, obstacle)


def _strewn(state: ParseState, i: int) -> bool:
    """Return whether an amount counts obstacles on a named terrain ("mostly stairs" is a weight)."""
    named = [terrain for terrain in state.terrains if terrain.at < i]
    return bool(named) and not any("weight" in t.values for t in named) and _amount(state, i) is not None


def _kind(state: ParseState, family: str, kinds: Iterable[str]) -> str | None:
    kind = first_known(family, kinds)
    # what is ruled out has no stand-in: "boxes, no boxes" asks for no crates
    return None if kind in state.excluded[family] else kind


def _terrain(state: ParseState, i: int, span: Span, sense: Sense) -> DraftEntry | None:
    if span.reference:
        return _of_file(state, i, span.reference)
    kind = _kind(state, "terrain", sense.terrain)
    if kind is None:
        span.used |= first_known("terrain", sense.terrain) is not None  # ruled out by other words
        return None
    text = state.use(i)
    amount = _amount(state, i)
    draft = next((t for t in state.terrains if t.kind == kind), None)
    if draft is None:
        draft = DraftEntry("terrain", kind, i)
        state.terrains.append(draft)
        if kind != sense.terrain[0]:
            draft.assume("kind", kind, f"{sense.terrain[0]} is not available; {kind} stands in for it")
    draft.put("kind", kind, text)
    if amount is not None:
        weight = state.spans[amount].sense("weight")
        if weight:
            draft.put("weight", weight.weight, state.use(amount))
    return draft


def _of_file(state: ParseState, i: int, path: str) -> DraftEntry:
    """Read a terrain from a file: "a heightmap of island.png"."""
    kind, name = terrain_of(path)
    words = [j for j in range(max(i - 3, 0), i) if kind in state.spans[j].word.split()]
    text = state.use(*words, i)
    draft = DraftEntry("terrain", kind, i)
    draft.put("kind", kind, text)
    draft.put(name, path, text)
    state.terrains.append(draft)
    return draft


def _amount(state: ParseState, i: int) -> int | None:
    """Return index of an amount: "a few boxes", "boxes everywhere", "boxes but not too many"."""
    for j in (state.before(i, skip=("of", "the", "wooden", "very")), i + 1):
        span = state.at(j) if j is not None else None
        if j is not None and j < i and span and not span.senses and not span.stop and not span.quantity:
            j -= 1  # one unknown word may be an adjective: "lots of floating spheres"
            span = state.at(j)
        if j is None or not span or not span.sense("weight") or span.used or span.sense("obstacle"):
            continue
        following = state.at(j + 1)
        # "boxes, many logs": after a noun an amount is its own only if no other noun follows it
        if j < i or following is None or following.punct or not following.senses:
            return j
    return None


def _obstacle(state: ParseState, i: int, span: Span, sense: Sense) -> bool:
    kind = _kind(state, "obstacle", sense.obstacle)
    if kind is None:
        return False
    text = state.use(i)
    draft = next((o for o in state.obstacles if o.kind == kind), None)
    if draft is not None:
        draft.put("kind", kind, text)
        if draft.at < 0:  # there before a refinement
            draft.at = i
            _amount_said(state, i, span, sense, draft)
        return True
    draft = DraftEntry("obstacle", kind, i)
    state.obstacles.append(draft)
    draft.put("kind", kind, text)
    if kind != sense.obstacle[0]:
        draft.assume("kind", kind, f"{sense.obstacle[0]} is not available; {kind} stands in for it")
    _how_many(state, i, span, sense, draft)
    return True


def _how_many(state: ParseState, i: int, span: Span, sense: Sense, draft: DraftEntry) -> None:
    j = state.before(i, skip=("of", "the", "wooden")) if span.counted_by is None else span.counted_by
    number = state.at(j) if j is not None else None
    if j is not None and number and number.quantity and not number.used and not number.quantity.unit:
        quantity = number.quantity
        per_area = next((k for k, _ in state.with_role("per_area") if 0 < k - i <= 2 or k == j + 1), None)
        if per_area is not None and quantity.low >= 0 and quantity.high <= 5:
            draft.put("density", quantity.scaled(1), state.use(j, i, per_area))
            return
        if quantity.low == int(quantity.low) and quantity.low > 0 and quantity.high <= FEW[1]:
            ends = [int(quantity.low), int(quantity.high)]
            draft.put("count", ends[0] if ends[0] == ends[1] else ends, state.use(j))
            return
    amount = _amount(state, i)
    if amount is not None and (sense_of := state.spans[amount].sense("amount")):
        draft.put("density", list(sense_of.amount), state.use(amount))
    elif sense.amount:
        draft.put("density", list(sense.amount), span.text)
    elif number and number.sense("article") and not span.plural:
        draft.put("count", 1, state.text_of(j if j is not None else i, i))
    elif (before := _plus(state, draft)) is not None:
        draft.assume("density", before, "as the obstacles named before it")
    else:
        draft.assume("density", DENSITY, "no amount named")


def _amount_said(state: ParseState, i: int, span: Span, sense: Sense, draft: DraftEntry) -> None:
    """Set how many there are only if a word says so."""
    said = DraftEntry("obstacle", draft.kind, i)
    state.obstacles.append(said)
    _how_many(state, i, span, sense, said)
    state.obstacles.remove(said)
    for text, name, value in said.trace:
        draft.put(name, value, text)


def _plus(state: ParseState, draft: DraftEntry) -> list[float] | None:
    """Return the density that a list shares: "a few boxes and logs"."""
    place = state.obstacles.index(draft)
    if place == 0:
        return None
    previous = state.obstacles[place - 1]
    density = previous.values.get("density")
    between = [state.spans[k].word for k in range(previous.at + 1, draft.at)]
    return density if isinstance(density, list) and set(between) <= {"and", "or", ","} else None


def _sets(state: ParseState) -> None:
    """Add all terrains of words such as "any terrain" that are registered and not excluded."""
    for i, span in list(state.unused()):
        sense = span.sense("terrain_set")
        if sense is None or span.negated or span.used:
            continue
        kinds = [k for k in sense.terrain_set if _kind(state, "terrain", (k,))]
        text = state.use(i)
        for kind in kinds:
            if all(t.kind != kind for t in state.terrains):
                draft = DraftEntry("terrain", kind, i)
                draft.put("kind", kind, text)
                state.terrains.append(draft)


def _anything_but_flat(state: ParseState) -> None:
    """Add several terrains where the prompt only says that the ground is not flat."""
    if state.terrains or "flat" not in state.excluded["terrain"]:
        return
    for sense in state.lexicon.match([["any"], ["terrain"]], 0)[1]:
        for kind in sense.terrain_set:
            if _kind(state, "terrain", (kind,)) == kind:
                draft = DraftEntry("terrain", kind, len(state.spans))
                draft.assume("kind", kind, "any ground but a flat one")
                state.terrains.append(draft)


def _flat_contradiction(state: ParseState) -> None:
    """Drop "flat" right before another terrain ("flat stairs"), and note the contradiction."""
    for draft in list(state.terrains):
        following = state.at(draft.at + 1)
        if draft.kind != "flat" or draft.at < 0 or len(state.terrains) < 2 or following is None:
            continue
        owner = next((t for t in state.terrains if t.at == draft.at + 1), None)
        if owner and not following.punct:
            state.terrains.remove(draft)
            word = state.spans[draft.at]
            word.used = False
            owner.notes.append(("kind", owner.kind, f"{word.text!r} contradicts {following.text!r}"))


def _sequence(state: ParseState) -> None:
    """Turn obstacles into terrains where terrains follow each other: "first rubble, then a maze"."""
    steps = [i for i, _, sense in state.with_sense("layout") if sense.layout == "track"]
    for draft in [d for d in state.obstacles if d.at >= 0]:
        sense, before = state.spans[draft.at].sense("ground"), state.at(draft.at - 1)
        kind = _kind(state, "terrain", sense.ground) if sense else None
        beside = any(0 < abs(i - draft.at) <= 2 for i in steps)
        if kind is None or not beside or (before and before.word in _ON_A_GROUND):
            continue
        if any(name in ("count", "density") for _, name, _ in draft.trace) or not state.terrains:
            continue
        state.obstacles.remove(draft)
        if all(terrain.kind != kind for terrain in state.terrains):
            ground = DraftEntry("terrain", kind, draft.at)
            ground.put("kind", kind, state.spans[draft.at].text)
            state.terrains.append(ground)
            state.terrains.sort(key=lambda terrain: terrain.at)


def _layout(state: ParseState) -> None:
    grammar = state.lexicon.grammar
    for layout, nouns in (("track", grammar.tracks), ("grid", grammar.boards)):
        for i, span in list(state.unused()):
            following = state.at(i + 1)
            of = following is not None and following.word in ("of", ":") and not span.negated
            if of and span.word.split()[-1] in nouns and sum(t.at > i for t in state.terrains) > 1:
                state.layout = state.layout or (layout, span.text)
                span.used |= state.layout[0] == layout
    for i, span, sense in list(state.with_sense("layout")):
        if len(state.terrains) > 1 and state.layout is None:
            state.layout = (sense.layout, state.use(i))
        elif state.layout and sense.layout == state.layout[0]:
            span.used = True


def _nothing_else(state: ParseState) -> None:
    for i, span in list(state.with_role("nothing_else")):
        if not state.obstacles:
            state.put("obstacles", [], state.use(i))
        span.used = True
