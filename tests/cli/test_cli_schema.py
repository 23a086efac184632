"""The command `envgen schema`: it accepts what the parser accepts and refuses what it refuses."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
from support import ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


def _fits(value: Any, schema: dict[str, Any], root: dict[str, Any], path: str = "") -> list[str]:
    """Return the violations of a JSON Schema, for the part of the standard that ours uses."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        tries = [_fits(value, one, root, path) for one in schema["anyOf"]]
        return [] if [] in tries else [f"{path}: fits none of {len(tries)} forms"]
    if "oneOf" in schema:
        fit = [one for one in schema["oneOf"] if not _fits(value, one, root, path)]
        return [] if len(fit) == 1 else [f"{path}: {value!r} fits {len(fit)} of the kinds"]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    kind = schema.get("type")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind in ("number", "integer"):
        right = number and (kind == "number" or float(value).is_integer())
    else:
        right = kind is None or isinstance(value, kinds[kind])
    if not right:
        return [f"{path}: {value!r} is no {kind}"]
    wrong = []
    if "enum" in schema and value not in schema["enum"]:
        wrong.append(f"{path}: {value!r} is not one of {schema['enum']}")
    if "const" in schema and value != schema["const"]:
        wrong.append(f"{path}: {value!r} is not {schema['const']!r}")
    if number and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        wrong.append(f"{path}: {value} is out of range")
    if isinstance(value, list):
        ends = schema.get("minItems", 0), schema.get("maxItems", len(value))
        wrong += [] if ends[0] <= len(value) <= ends[1] else [f"{path}: {len(value)} items"]
        items = schema.get("prefixItems") or [schema.get("items", {})] * len(value)
        for i, item in enumerate(value):
            wrong += _fits(item, items[i], root, f"{path}[{i}]")
    if isinstance(value, str) and "pattern" in schema:
        wrong += [] if re.search(schema["pattern"], value) else [f"{path}: {value!r}"]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        wrong += [f"{path}: lacks {key}" for key in schema.get("required", []) if key not in value]
        for key, item in value.items():
            if key in known:
                wrong += _fits(item, known[key], root, f"{path}.{key}")
            elif schema.get("additionalProperties") is False:
                wrong.append(f"{path}: unknown {key}")
    return wrong


@pytest.fixture
def schema(run) -> dict[str, Any]:
    return run("schema").json


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.stem)
def test_the_schema_takes_every_example(schema, file):
    assert _fits(tomllib.loads(file.read_text()), schema, schema) == []


def test_the_schema_takes_what_a_prompt_becomes(run, schema):
    cfg = run("interpret", "two humanoids racing up stairs with boxes", "--json").json["cfg"]
    assert _fits(cfg, schema, schema) == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"terain": {}}, "unknown terain"),
        ({"terrain": {"sise": [4, 4]}}, "unknown sise"),
        ({"terrain": {"layout": "round"}}, "'round'"),
        ({"terrain": {"size": [-4, 4]}}, "size"),
        ({"robots": []}, "0 items"),
        ({"physics": {"gravity": "earth"}}, "gravity"),
        ({"obstacles": [{"count": 3}]}, "fits 0 of the kinds"),
        ({"obstacles": [{"kind": "bxo", "count": 3}]}, "fits 0 of the kinds"),
        ({"obstacles": [{"kind": "box", "heigth": 1, "count": 3}]}, "fits 0 of the kinds"),
        ({"terrain": {"sub_terrains": [{"kind": "rough", "amplitude": -1}]}}, "fits 0 of the kinds"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_the_schema_refuses_what_make_refuses(schema, data, says, run, here):
    assert any(says in line for line in _fits(data, schema, schema)), _fits(data, schema, schema)
    (here / "x.json").write_text(json.dumps(data))
    assert run("make", "x.json").code == 2


def test_the_schema_names_every_kind(run, schema):
    text = str(schema)
    for family, entries in run("list", "--json").json.items():
        assert family in ("checks", "policies") or all(f"'{entry['name']}'" in text for entry in entries), (
            family
        )
