"""The JSON Schema of an answer: the EnvCfg within the limits of strict structured output.

Strict mode wants every key to be required and no others, and knows `anyOf` but not `oneOf`. So a value that
may be left open is null here; a number is a number or [low, high]; and what names a file or a robot of one's
own is not offered at all: a model chooses among registered kinds and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from envgen.core.cfg import MAX_AGENTS, RandomizeCfg
from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.core.params import FileParam, Param, specs
from envgen.core.registry import Registry
from envgen.prompting.cfg_builder import MAX_VARIANTS

ENTRIES = 8
"""Most grounds, kinds of obstacles and robots of an answer; a model could else go on for ever."""
TEAMS = ("red", "blue", "green", "yellow")
_WORD: dict[str, Any] = {"type": "string", "pattern": r'^[^"\\\n]{1,80}$'}

# What a short answer chooses from: in a free number a model of a few hundred million words loses itself.
GRAVITIES = (0.0, 1.62, 3.71, 9.81, 24.79)
FRICTIONS = (0.1, 0.3, 0.6, 1.0, 1.5)
DIFFICULTIES = (0.1, 0.3, 0.5, 0.7, 0.9)

NUMBER: dict[str, Any] = {"$ref": "#/$defs/number"}
OPEN: dict[str, Any] = {"anyOf": [NUMBER, {"type": "null"}]}


def kinds(registry: Registry[Any]) -> list[tuple[str, Any]]:
    """Return the kinds of a family that words can ask for: none that needs a file."""
    return [
        (name, kind)
        for name, kind in registry
        if registry is ROBOTS or not any(isinstance(spec, FileParam) for spec in specs(kind).values())
    ]


@cache
def schema(entries: int = ENTRIES, short: bool = False) -> dict[str, Any]:
    """Return the schema of an answer, made from the registries.

    Every list, text and number in it ends, so that an answer ends whatever the model is.

    Args:
        entries: Most entries of a list.
        short: Kinds and how many of each, and what holds for the whole world, without parameters of kinds: a
            fifth of the words, for a small model on one's own machine.
    """
    if short:
        return _short(entries)
    cfg = _object(
        {
            "terrain": _object(
                {
                    "layout": {"enum": ["single", "grid", "track", "blend"], "type": "string"},
                    "size": {"anyOf": [_array(NUMBER, 2, 2), {"type": "null"}]},
                    "sub_terrains": _array({"anyOf": _entries(TERRAINS, {"weight": OPEN})}, 1, entries),
                }
            ),
            "obstacles": _array({"anyOf": _entries(OBSTACLES, {"count": OPEN, "density": OPEN})}, 0, entries),
            "robots": _array({"anyOf": _robots()}, 1, entries),
            "task": {"anyOf": _entries(TASKS, {})},
            "physics": _object(
                {
                    "gravity": OPEN,
                    "friction": OPEN,
                    "wind": {"anyOf": [_array(NUMBER, 3, 3), {"type": "null"}]},
                    "fluid": {"enum": ["air", "water", "none"], "type": "string"},
                    "timestep": OPEN,
                }
            ),
            "control": _object({"episode": OPEN}),
            "randomize": _object({key: _described(text) for key, text in randomize_keys().items()}),
            "difficulty": OPEN,
        }
    )
    answer = _object(
        {
            "cfg": cfg,
            "count": {"type": ["integer", "null"]},
            "understood": _array(_object({"text": _WORD, "path": _WORD}), 0, entries + 4),
            "unmapped": _array(_WORD, 0, entries + 4),
        }
    )
    pair = _array({"type": "number"}, 2, 2)
    return {**answer, "$defs": {"number": {"anyOf": [{"type": "number"}, pair]}}}


def randomize_keys() -> dict[str, str]:
    """Return what each key of `randomize` means, with its unit."""
    return {key: field.description or "" for key, field in RandomizeCfg.model_fields.items()}


def _described(text: str) -> dict[str, Any]:
    return {**OPEN, "description": text}


def _short(entries: int) -> dict[str, Any]:
    def named(registry: Registry[Any], key: str, more: Mapping[str, Any]) -> dict[str, Any]:
        names = {"enum": [name for name, _ in kinds(registry)], "type": "string"}
        return _object({key: names, **more})

    cfg = _object(
        {
            "terrain": _object({"sub_terrains": _array(named(TERRAINS, "kind", {}), 1, entries)}),
            "obstacles": _array(named(OBSTACLES, "kind", {"count": _whole(200)}), 0, entries),
            "robots": _array(named(ROBOTS, "model", {"count": _whole(MAX_AGENTS)}), 1, entries),
            "task": named(TASKS, "kind", {}),
            "physics": _object({"gravity": _one_of(GRAVITIES), "friction": _one_of(FRICTIONS)}),
            "difficulty": _one_of(DIFFICULTIES),
        }
    )
    count = {"anyOf": [_whole(MAX_VARIANTS), {"type": "null"}]}
    return _object({"cfg": cfg, "count": count, "unmapped": _array(_WORD, 0, entries)})


def _one_of(values: tuple[float, ...]) -> dict[str, Any]:
    return {"enum": [*values, None], "type": ["number", "null"]}


def _whole(most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": most}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(items: dict[str, Any], least: int, most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _entries(registry: Registry[Any], shared: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        _object({"kind": {"enum": [name], "type": "string"}, **shared, **_params(specs(kind))})
        for name, kind in kinds(registry)
    ]


def _robots() -> list[dict[str, Any]]:
    shared = {
        "count": NUMBER,
        "team": {"enum": [*TEAMS, None], "type": ["string", "null"]},
        "role": {"enum": ["chaser", "runner", None], "type": ["string", "null"]},
    }
    return [
        _object(
            {"model": {"enum": [name], "type": "string"}, **shared, "params": _object(_params(robot.params))}
        )
        for name, robot in kinds(ROBOTS)
    ]


def _params(known: Mapping[str, Param]) -> dict[str, Any]:
    return {name: OPEN for name, spec in known.items() if not isinstance(spec, FileParam)}
