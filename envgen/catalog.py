"""The registries as plain data: kinds with parameters, units and ranges."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from envgen.core.families import OBSTACLES, POLICIES, ROBOTS, TASKS, TERRAINS
from envgen.core.params import specs
from envgen.policies.listing import list_gaits, list_networks
from envgen.robots.sources import installed_robots
from envgen.validate.base import checks_in_order

FAMILIES = ("terrains", "obstacles", "robots", "tasks", "checks", "policies")


def entries(family: str) -> list[dict[str, Any]]:
    """Return the kinds of a family as plain data: name, summary, parameters and sources of each."""
    if family == "checks":
        return checks()
    if family == "policies":
        return policies()
    if family == "robots":
        return [
            _entry(
                name,
                robot.summary,
                robot.params,
                robot.sources,
                ["moves in its own x-z plane"] * robot.planar,
            )
            for name, robot in ROBOTS
        ]
    registry = {"terrains": TERRAINS, "obstacles": OBSTACLES, "tasks": TASKS}[family]
    found = []
    for name, kind in registry:
        source = getattr(kind, "source", "")
        facts = _facts(kind) if family == "tasks" else ["it moves"] * getattr(kind, "dynamic", False)
        entry = _entry(name, _summary(kind), specs(kind), [source] if source else [], facts)
        found.append({**entry, "source": source})
    return found


def checks() -> list[dict[str, Any]]:
    """Return every check, in the order in which they run."""
    found = []
    for check in checks_in_order():
        more = {
            key: getattr(check, key) for key in ("severity", "scope", "bound", "why") if hasattr(check, key)
        }
        entry = {"name": check.kind, "summary": check.title, "measures": _summary(check), "unit": check.unit}
        found.append({**entry, **more, "redraws": check.redraw, "remedy": check.remedy})
    return found


def policies() -> list[dict[str, Any]]:
    """Return every kind of policy, with the available gaits and networks."""
    found = []
    for name, kind in POLICIES:
        facts, more = [], {}
        if name == "gait":
            more = {"gaits": list_gaits()}
            facts = [f"{own['robot']}: {own['error'] or own['summary']}" for own in more["gaits"]]
        elif name == "onnx":
            more = {"networks": list_networks()}
            facts = [
                f"{own['name']}: {own['error'] or own['robot'] + ', ' + own['task']}"
                for own in more["networks"]
            ]
        entry = _entry(name, _summary(kind), {}, [], facts)
        found.append({**entry, "browser_only": kind.browser, **more})
    return found


def _entry(
    name: str, summary: str, params: Mapping[str, Any], sources: Iterable[str], facts: Iterable[str]
) -> dict[str, Any]:
    plain = {key: _plain(spec) for key, spec in params.items()}
    return {
        "name": name,
        "summary": summary,
        "params": plain,
        "sources": list(sources),
        "facts": list(facts),
    }


def _plain(spec: Any) -> dict[str, Any]:
    """Return a parameter as plain data."""
    return {key: value for key, value in dataclasses.asdict(spec).items() if not callable(value)}


def _summary(kind: Any) -> str:
    """Return the first paragraph of a docstring in one line."""
    return " ".join(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].split())


def _facts(task: Any) -> list[str]:
    """Return facts about a task besides its parameters."""
    terms = task.terms()
    most = f" to {task.max_agents}" if task.max_agents is not None else " or more"
    groups = (("observed", terms.observation), ("rewarded", terms.reward), ("ends when", terms.terminated))
    return [
        f"for {task.min_agents}{most} robots",
        *(f"{name}: {', '.join(term.name for term in group)}" for name, group in groups),
        "",
    ]


def sources() -> dict[str, list[str]]:
    """Return the robots of installed packages and MENAGERIE_ROOT, by source."""
    return {source: names for source, names in installed_robots().items() if names}
