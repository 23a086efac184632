"""Refinement: words that change an EnvCfg which is there, such as "steeper, and add a few logs"."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError
from envgen.core.families import TASKS
from envgen.prompting import rules_amounts as amounts
from envgen.prompting import rules_changes as changes
from envgen.prompting.assemble import CELLS, MAX_VARIANTS
from envgen.prompting.base import Assumed, Interpretation, Understood
from envgen.prompting.lexicon import lexicon
from envgen.prompting.reader import RULES, itemise, unmapped
from envgen.prompting.reading import Draft, Reading
from envgen.prompting.rules_changes import Refining, kind_of

EXAMPLE = "steeper, and add a few logs"
MAX_PROMPT = 4000
"""The provenance of a long conversation ends here."""
_FAMILIES = (("terrain", "kind"), ("obstacle", "kind"), ("robot", "model"))


def refine(base: EnvCfg, text: str) -> Interpretation:
    """Change an EnvCfg as words ask for; what they don't speak of stays as it is.

    Args:
        base: What is there.
        text: What should be otherwise.

    Raises:
        InputError: Nothing in the words is understood, or the outcome breaks the schema.
    """
    words = lexicon(refining=True)
    plain, items, language = itemise(text, words)
    reading = Reading(plain, items, words)
    ref = Refining(reading, cfgio.dump(base))
    present = _present(ref)
    reading.gravity = _mean(ref.data["physics"]["gravity"])
    for rule in (amounts.swaps, changes.comparatives, amounts.amounts, amounts.multiples):
        rule(ref)
    for read in RULES:
        read(reading)
    for item in items:
        item.used |= item.word in words.tables["adding"] or "addition" in item.roles
        item.used |= item.word in words.tables["setting"] or "swap" in item.roles
    left = unmapped(reading)
    count = _count(reading)
    _merge(ref, present)
    if not (ref.changed or count or reading.refused):
        shown = " ".join(plain.split())
        raise InputError(
            f"nothing in the refinement is understood: {shown[:60]!r}",
            f"Say what should be otherwise, such as {EXAMPLE!r}.",
        )
    _finish(ref, base, text)
    if language:
        ref.assumed.append(Assumed("prompt", language, f"most of its words are {language}"))
    return Interpretation(
        cfg=cfgio.parse(ref.data, "the refinement"),
        count=count,
        backend="offline",
        understood=(*_understood(ref), *_count_trace(reading)),
        assumed=tuple(ref.assumed),
        unmapped=left,
    )


def _mean(value: Any) -> float:
    if isinstance(value, list):
        return sum(map(_mean, value)) / len(value)
    return float(value) if isinstance(value, int | float) else 9.81


def _present(ref: Refining) -> dict[Draft, dict[str, Any]]:
    """Drafts of what is there, so that measures and mentions find it, each with its entry."""
    reading = ref.reading
    found: dict[Draft, dict[str, Any]] = {}
    for family, _ in _FAMILIES:
        drafts = {"terrain": reading.terrains, "obstacle": reading.obstacles, "robot": reading.robots}[family]
        for entry in ref.entries(family):
            draft = Draft(family, kind_of(entry), -1)
            drafts.append(draft)
            found[draft] = entry
    reading.task = Draft("task", ref.data["task"]["kind"], -1)
    found[reading.task] = ref.data["task"]
    return found


def _count(reading: Reading) -> int | None:
    if reading.count is None:
        return None
    number, text = reading.count
    if not 1 <= number <= MAX_VARIANTS:
        raise InputError(
            f"the refinement asks for {text!r}", f"Ask for 1 to {MAX_VARIANTS:,} variants a call."
        )
    return number


def _count_trace(reading: Reading) -> Iterable[Understood]:
    return [Understood(reading.count[1], "count", reading.count[0])] if reading.count else []


# --- from the reading into the data -----------------------------------------------------------------


def _merge(ref: Refining, present: dict[Draft, dict[str, Any]]) -> None:
    reading = ref.reading
    _things(ref, present, "terrain", reading.terrains)
    _things(ref, present, "obstacle", reading.obstacles)
    _robots(ref, present)
    _task(ref, present)
    if reading.layout and len(ref.entries("terrain")) > 1:
        ref.set(ref.data["terrain"], "layout", *reading.layout)
    for path, (value, text) in reading.fields.items():
        if path == "obstacles":
            continue  # "nothing else": what there is has been taken out by name
        *groups, name = path.split(".")
        table = ref.data
        for group in groups:
            table = table[group]
        ref.set(table, name, value, text)
    ref.assumed += [Assumed(*note) for note in reading.assumed]
    kept = ref.data["physics"]
    if kept["fluid"] == "none" and any(part != 0 for part in kept["wind"]):
        kept["wind"] = [0, 0, 0]
        ref.assumed.append(Assumed("physics.wind", [0, 0, 0], "there is no wind without air"))


def _added(reading: Reading, draft: Draft) -> bool:
    """Whether a word of adding stands before a thing in its clause, or one such as "too" after it."""
    table = reading.lexicon.tables
    if draft.at < 0:
        return False
    if reading.items[0].word in ("and", "plus"):
        return True  # "and a maze"
    j = draft.at - 1
    while (item := reading.at(j)) is not None and item.punct[:1] not in (".", ";", "!", "?", "\n"):
        if item.word in table.get("adding", ()) or "addition" in item.roles:
            return True
        if item.word in table.get("setting", ()):
            return False
        j -= 1
    j = draft.at + 1
    while (item := reading.at(j)) is not None and not item.punct:
        if item.word in table.get("adding_after", ()):
            return True
        j += 1
    return False


def _new(draft: Draft) -> dict[str, Any]:
    """The entry of a draft."""
    entry: dict[str, Any] = {"model" if draft.family == "robot" else "kind": draft.kind}
    if draft.family == "robot":
        entry |= {"count": 1, "team": None, "role": None, "params": {}}
    elif draft.family == "terrain":
        entry["weight"] = 1.0
    return entry


def _write(ref: Refining, draft: Draft, entry: dict[str, Any], fresh: bool) -> None:
    """What words say of a draft, into its entry."""
    for text, name, value in draft.trace:
        if name in ("kind", "model"):
            if fresh:
                ref.changed.append((text, entry, name))
            continue
        head, _, tail = name.partition(".")
        if name in ("count", "density") and draft.family == "obstacle":
            entry.pop("density" if name == "count" else "count", None)
        ref.set(entry[head] if tail else entry, tail or head, value, text)
    said = {name for _, name, _ in draft.trace}
    for name, value in draft.values.items():
        if fresh and name not in said and name not in ("kind", "model"):
            head, _, tail = name.partition(".")
            (entry[head] if tail else entry)[tail or head] = value


def _alias(reading: Reading, draft: Draft, entries: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The entry that a noun means though it has another kind: "steps", of pyramid stairs."""
    item = reading.at(draft.at) if draft.at >= 0 else None
    kinds = [kind for s in item.senses for kind in getattr(s, draft.family)] if item else []
    return next(iter(changes.meant(entries, kinds)), None)


