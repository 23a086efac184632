"""The table of the keys of an EnvCfg, for docs/config.md."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tools.docs.errors import DocError
from tools.docs.markdown import table

MEANING = {
    "schema": "version of this form",
    "name": "name of the pack and its worlds; for a file, the file's name by default",
    "prompt": "the prompt it came from",
    "terrain.layout": "how sub-terrains share the arena ([terrains.md](terrains.md#layouts))",
    "terrain.sub_terrains[].kind": "a terrain of [kinds.md](kinds.md); further keys are its parameters",
    "obstacles[].kind": "an obstacle of [kinds.md](kinds.md); further keys are its parameters",
    "robots[].model": "a robot of [kinds.md](kinds.md), or any MJCF ([robots.md](robots.md))",
    "robots[].count": "robots of this entry; at most 64 in a world",
    "robots[].team": "any name; teams play each other in `soccer`, `sumo`, `race`; null: each its own",
    "robots[].role": "who chases and who runs, in `tag`",
    "robots[].params": "parameters of the robot, by name",
    "task.kind": "a task of [kinds.md](kinds.md); further keys are its parameters",
    "physics.fluid": "air (1.204 kg/m3), water (1000 kg/m3, with buoyancy) or none",
    "physics.integrator": "null: the strictest of the robots",
    "randomize.friction_scale": "of every friction",
    "randomize.mass_scale": "of every mass",
    "randomize.gear_scale": "of every actuator's gear",
    "difficulty": "0 easy, 1 hard",
}


def block_keys() -> str:
    from envgen.core import cfgio
    from envgen.core.cfg import EnvCfg

    schema = EnvCfg.model_json_schema(by_alias=True)
    defaults = cfgio.dump(EnvCfg())
    rows = []
    for path, spec in _keys(schema, schema["properties"], ""):
        # `[]` has the defaults of the first element, where there is one
        node: Any = defaults
        for part in path.replace("[]", ".0").split("."):
            node = node[int(part)] if part == "0" and isinstance(node, list) and node else _get(node, part)
        meaning = MEANING.get(path) or spec.get("description")
        if not meaning:
            raise DocError(f"the key {path!r} has no description: give it one in envgen/core/cfg.py")
        optional = path.startswith("obstacles[]")
        default = "" if optional or path.endswith("sub_terrains[].kind") else f"`{json.dumps(node)}`"
        rows.append((f"`{path}`", _allowed(spec), default, meaning))
    return table(("key", "allowed", "default", "description"), rows)


def _get(node: Any, part: str) -> Any:
    return node.get(part) if isinstance(node, dict) else None


def _keys(
    schema: dict[str, Any], properties: dict[str, Any], at: str
) -> Iterable[tuple[str, dict[str, Any]]]:
    for name, spec in properties.items():
        path = f"{at}.{name}" if at else name
        inner = spec.get("items", spec)
        if "$ref" in inner:
            model = schema["$defs"][inner["$ref"].rsplit("/", 1)[1]]
            yield from _keys(schema, model["properties"], path + ("[]" if inner is not spec else ""))
        else:
            yield path, spec


def _allowed(spec: dict[str, Any]) -> str:
    if "prefixItems" in spec:
        return f"{len(spec['prefixItems'])} × ({_allowed(spec['prefixItems'][0])})"
    options = spec.get("anyOf", [spec])
    null = " or null" if {"type": "null"} in options else ""
    first = options[0]
    if "anyOf" in first:
        return _allowed(first) + null
    if "const" in first:
        return f"`{first['const']}`"
    if "enum" in first:
        return ", ".join(f"`{value}`" for value in first["enum"]) + null
    if first["type"] in ("number", "integer"):
        low = first.get("minimum", first.get("exclusiveMinimum"))
        above = "above " if "exclusiveMinimum" in first else ""
        span = f"{above}{low:g} to {first['maximum']:g}" if "maximum" in first else f"at least {low:g}"
        many = any("loguniform" in option.get("properties", {}) for option in options)
        return ("**D** " if many else "") + span + null
    return {"string": "text", "object": "a table", "array": "a list"}[first["type"]] + null
