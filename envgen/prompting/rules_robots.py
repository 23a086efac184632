"""Rules for robots: which, how many, with what legs, in which teams and roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envgen.core.cfg import MAX_AGENTS
from envgen.prompting.kinds import first_known
from envgen.prompting.parse_state import DraftEntry, ParseState
from envgen.prompting.sense import Sense

_LINKS = ("with", "on", "has", "having", "its", "of", "the", "all", "only")


def robots(state: ParseState) -> None:
    """Turn every mention of a robot into a draft entry, or add it to the one that it mentions again."""
    legs = _legs(state)
    for i, span in list(state.unused()):
        sense = span.sense("robot")
        if span.used or span.negated or not (sense or i in legs):
            continue
        if sense and i not in legs and _no_robot(state, i, sense):
            continue
        _mention(state, i, sense, legs)
    if not state.robots:
        _unnamed(state)
    _another(state)


def _no_robot(state: ParseState, i: int, sense: Sense) -> bool:
    """Return whether the word only likens something, or names an animal where no machine is spoken of."""
    after = state.at(i + 1)
    like = after is not None and after.glued and after.word == "like"
    if like and any(
        (span := state.at(j)) is not None and not span.punct and ("legs" in span.roles or span.sense("robot"))
        for j in range(i + 2, i + 6)
    ):
        state.use(i)
        return True
    if not sense.weak:
        return False
    beside = (state.at(i - 1), state.at(i + 2) if like else after)
    return not any(span is not None and "machine" in span.roles for span in beside)


def _legs(state: ParseState) -> dict[int, int]:
    """Return index of a number to the legs it counts: "six-legged", "on two legs", "with 8 legs"."""
    found: dict[int, int] = {}
    for j, _span in list(state.with_role("legs")):
        before = state.at(j - 1)
        number = before.quantity.whole if before and before.quantity and not before.used else None
        if number is not None and 0 < number <= 100:
            found[j - 1] = number
    return found


def _mention(state: ParseState, i: int, sense: Sense | None, legs: dict[int, int]) -> None:
    number = legs.get(i)
    if number is not None:
        if _has_legs(state, i, number):
            return
        # the noun after "six-legged" only says that it is a robot, unless it is of that kind
        noun = state.at(i + 2)
        named = noun.sense("robot") if noun and not noun.negated else None
        table = state.lexicon.grammar.legs
        if named and (kind := first_known("robot", named.robot)) and "legs" in _params(kind):
            draft = _draft(state, i, named.robot, (i, i + 1, i + 2), named)
        else:
            candidates = tuple(table.get(str(number), ()))
            if named and set(named.robot) & set(candidates):
                candidates = named.robot
            tail = (i + 2,) if noun and (named or "machine" in noun.roles) else ()
            draft = _draft(state, i, candidates, (i, i + 1, *tail), None)
        if draft:
            draft.set("legs", number, state.text_of(i, i + 1))
    elif sense:
        _draft(state, i, sense.robot, (i, *_apposition(state, i, sense)), sense)


def _params(kind: str) -> Mapping[str, Any]:
    return DraftEntry("robot", kind, 0).known


def _has_legs(state: ParseState, i: int, number: int) -> bool:
    """Return whether the number belongs to the robot before: "an ant with 8 legs"."""
    link = state.at(i - 1)
    if not state.robots or link is None or link.word not in _LINKS:
        return False
    robot = state.robots[-1]
    if i - robot.at > 5:
        return False
    text = state.text_of(i, i + 1)
    table = state.lexicon.grammar.legs
    if robot.set("legs", number, text) or robot.kind in table.get(str(number), ()):
        state.use(i, i + 1)
        return True
    return False


def _apposition(state: ParseState, i: int, sense: Sense) -> tuple[int, ...]:
    """Return the indices of further words for the same robot: "insect robot", "vehicle on wheels"."""
    more: list[int] = []
    j = i + 1
    while (span := state.at(j)) is not None and not span.punct and not span.negated:
        other = span.sense("robot")
        # "bipedal humanoid" is one robot, "ants hexapods" are two
        same = other and set(other.robot) & set(sense.robot) and not state.spans[i].plural
        if span.glued and span.word == "like":
            pass
        elif "machine" in span.roles or (same and not span.quantity):
            more.append(j)
        else:
            break
        j += 1
    return tuple(more)


def _draft(
    state: ParseState,
    i: int,
    candidates: tuple[str, ...],
    used: tuple[int, ...],
    sense: Sense | None,
) -> DraftEntry | None:
    allowed = [kind for kind in candidates if kind not in state.excluded["robot"]]
    kind = first_known("robot", allowed)
    if kind is None:
        return None
    at, number, indefinite = _number(state, i)
    plural = state.spans[used[-1]].plural
    text = state.use(*used)
    same = next((r for r in state.robots if r.kind == kind or _is_meant(state, i, r, kind)), None)
    again = same is not None and _definite(state, same.at)  # "our drone crashes, so a quadrotor …"
    apart = indefinite and same is not None and state.sentence(same.at) == state.sentence(i)
    if same and at is None and (again or not apart):
        same.trace.append((text, "model", same.kind))  # "the rover" again
        for name, value in (sense.robot_params if sense else {}).items():
            same.set(name, value, text)
        same.at = i if same.at < 0 else same.at
        return same
    draft = DraftEntry("robot", kind, i)
    draft.put("model", kind, text)
    if kind != candidates[0]:
        draft.assume("model", kind, f"{candidates[0]} is not available; {kind} stands in for it")
    if at is not None and number is not None:
        _count(draft, number, state.use(at))
    elif plural:
        draft.assume("count", 1, f"{text!r} without a number: one in each world")
    for name, value in (sense.robot_params if sense else {}).items():
        draft.set(name, value, text)
    state.robots.append(draft)
    return draft


def _is_meant(state: ParseState, i: int, robot: DraftEntry, kind: str) -> bool:
    """Return whether a robot is mentioned again by its substitute kind: "a Go2 … the dog"."""
    sense = state.spans[robot.at].sense("robot") if robot.at >= 0 else None
    return sense is not None and kind in sense.robot and _definite(state, i)


def _definite(state: ParseState, i: int) -> bool:
    before = state.at(i - 1) if i > 0 else None
    return before is not None and before.word in ("our", "my", "your", "the", "this")


def _count(draft: DraftEntry, number: int | list[int], text: str) -> None:
    most = number[1] if isinstance(number, list) else number
    least = number[0] if isinstance(number, list) else number
    if least < 1:
        return
    if most > MAX_AGENTS:
        why = f"{text!r} is over the bound of {MAX_AGENTS} robots in one world"
        draft.assume("count", MAX_AGENTS, why)
    else:
        draft.put("count", number, text)


def _number(state: ParseState, i: int) -> tuple[int | None, int | list[int] | None, bool]:
    """Return index and value of the number before a robot, and whether an indefinite article is there."""
    times, after = state.at(i + 1), state.at(i + 2)
    if times and after and times.word == "x" and after.quantity and after.quantity.whole and not after.used:
        times.used = True
        return i + 2, after.quantity.whole, True
    counted = state.spans[i].counted_by
    if counted is not None and (number := state.spans[counted].quantity) is not None:
        return counted, number.whole, True
    skipped = 0
    for j in range(i - 1, i - 7, -1):
        span = state.at(j)
        if span is None or span.punct:
            break
        if span.quantity and not span.used and not span.negated:
            quantity = span.quantity
            if quantity.unit or quantity.low < 1 or quantity.low != int(quantity.low):
                break
            if quantity.whole is not None:
                return j, quantity.whole, True
            return j, [int(quantity.low), int(quantity.high)], True
        if (before := state.at(j - 1)) is not None and before.word == "of" and span.stop:
            continue  # "two of the robot dogs", "five of my rovers"
        if span.sense("article"):
            return None, None, span.word != "the"
        if (
            span.word == "x"
            or span.adjective
            or not span.roles.isdisjoint(("machine", "colour"))
            or span.word.startswith("of")
        ):
            span.used |= span.word == "x" or span.word.startswith("of ")  # "2x ants", "four of those dogs"
            continue
        if span.word == "many" and (product := _times_as_many(state, j)) is not None:
            return j - 2, product, True
        skipped += 1  # one unknown word may be an adjective: "two brave ants"
        if span.stop or span.senses or skipped > 1:
            break
    return None, None, False


def _times_as_many(state: ParseState, many: int) -> int | None:
    """Return the number that "twice as many" means, of the robots named before."""
    factor, link = state.at(many - 2), state.at(many - 1)
    if not factor or not link or link.word != "as" or not factor.quantity or not state.robots:
        return None
    count = state.robots[-1].values.get("count", 1)
    if factor.quantity.unit not in ("x", "") or not isinstance(count, int):
        return None
    times = factor.quantity.low * count
    return int(times) if times >= 1 and times == int(times) else None


def _unnamed(state: ParseState) -> None:
    """Read a number that counts the assumed robot: "two robots"."""
    for i, span in list(state.with_role("machine")):
        at, number, _ = _number(state, i)
        if span.negated or at is None or number is None or first_known("robot", ("ant",)) is None:
            continue
        draft = DraftEntry("robot", "ant", i)
        draft.assume("model", "ant", f"{span.text!r} names no model")
        _count(draft, number, state.use(at, i))
        state.robots.append(draft)
        return


def _another(state: ParseState) -> None:
    """Read a second robot of the same kind: "one ant chases another through a maze"."""
    for i, span in list(state.unused()):
        if not 0 < len(state.robots) < MAX_AGENTS:
            return
        before, after = state.at(i - 1), state.at(i + 1)
        if span.word != "another" or span.negated or (before and before.word in ("to", "after", "from")):
            continue
        if after and not after.punct and (not after.stop or "arena" in after.roles or "world" in after.roles):
            continue  # "another hill"
        named = next((j for j in range(i - 1, -1, -1) if any(s.thing for s in state.spans[j].senses)), None)
        robot = next((r for r in state.robots if r.at == named), None)
        if robot is None or state.sentence(robot.at) != state.sentence(i):
            continue  # "from one stone to another"
        second = DraftEntry("robot", robot.kind, i, {k: v for k, v in robot.values.items() if k != "count"})
        second.put("model", robot.kind, state.use(i))
        state.robots.append(second)
