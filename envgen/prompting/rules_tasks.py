"""Rules for the task, and for the roles that it gives to robots."""

from __future__ import annotations

from envgen.core.families import TASKS
from envgen.prompting.kinds import first_known
from envgen.prompting.parse_state import Draft, Reading
from envgen.prompting.sense import Sense
from envgen.prompting.spans import Item

PASSIVE = ("by",)


def task(reading: Reading) -> None:
    """Of the tasks named, the one with the highest rank; those it covers are understood too."""
    _movers(reading)
    found: list[tuple[int, Item, Sense, str]] = []
    for i, item, _ in reading.having("task"):
        for sense in item.senses:  # "sprint" is walking, and a race between several
            kind = first_known("task", [k for k in sense.task if k not in reading.excluded["task"]])
            if kind and not (sense.several and not _several(reading)):
                found.append((i, item, sense, kind))
    if not found:
        return
    at, _, chosen, kind = max(found, key=lambda f: f[2].rank)
    reading.task = Draft("task", kind, at)
    for i, item, sense, other in found:
        if i == at and sense is not chosen:
            continue
        if other == kind or other in chosen.covers:
            # a phrase that also names a terrain ("soccer pitch") is still that terrain's
            item.used = not item.sense("terrain")
            reading.task.trace.append((item.text, "kind", kind))
            if i != at:
                continue
            reading.task.values["kind"] = kind
    _absorb(reading, chosen)
    if chosen.chase:
        _roles(reading)


def _movers(reading: Reading) -> None:
    """Give verbs such as "roll" the sense of pushing where a thing that can be moved follows."""
    pushing = reading.lexicon.match([["push"]], 0)[1]
    moved = {kind for sense in pushing for kind in sense.absorbs}
    _pushed(reading, pushing, moved)
    for i, item in list(reading.role("mover")):
        for j in range(i + 1, i + 4):
            thing = reading.at(j)
            if thing is None or thing.punct or thing.negated or item.negated:
                break
            if (sense := thing.sense("obstacle")) and sense.obstacle[0] in moved:
                item.senses = pushing
                break
            if thing.senses and not thing.sense("article"):
                break


def _pushed(reading: Reading, pushing: tuple[Sense, ...], moved: set[str]) -> None:
    """Where there is nothing to push, what is "pushed" is the robot itself: "standing, shoved every 5 s"."""
    if any(s.obstacle and s.obstacle[0] in moved for item in reading.items for s in item.senses):
        return
    for _, item, sense in list(reading.having("task")):
        if sense in pushing and item.word.endswith("ed"):
            item.senses = reading.lexicon.match([["get"], ["pushed"]], 0)[1]


def _several(reading: Reading) -> bool:
    counts = [robot.values.get("count", 1) for robot in reading.robots]
    return sum(c if isinstance(c, int) else 2 for c in counts) > 1


def _absorb(reading: Reading, chosen: Sense) -> None:
    """The ball of a soccer match is the task's own, not a further obstacle; what is pushed may be another."""
    verb = reading.task
    if verb is None:
        return
    kinds = TASKS.get(verb.kind).objects
    named = [found for found in reading.having("obstacle") if found[2].obstacle[0] in chosen.absorbs]
    # "pushes a ball among boxes": the first thing after the verb is meant
    named.sort(key=lambda found: (found[0] < verb.at, found[0]))
    for i, item, sense in named:
        if sense.obstacle == named[0][2].obstacle:
            item.used = True
            verb.trace.append((item.text, "kind", verb.kind))
            wanted = next((kind for kind in sense.obstacle if kind in kinds), None)
            kind = first_known("obstacle", (wanted,)) if wanted and wanted != kinds[0] else None
            if kind and i == named[0][0]:
                draft = Draft("obstacle", kind, i)
                draft.put("kind", kind, item.text)
                draft.assume("count", 1, "the task moves one")
                reading.obstacles.append(draft)


def _roles(reading: Reading) -> None:
    """Chasers stand before the verb, runners after it; "chased by" turns that round."""
    verbs = [(i, s.flees) for i, item in enumerate(reading.items) if (s := item.sense("task")) and s.chase]
    for i, flees in verbs:
        before = [r for r in reading.robots if r.at < i]
        after = [r for r in reading.robots if r.at > i]
        if not before or not after:
            continue
        following = reading.at(i + 1)
        passive = (following is not None and following.word in PASSIVE) != flees
        text = reading.items[i].text
        for robots, role in ((before, "chaser"), (after, "runner")):
            turned = {"chaser": "runner", "runner": "chaser"}[role] if passive else role
            for robot in robots:
                robot.put("role", turned, text)
        return