def _things(
    ref: Refining, present: dict[Draft, dict[str, Any]], family: str, drafts: Iterable[Draft]
) -> None:
    reading, entries = ref.reading, ref.entries(family)
    fresh: list[tuple[Draft, dict[str, Any]]] = []
    named: list[dict[str, Any]] = []
    for draft in drafts:
        entry = present.get(draft)
        added = _added(reading, draft)
        if entry is None and not added:
            entry = _alias(reading, draft, entries)
        if entry is not None:
            if any(name in ("kind", "model") for _, name, _ in draft.trace):
                named.append(entry)
            _write(ref, draft, entry, fresh=False)
        else:
            new = _new(draft)
            _write(ref, draft, new, fresh=True)
            fresh.append((draft, new))
    gone = [e for e in entries if _excluded(reading, family, kind_of(e))]
    only = _only(reading, family)
    if only and (named or fresh):
        gone = [e for e in entries if not any(e is n for n in named)]
    _place(ref, family, fresh, gone, named)


def _excluded(reading: Reading, family: str, kind: str) -> bool:
    if kind in reading.excluded[family]:
        return True
    everything = reading.lexicon.tables.get("everything", ())
    words = (i for i in reading.items if i.negated and i.word in everything)
    return family == "obstacle" and any(words)


def _only(reading: Reading, family: str) -> bool:
    for i, item in enumerate(reading.items):
        following = [reading.at(j) for j in range(i + 1, i + 4)]
        if item.word in ("only", "just") and any(f and f.sense(family) for f in following):
            return True
    return False


def _place(
    ref: Refining,
    family: str,
    fresh: list[tuple[Draft, dict[str, Any]]],
    gone: list[dict[str, Any]],
    named: list[dict[str, Any]],
) -> None:
    """New entries in the places of what is gone, or after it, or instead of all."""
    reading, entries = ref.reading, ref.entries(family)
    for draft, new in fresh:
        if gone and not _added(reading, draft):
            old = gone.pop(0)
            for key in ("weight", "count", "density"):
                if key in old and not {"count", "density"} & new.keys() - {"weight"}:
                    new[key] = old[key]
            entries[_index(entries, old)] = new
        elif family == "obstacle" or _added(reading, draft) or any(new is e for e in entries):
            entries.append(new)
        else:
            # "on stairs": the ground that is named takes the place of what was there
            others = [e for e in entries if not any(e is k for k in (*named, *(n for _, n in fresh)))]
            entries[:] = [e for e in entries if not any(e is o for o in others)]
            entries.append(new)
    entries[:] = [e for e in entries if not any(e is g for g in gone)]
    if family == "terrain" and not entries:
        entries.append({"kind": "flat", "weight": 1.0})
        path = "terrain.sub_terrains[0].kind"
        ref.assumed.append(Assumed(path, "flat", "no other ground is left"))


