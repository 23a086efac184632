"""Messages to the model: Jinja2 templates in `prompts/openai/`, filled from the registries."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.core.params import FileParam, Param, specs
from envgen.core.resources import resource
from envgen.prompting.llm.answer_schema import ENTRIES, TEAMS, kinds, randomize_keys, schema


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(resource("prompts") / "openai")
    return Environment(
        loader=loader,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )  # what is made is text, not HTML: nothing is to be escaped


def system_message(examples: int) -> str:
    """Return the instructions: what an EnvCfg is, every registered kind with its parameters, and examples."""
    families = {
        "terrains": _family(TERRAINS),
        "obstacles": _family(OBSTACLES),
        "robots": [(name, robot.summary, _params(robot.params)) for name, robot in kinds(ROBOTS)],
        "tasks": _family(TASKS),
    }
    shown = examples_with_answers()[:examples]
    template = _templates().get_template("system.j2")
    drawn = randomize_keys()
    return template.render(**families, teams=TEAMS, randomize=drawn, examples=shown).strip()


def user_message(prompt: str, base: EnvCfg | None) -> str:
    """Return the message with the prompt, and with what a refinement changes."""
    before = None if base is None else json.dumps(cfgio.dump(base), separators=(",", ":"))
    return _templates().get_template("user.j2").render(prompt=prompt, base=before).strip()


def repair_message(problem: str) -> str:
    """Return the message that sends an answer back."""
    return _templates().get_template("repair.j2").render(problem=problem).strip()


def _family(registry: Any) -> list[tuple[str, str, str]]:
    return [
        (name, (kind.__doc__ or "").strip().split("\n")[0], _params(specs(kind)))
        for name, kind in kinds(registry)
    ]


def _params(known: Any) -> str:
    return ", ".join(_param(name, spec) for name, spec in known.items() if not isinstance(spec, FileParam))


def _param(name: str, spec: Param) -> str:
    return f"{name} {spec.low:g}..{spec.high:g}{f' {spec.unit}' if spec.unit else ''}"


@cache
def examples_with_answers() -> tuple[tuple[str, str], ...]:
    """Return example prompts with the answers of the offline rules, in the form of the schema."""
    from envgen.prompting.parser import parse

    data = tomllib.loads((resource("prompts") / "openai" / "examples.toml").read_text(encoding="utf-8"))
    found = []
    for prompt in data["prompts"]:
        meaning = parse(prompt)
        answer = {
            "cfg": cfgio.dump(meaning.cfg),
            "count": meaning.count,
            "understood": [{"text": u.text, "path": u.path} for u in meaning.understood][:ENTRIES],
            "unmapped": list(meaning.unmapped),
        }
        found.append((prompt, json.dumps(fit_to_schema(answer, schema()), separators=(",", ":"))))
    return tuple(found)


def fit_to_schema(value: Any, form: dict[str, Any]) -> Any:
    """Return plain data in the form of the schema: its keys only, null for missing ones."""
    if "anyOf" in form:
        forms = [option for option in form["anyOf"] if _suits(value, option)]
        return fit_to_schema(value, forms[0]) if forms else value
    if form.get("type") == "object" and isinstance(value, dict):
        return {key: fit_to_schema(value.get(key), child) for key, child in form["properties"].items()}
    if form.get("type") == "array" and isinstance(value, list):
        return [fit_to_schema(item, form["items"]) for item in value]
    return value


def _suits(value: Any, form: dict[str, Any]) -> bool:
    if form.get("type") == "object" and isinstance(value, dict):
        tag = next((key for key in ("kind", "model") if key in form["properties"]), None)
        return tag is None or value.get(tag) in form["properties"][tag]["enum"]
    return form.get("type") == "array" and isinstance(value, list)
