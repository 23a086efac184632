"""The JSON Schema of EnvCfg, with the parameters of every registered kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envgen.core import dist
from envgen.core.cfg import EnvCfg
from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.core.params import FileParam, Param, specs
from envgen.core.registry import Registry
from envgen.core.sensing import SENSORS

_ANY_ROBOT = r"(\.xml|\.mjcf)$|/|^[A-Za-z_][A-Za-z0-9_]*:.+"
"""Pattern of the path of an MJCF file, or of `<source>:<name>`."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of EnvCfg, as strict as a schema can express it."""
    schema = EnvCfg.model_json_schema(by_alias=True, mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    definitions = schema["$defs"]
    for name, registry in (("SubTerrainCfg", TERRAINS), ("ObstacleCfg", OBSTACLES), ("TaskCfg", TASKS)):
        definitions[name] = _kinds(definitions[name], registry)
    definitions["RobotCfg"] = _robots(definitions["RobotCfg"])
    return schema


def _kinds(base: dict[str, Any], registry: Registry[Any]) -> dict[str, Any]:
    """Return the schema of any kind of a family, each with its own parameters."""
    shared = {key: value for key, value in base["properties"].items() if key != "kind"}
    options = []
    for name, kind in registry:
        options.append(
            {
                "type": "object",
                "title": name,
                "description": (kind.__doc__ or "").strip().split("\n")[0],
                "properties": {"kind": {"const": name}, **shared, **_params(specs(kind))},
                "required": ["kind", *(k for k, p in specs(kind).items() if isinstance(p, FileParam))],
                "additionalProperties": False,
            }
        )
    return {"description": base.get("description", ""), "oneOf": options}


def _robots(base: dict[str, Any]) -> dict[str, Any]:
    options = []
    for name, robot in ROBOTS:
        params = {"type": "object", "properties": _params(robot.params), "additionalProperties": False}
        model: dict[str, Any] = {"const": name}
        properties = {**base["properties"], "model": model, "params": params}
        options.append(
            {
                "type": "object",
                "title": name,
                "description": robot.summary,
                "properties": properties,
                "required": ["model"],
                "additionalProperties": False,
            }
        )
    params = {"type": "object", "properties": _params(SENSORS), "additionalProperties": False}
    model = {"type": "string", "pattern": _ANY_ROBOT}
    options.append(
        {
            "type": "object",
            "title": "any MJCF",
            "description": "a path, or <source>:<name> of an installed package or a menagerie",
            "properties": {**base["properties"], "model": model, "params": params},
            "required": ["model"],
            "additionalProperties": False,
        }
    )
    return {"description": base.get("description", ""), "oneOf": options}


def _params(known: Mapping[str, Param]) -> dict[str, Any]:
    return {key: _param(spec) for key, spec in known.items()}


def _param(spec: Param) -> dict[str, Any]:
    if isinstance(spec, FileParam):
        ends = "|".join(suffix.lstrip(".") for suffix in spec.suffixes)
        return {
            "type": "string",
            "pattern": rf"\.({ends}|{ends.upper()})$",
            "description": f"{spec.doc} [path]",
        }
    return {
        **dist.json_schema(spec.low, spec.high, integer=spec.integer),
        "description": f"{spec.doc} [{spec.unit or 'number'}]",
    }