def _index(entries: list[dict[str, Any]], entry: dict[str, Any]) -> int:
    return next(i for i, e in enumerate(entries) if e is entry)


def _robots(ref: Refining, present: dict[Draft, dict[str, Any]]) -> None:
    reading, entries = ref.reading, ref.entries("robot")
    gone = [e for e in entries if kind_of(e) in reading.excluded["robot"]]
    teams = {d.kind for d in reading.robots if d not in present and "team" in d.values}
    entries[:] = [e for e in entries if kind_of(e) not in teams]
    for draft in list(reading.robots):
        entry = present.get(draft)
        if entry is not None:
            _write(ref, draft, entry, fresh=False)
            continue
        same = next((e for e in entries if kind_of(e) == draft.kind), None)
        added = _added(reading, draft)
        if same is not None and draft.kind not in teams:
            if added and isinstance(same["count"], int) and isinstance(draft.values.get("count"), int):
                draft.put("count", same["count"] + draft.values["count"], reading.items[draft.at].text)
            _write(ref, draft, same, fresh=False)
            continue
        new = _new(draft)
        old = gone.pop(0) if gone and not added else None
        if old is None and not added and len(entries) == 1 and draft.kind not in teams:
            old = entries[0]
        if old is not None:
            new |= {key: old[key] for key in ("count", "team", "role")}
            if not any(name == "count" for _, name, _ in draft.trace):
                draft.values.pop("count", None)
            entries[_index(entries, old)] = new
        else:
            entries.append(new)
        _write(ref, draft, new, fresh=True)
    left = [e for e in entries if not any(e is g for g in gone)]
    if left:
        entries[:] = left
    elif gone:
        ref.assumed.append(Assumed("robots", kind_of(gone[0]), "a world has a robot: it stays"))
    _enough(ref)


def _task(ref: Refining, present: dict[Draft, dict[str, Any]]) -> None:
    draft = ref.reading.task
    if draft is None:
        return
    if draft in present or draft.kind == ref.data["task"]["kind"]:
        _write(ref, draft, ref.data["task"], fresh=False)
        return
    ref.data["task"] = {"kind": draft.kind, "weights": {}}
    _write(ref, draft, ref.data["task"], fresh=True)
    _enough(ref)


def _enough(ref: Refining) -> None:
    """As many robots as the task takes at least."""
    kind, entries = ref.data["task"]["kind"], ref.entries("robot")
    least = [e["count"][0] if isinstance(e["count"], list) else e["count"] for e in entries]
    whole = [n if isinstance(n, int) else 1 for n in least]
    lack = TASKS.get(kind).min_agents - sum(whole)
    if lack > 0:
        entries[0]["count"] = whole[0] + lack
        why = f"{kind} takes {sum(whole) + lack} robots or more"
        ref.assumed.append(Assumed("robots[0].count", whole[0] + lack, why))


# --- the end ----------------------------------------------------------------------------------------


def _finish(ref: Refining, base: EnvCfg, text: str) -> None:
    """Provenance, and cells that a larger arena takes."""
    said = " ".join(text.split())
    ref.data["prompt"] = f"{base.prompt}; {said}"[:MAX_PROMPT] if base.prompt else said[:MAX_PROMPT]
    terrain = ref.data["terrain"]
    if not isinstance(terrain["cell"], int | float):
        return
    ends = [max(side) if isinstance(side, list) else side for side in terrain["size"]]
    if all(isinstance(end, int | float) for end in ends):
        least = math.ceil(100 * math.sqrt(ends[0] * ends[1] / CELLS)) / 100
        if least > max(terrain["cell"], 0.1):
            terrain["cell"] = least
            ref.assumed.append(Assumed("terrain.cell", least, "so large an arena takes larger cells"))


def _understood(ref: Refining) -> list[Understood]:
    """What was changed, at the paths where it is in the end."""
    found: dict[tuple[str, str], Understood] = {}
    for text, table, key in ref.changed:
        path = _path(ref.data, table, "")
        if path is not None and key in table:
            where = f"{path}.{key}" if path else key
            found[where, text] = Understood(text, where, table[key])
    removed = {
        "terrain": ("terrain.sub_terrains", [kind_of(e) for e in ref.entries("terrain")]),
        "obstacle": ("obstacles", [kind_of(e) for e in ref.entries("obstacle")]),
        "robot": ("robots", [kind_of(e) for e in ref.entries("robot")]),
        "task": ("task.kind", ref.data["task"]["kind"]),
    }
    refused = [Understood(text, *removed[family]) for family, text in ref.reading.refused]
    return [*found.values(), *refused]


def _path(node: Any, wanted: dict[str, Any], path: str) -> str | None:
    """Where in plain data a table is."""
    if node is wanted:
        return path
    if isinstance(node, dict):
        children = ((f"{path}.{key}" if path else str(key), child) for key, child in node.items())
    elif isinstance(node, list):
        children = ((f"{path}[{i}]", child) for i, child in enumerate(node))
    else:
        return None
    return next(
        (found for where, child in children if (found := _path(child, wanted, where)) is not None), None
    )
