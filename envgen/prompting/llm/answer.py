"""Parses the answer of a model into an Interpretation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg, slug
from envgen.core.errors import InputError
from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.prompting.base import Interpretation, Understood
from envgen.prompting.cfg_builder import MAX_VARIANTS
from envgen.prompting.llm.answer_schema import kinds

MAX_PROMPT = 4000
LONGEST = 80
"""Letters of a word that is reported."""


class WrongAnswer(Exception):
    """An answer that does not fit the schema; the text tells the model what is wrong."""


def parse(text: str) -> dict[str, Any]:
    """Return the first JSON object in a text: alone, in a code block or in prose.

    Raises:
        WrongAnswer: The text has no such object.
    """
    decoder = json.JSONDecoder(parse_constant=lambda name: None)
    for start in (m.start() for m in re.finditer(r"\{", text[:20_000])):
        try:
            data, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict) and ("cfg" in data or "terrain" in data or "robots" in data):
            return data if "cfg" in data else {"cfg": data}
    raise WrongAnswer("the answer holds no JSON object with the key 'cfg'")


def to_interpretation(data: dict[str, Any], prompt: str, base: EnvCfg | None) -> Interpretation:
    """Return the interpretation that an answer stands for.

    Args:
        data: The object of the answer.
        prompt: The prompt, for the provenance.
        base: The EnvCfg that a refinement changes, or None.

    Raises:
        WrongAnswer: With the path, what was given and what is allowed.
    """
    cfg = data.get("cfg")
    if not isinstance(cfg, dict):
        raise WrongAnswer("'cfg' must be an object")
    plain = _without_nulls(cfg)
    _check_kinds(plain)
    for entry in plain.get("obstacles") or ():
        if not {"count", "density"} & entry.keys():
            entry["density"] = [0.04, 0.12]
    if base is None:
        plain |= {"name": slug(prompt), "prompt": prompt}
    else:
        said = f"{base.prompt}; {prompt}" if base.prompt else prompt
        plain = _kept(cfgio.dump(base), plain) | {"name": base.name, "prompt": said[:MAX_PROMPT]}
    plain.pop("schema", None)
    try:
        parsed = cfgio.parse(plain, "your answer")
    except InputError as error:
        raise WrongAnswer(f"{error.cause}. {error.remedy}") from None
    count = data.get("count")
    if count is not None and (
        isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_VARIANTS
    ):
        raise WrongAnswer(f"count is {str(count)[:40]}: it must be null or 1 to {MAX_VARIANTS}")
    whole = cfgio.dump(parsed)
    return Interpretation(
        cfg=parsed,
        count=count,
        backend="openai",
        understood=tuple(_understood(data.get("understood"), whole, prompt)),
        assumed=(),
        unmapped=tuple(_words(data.get("unmapped"), prompt)),
    )


def _without_nulls(value: Any) -> Any:
    """Return a null says that a value is left open, as leaving out its key does."""
    if isinstance(value, dict):
        return {key: _without_nulls(v) for key, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_nulls(v) for v in value]
    return value


def _check_kinds(cfg: dict[str, Any]) -> None:
    """Raise unless all kinds are registered: a model may not name paths, files or packages."""
    terrain = cfg.get("terrain")
    places = (
        (
            "terrain.sub_terrains",
            terrain.get("sub_terrains") if isinstance(terrain, dict) else None,
            "kind",
            TERRAINS,
        ),
        ("obstacles", cfg.get("obstacles"), "kind", OBSTACLES),
        ("robots", cfg.get("robots"), "model", ROBOTS),
        ("task", [cfg["task"]] if "task" in cfg else None, "kind", TASKS),
    )
    for path, entries, key, registry in places:
        allowed = [name for name, _ in kinds(registry)]
        for i, entry in enumerate(entries if isinstance(entries, list) else ()):
            kind = entry.get(key) if isinstance(entry, dict) else None
            if kind not in allowed:
                shown = str(kind)[:40]
                raise WrongAnswer(f"{path}[{i}].{key} is {shown!r}. Known: {', '.join(allowed)}")


def _kept(base: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """Return the base with the groups that an answer gives; a group that it leaves out stays."""
    out = dict(base)
    for key, value in changed.items():
        both = isinstance(value, dict) and isinstance(out.get(key), dict) and key != "task"
        out[key] = {**out[key], **value} if both else value
    return out


def _understood(listed: Any, cfg: dict[str, Any], prompt: str) -> Iterable[Understood]:
    """Yield the understood words that occur in the prompt and whose path exists."""
    for entry in listed if isinstance(listed, list) else ():
        if not isinstance(entry, dict):
            continue
        text, path = str(entry.get("text", ""))[:LONGEST], str(entry.get("path", "")).removeprefix("cfg.")
        found, value = _at(cfg, path)
        if found and text.strip() and text.lower() in prompt.lower():
            yield Understood(text, path, value)


def _at(cfg: Any, path: str) -> tuple[bool, Any]:
    node = cfg
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(node, dict) and step in node:
            node = node[step]
        elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        else:
            return False, None
    return bool(path), node


def _words(listed: Any, prompt: str) -> Iterable[str]:
    found = (
        [str(word)[:LONGEST] for word in listed if isinstance(word, str)] if isinstance(listed, list) else []
    )
    return dict.fromkeys(word for word in found if word.strip() and word.lower() in prompt.lower())
