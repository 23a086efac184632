"""Builds the interpretation: the parsed values as an EnvCfg, with the paths of what was understood."""

from __future__ import annotations

import math
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import MAX_AGENTS, slug
from envgen.core.errors import InputError
from envgen.core.families import TASKS
from envgen.prompting.base import Assumed, Interpretation, Understood
from envgen.prompting.kinds import first_known
from envgen.prompting.parse_state import DraftEntry, ParseState

MAX_VARIANTS = 1_000_000
"""Most variants of one call, as the vocabulary has it."""
CELLS = 1_000_000
"""Cells of a heightfield above which a prompt's arena gets coarser ones."""


def build_interpretation(prompt: str, state: ParseState, unmapped: tuple[str, ...]) -> Interpretation:
    """Return the interpretation of a parsed prompt.

    Raises:
        InputError: The number of variants is out of bounds.
    """
    out = _CfgBuilder(state)
    data: dict[str, Any] = {"name": slug(prompt), "prompt": prompt}
    data["terrain"] = out.terrain()
    data["obstacles"] = [out.part(d, f"obstacles[{i}]") for i, d in enumerate(state.obstacles)]
    data["robots"] = out.robots()
    data["task"] = out.task()
    out.fields(data)
    return Interpretation(
        cfg=cfgio.parse(data, "the prompt"),
        count=out.count(),
        backend="offline",
        understood=tuple(out.understood),
        assumed=tuple(out.assumed),
        unmapped=unmapped,
    )


class _CfgBuilder:
    def __init__(self, state: ParseState) -> None:
        self.state = state
        self.understood: list[Understood] = []
        self.assumed: list[Assumed] = []

    def part(self, draft: DraftEntry, path: str) -> dict[str, Any]:
        """Return the plain data of a draft; its trace with whole paths."""
        for text, name, value in draft.trace:
            self.understood.append(Understood(text, f"{path}.{name}", value))
        for name, value, why in draft.notes:
            if name in ("kind", "model") or draft.values.get(name) == value:
                self.assumed.append(Assumed(f"{path}.{name}", value, why))
        data: dict[str, Any] = {"model" if draft.family == "robot" else "kind": draft.kind}
        for name, value in draft.values.items():
            head, _, tail = name.partition(".")
            if tail:
                data.setdefault(head, {})[tail] = value
            else:
                data[name] = value
        return data

    def terrain(self) -> dict[str, Any]:
        drafts = self.state.terrains
        data: dict[str, Any] = {}
        if not drafts:
            drafts = [self._default("terrain", "flat", self._why("terrain", "no terrain named"))]
        if self.state.layout and (len(drafts) > 1 or "terrain.levels" in self.state.fields):
            data["layout"], text = self.state.layout
            self.understood.append(Understood(text, "terrain.layout", data["layout"]))
        elif len(drafts) > 1:
            why = "several terrains and no word for a layout: each variant draws one"
            self.assumed.append(Assumed("terrain.layout", "single", why))
        data["sub_terrains"] = [self.part(d, f"terrain.sub_terrains[{i}]") for i, d in enumerate(drafts)]
        return data

    def robots(self) -> list[dict[str, Any]]:
        drafts = self.state.robots or [self._default("robot", "ant", self._why("robot", "no robot named"))]
        self._enough(drafts)
        kept: list[dict[str, Any]] = []
        total = 0
        for draft in drafts:
            count = draft.values.get("count", 1)
            most = count[1] if isinstance(count, list) else count
            if total + most > MAX_AGENTS:
                room = MAX_AGENTS - total
                if room < 1:
                    break
                draft.trace = [t for t in draft.trace if t[1] != "count"]
                draft.assume("count", room, f"a world holds {MAX_AGENTS} robots at most")
                most = room
            total += most
            kept.append(self.part(draft, f"robots[{len(kept)}]"))
        return kept

    def _enough(self, drafts: list[DraftEntry]) -> None:
        """Raise the count of the first robot to what the task needs: "ant sumo" is a match of two."""
        task = self.state.task
        counts = [draft.values.get("count", 1) for draft in drafts]
        least = [count[0] if isinstance(count, list) else count for count in counts]
        lack = (TASKS.get(task.kind).min_agents if task else 1) - sum(least)
        if task is None or lack <= 0:
            return
        low, count, first = least[0] + lack, counts[0], drafts[0]
        first.trace = [t for t in first.trace if t[1] != "count"]
        value = [low, count[1]] if isinstance(count, list) and count[1] > low else low
        first.assume("count", value, f"{task.kind} takes {sum(least) + lack} robots or more")

    def task(self) -> dict[str, Any]:
        draft = self.state.task or self._default("task", "walk", self._why("task", "no task named"))
        return self.part(draft, "task")

    def _default(self, family: str, kind: str, why: str) -> DraftEntry:
        # without the usual default (a stripped installation) any kind is better than none
        registered = first_known(family, (kind,)) or kind
        draft = DraftEntry(family, registered, -1)
        draft.assume("model" if family == "robot" else "kind", registered, why)
        return draft

    def _why(self, family: str, nothing: str) -> str:
        """Return the reason of a default: nothing was named, or only excluded kinds."""
        texts = [text for f, text in self.state.refused if f == family]
        return f"{nothing}, but {', '.join(map(repr, texts))}" if texts else nothing

    def fields(self, data: dict[str, Any]) -> None:
        """Set single values, and the cell size of a large arena."""
        for path, (value, text) in self.state.fields.items():
            self.understood.append(Understood(text, path, value))
            node = data
            *groups, name = path.split(".")
            for group in groups:
                node = node.setdefault(group, {})
            node[name] = value
        for path, value, why in self.state.assumed:
            self.assumed.append(Assumed(path, value, why))
        now = {
            "terrain": (
                "terrain.sub_terrains",
                [t["kind"] for t in data["terrain"]["sub_terrains"]],
            ),
            "obstacle": ("obstacles", [o["kind"] for o in data["obstacles"]]),
            "robot": ("robots", [r["model"] for r in data["robots"]]),
            "task": ("task.kind", data["task"]["kind"]),
        }
        for family, text in self.state.refused:
            self.understood.append(Understood(text, *now[family]))
        self._cell(data["terrain"])

    def _cell(self, terrain: dict[str, Any]) -> None:
        ends = [side[1] if isinstance(side, list) else side for side in terrain.get("size", [])]
        if ends and ends[0] * ends[1] / 0.01 > CELLS:
            terrain["cell"] = math.ceil(100 * math.sqrt(ends[0] * ends[1] / CELLS)) / 100
            self.assumed.append(
                Assumed("terrain.cell", terrain["cell"], "so large an arena takes larger cells")
            )

    def count(self) -> int | None:
        if self.state.count is None:
            return None
        number, text = self.state.count
        if not 1 <= number <= MAX_VARIANTS:
            raise InputError(
                f"the prompt asks for {text!r}", f"Ask for 1 to {MAX_VARIANTS:,} variants a call."
            )
        self.understood.append(Understood(text, "count", number))
        return number
