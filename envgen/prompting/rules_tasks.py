"""Rules for the task, and for the roles that it gives to robots."""

from __future__ import annotations

from envgen.core.families import TASKS
from envgen.prompting.kinds import first_known
from envgen.prompting.parse_state import DraftEntry, ParseState
from envgen.prompting.sense import Sense
from envgen.prompting.spans import Span

PASSIVE = ("by",)


def task(state: ParseState) -> None:
    """Choose the named task of the highest rank; the tasks that it covers are understood too."""
    _movers(state)
    found: list[tuple[int, Span, Sense, str]] = []
    for i, span, _ in state.with_sense("task"):
        for sense in span.senses:  # "sprint" is walking, and a race between several
            kind = first_known("task", [k for k in sense.task if k not in state.excluded["task"]])
            if kind and not (sense.several and not _several(state)):
                found.append((i, span, sense, kind))
    if not found:
        return
    at, _, chosen, kind = max(found, key=lambda f: f[2].rank)
    state.task = DraftEntry("task", kind, at)
    for i, span, sense, other in found:
        if i == at and sense is not chosen:
            continue
        if other == kind or other in chosen.covers:
            # a phrase that also names a terrain ("soccer pitch") is still that terrain's
            span.used = not span.sense("terrain")
            state.task.trace.append((span.text, "kind", kind))
            if i != at:
                continue
            state.task.values["kind"] = kind
    _absorb(state, chosen)
    if chosen.chase:
        _roles(state)


def _movers(state: ParseState) -> None:
    """Give verbs such as "roll" the sense of pushing where a thing that can be moved follows."""
    pushing = state.lexicon.match([["push"]], 0)[1]
    moved = {kind for sense in pushing for kind in sense.absorbs}
    _pushed(state, pushing, moved)
    for i, span in list(state.with_role("mover")):
        for j in range(i + 1, i + 4):
            thing = state.at(j)
            if thing is None or thing.punct or thing.negated or span.negated:
                break
            if (sense := thing.sense("obstacle")) and sense.obstacle[0] in moved:
                span.senses = pushing
                break
            if thing.senses and not thing.sense("article"):
                break


def _pushed(state: ParseState, pushing: tuple[Sense, ...], moved: set[str]) -> None:
    """Read pushes of the robot itself where there is nothing to push: "standing, shoved every 5 s"."""
    if any(s.obstacle and s.obstacle[0] in moved for span in state.spans for s in span.senses):
        return
    for _, span, sense in list(state.with_sense("task")):
        if sense in pushing and span.word.endswith("ed"):
            span.senses = state.lexicon.match([["get"], ["pushed"]], 0)[1]


def _several(state: ParseState) -> bool:
    counts = [robot.values.get("count", 1) for robot in state.robots]
    return sum(c if isinstance(c, int) else 2 for c in counts) > 1


def _absorb(state: ParseState, chosen: Sense) -> None:
    """Mark the task's own object, such as the ball of soccer, which is not a further obstacle."""
    verb = state.task
    if verb is None:
        return
    kinds = TASKS.get(verb.kind).objects
    named = [found for found in state.with_sense("obstacle") if found[2].obstacle[0] in chosen.absorbs]
    # "pushes a ball among boxes": the first thing after the verb is meant
    named.sort(key=lambda found: (found[0] < verb.at, found[0]))
    for i, span, sense in named:
        if sense.obstacle == named[0][2].obstacle:
            span.used = True
            verb.trace.append((span.text, "kind", verb.kind))
            wanted = next((kind for kind in sense.obstacle if kind in kinds), None)
            kind = first_known("obstacle", (wanted,)) if wanted and wanted != kinds[0] else None
            if kind and i == named[0][0]:
                draft = DraftEntry("obstacle", kind, i)
                draft.put("kind", kind, span.text)
                draft.assume("count", 1, "the task moves one")
                state.obstacles.append(draft)


def _roles(state: ParseState) -> None:
    """Set roles: chasers stand before the verb, runners after it; "chased by" reverses that."""
    verbs = [(i, s.flees) for i, span in enumerate(state.spans) if (s := span.sense("task")) and s.chase]
    for i, flees in verbs:
        before = [r for r in state.robots if r.at < i]
        after = [r for r in state.robots if r.at > i]
        if not before or not after:
            continue
        following = state.at(i + 1)
        passive = (following is not None and following.word in PASSIVE) != flees
        text = state.spans[i].text
        for robots, role in ((before, "chaser"), (after, "runner")):
            turned = {"chaser": "runner", "runner": "chaser"}[role] if passive else role
            for robot in robots:
                robot.put("role", turned, text)
        return
