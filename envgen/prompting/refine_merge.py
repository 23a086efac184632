"""Merging of a refinement into the base EnvCfg."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from envgen.core.families import TASKS
from envgen.prompting.base import Assumed
from envgen.prompting.parse_state import DraftEntry, ParseState
from envgen.prompting.refinement import Refinement, entries_of_kind, kind_of

CLAUSE = 60
"""Most words of a clause: a page without a full stop is looked through once, not once for each noun."""


def merge(ref: Refinement, present: dict[DraftEntry, dict[str, Any]]) -> None:
    """Change the data of a refinement as its parse state says.

    Args:
        ref: The refinement.
        present: Draft entries of the base EnvCfg, each with its entry.
    """
    state = ref.state
    _things(ref, present, "terrain", state.terrains)
    _things(ref, present, "obstacle", state.obstacles)
    _robots(ref, present)
    _task(ref, present)
    if state.layout and len(ref.entries("terrain")) > 1:
        ref.set(ref.data["terrain"], "layout", *state.layout)
    for path, (value, text) in state.fields.items():
        if path == "obstacles":
            continue  # "nothing else": what there is has been taken out by name
        *groups, name = path.split(".")
        table = ref.data
        for group in groups:
            table = table[group]
        ref.set(table, name, value, text)
    ref.assumed += [Assumed(*note) for note in state.assumed]
    kept = ref.data["physics"]
    if kept["fluid"] == "none" and any(part != 0 for part in kept["wind"]):
        kept["wind"] = [0, 0, 0]
        ref.assumed.append(Assumed("physics.wind", [0, 0, 0], "there is no wind without air"))


def _added(state: ParseState, draft: DraftEntry) -> bool:
    """Return whether a word of adding stands before a thing in its clause, or one such as "too" after it."""
    grammar = state.lexicon.grammar
    if draft.at < 0:
        return False
    if state.spans[0].word in ("and", "plus"):
        return True  # "and a maze"
    j = draft.at - 1
    while (
        j >= draft.at - CLAUSE
        and (span := state.at(j)) is not None
        and span.punct[:1] not in (".", ";", "!", "?", "\n")
    ):
        if span.word in grammar.adding or "addition" in span.roles:
            return True
        if span.word in grammar.setting:
            return False
        j -= 1
    j = draft.at + 1
    while j <= draft.at + CLAUSE and (span := state.at(j)) is not None and not span.punct:
        if span.word in grammar.adding_after:
            return True
        j += 1
    return False


def _new(draft: DraftEntry) -> dict[str, Any]:
    """Return the entry of a draft."""
    entry: dict[str, Any] = {"model" if draft.family == "robot" else "kind": draft.kind}
    if draft.family == "robot":
        entry |= {"count": 1, "team": None, "role": None, "params": {}}
    elif draft.family == "terrain":
        entry["weight"] = 1.0
    return entry


def _write(ref: Refinement, draft: DraftEntry, entry: dict[str, Any], fresh: bool) -> None:
    """Write the values of a draft entry into the entry of the EnvCfg."""
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


def _alias(state: ParseState, draft: DraftEntry, entries: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the entry that a noun means though it has another kind: "steps", of pyramid stairs."""
    span = state.at(draft.at) if draft.at >= 0 else None
    kinds = [kind for s in span.senses for kind in getattr(s, draft.family)] if span else []
    return next(iter(entries_of_kind(entries, kinds)), None)


def _things(
    ref: Refinement, present: dict[DraftEntry, dict[str, Any]], family: str, drafts: Iterable[DraftEntry]
) -> None:
    state, entries = ref.state, ref.entries(family)
    fresh: list[tuple[DraftEntry, dict[str, Any]]] = []
    named: list[dict[str, Any]] = []
    for draft in drafts:
        entry = present.get(draft)
        added = _added(state, draft)
        if entry is None and not added:
            entry = _alias(state, draft, entries)
        if entry is not None:
            if any(name in ("kind", "model") for _, name, _ in draft.trace):
                named.append(entry)
            _write(ref, draft, entry, fresh=False)
        else:
            new = _new(draft)
            _write(ref, draft, new, fresh=True)
            fresh.append((draft, new))
    gone = [e for e in entries if _excluded(state, family, kind_of(e))]
    only = _only(state, family)
    if only and (named or fresh):
        gone = [e for e in entries if not any(e is n for n in named)]
    _place(ref, family, fresh, gone, named)


def _excluded(state: ParseState, family: str, kind: str) -> bool:
    if kind in state.excluded[family]:
        return True
    everything = state.lexicon.grammar.everything
    words = (i for i in state.spans if i.negated and i.word in everything)
    return family == "obstacle" and any(words)


def _only(state: ParseState, family: str) -> bool:
    for i, span in enumerate(state.spans):
        following = [state.at(j) for j in range(i + 1, i + 4)]
        if span.word in ("only", "just") and any(f and f.sense(family) for f in following):
            return True
    return False


def _place(
    ref: Refinement,
    family: str,
    fresh: list[tuple[DraftEntry, dict[str, Any]]],
    gone: list[dict[str, Any]],
    named: list[dict[str, Any]],
) -> None:
    """Insert new entries: in the places of removed ones, at the end, or instead of all."""
    state, entries = ref.state, ref.entries(family)
    for draft, new in fresh:
        if gone and not _added(state, draft):
            old = gone.pop(0)
            for key in ("weight", "count", "density"):
                if key in old and not {"count", "density"} & new.keys() - {"weight"}:
                    new[key] = old[key]
            entries[_index(entries, old)] = new
        elif family == "obstacle" or _added(state, draft) or any(new is e for e in entries):
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


def _robots(ref: Refinement, present: dict[DraftEntry, dict[str, Any]]) -> None:
    state, entries = ref.state, ref.entries("robot")
    gone = [e for e in entries if kind_of(e) in state.excluded["robot"]]
    teams = {d.kind for d in state.robots if d not in present and "team" in d.values}
    entries[:] = [e for e in entries if kind_of(e) not in teams]
    for draft in list(state.robots):
        entry = present.get(draft)
        if entry is not None:
            _write(ref, draft, entry, fresh=False)
            continue
        same = next((e for e in entries if kind_of(e) == draft.kind), None)
        added = _added(state, draft)
        if same is not None and draft.kind not in teams:
            if added and isinstance(same["count"], int) and isinstance(draft.values.get("count"), int):
                draft.put("count", same["count"] + draft.values["count"], state.spans[draft.at].text)
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


def _task(ref: Refinement, present: dict[DraftEntry, dict[str, Any]]) -> None:
    draft = ref.state.task
    if draft is None:
        return
    if draft in present or draft.kind == ref.data["task"]["kind"]:
        _write(ref, draft, ref.data["task"], fresh=False)
        return
    ref.data["task"] = {"kind": draft.kind, "weights": {}}
    _write(ref, draft, ref.data["task"], fresh=True)
    _enough(ref)


def _enough(ref: Refinement) -> None:
    """Raise the count of the first robot to what the task needs."""
    kind, entries = ref.data["task"]["kind"], ref.entries("robot")
    least = [e["count"][0] if isinstance(e["count"], list) else e["count"] for e in entries]
    whole = [n if isinstance(n, int) else 1 for n in least]
    lack = TASKS.get(kind).min_agents - sum(whole)
    if lack > 0:
        entries[0]["count"] = whole[0] + lack
        why = f"{kind} takes {sum(whole) + lack} robots or more"
        ref.assumed.append(Assumed("robots[0].count", whole[0] + lack, why))
