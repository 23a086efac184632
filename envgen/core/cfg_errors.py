"""Explanations of pydantic's errors about an EnvCfg: the path, what was given and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from envgen.core.cfg import EnvCfg, slug
from envgen.core.errors import nearest, suggestion


def explain(error: ValidationError, source: str, within: Sequence[str] = ()) -> tuple[str, str]:
    """Return cause and remedy of the first error in data of a source, shortened to fit a terminal.

    Args:
        error: Of pydantic.
        source: What the data are of, such as a file.
        within: Keys that lead from an EnvCfg to the table that was checked; by default a whole EnvCfg was.
    """
    cause, remedy = _first_error(error, source, within)
    return _shortened(cause), _shortened(remedy)


def _first_error(error: ValidationError, source: str, within: Sequence[str]) -> tuple[str, str]:
    """Return cause and remedy of the first error, and the number of others."""
    errors = error.errors(include_url=False)
    # a list whose only element is wrong is reported as too short, too
    inner = [e["loc"] for e in errors if e["type"] != "too_short"]
    errors = [
        e
        for e in errors
        if e["type"] != "too_short" or not any(loc[: len(e["loc"])] == e["loc"] for loc in inner)
    ]
    first = errors[0]
    path = path_text(first["loc"])
    context = first.get("ctx") or {}
    given = first.get("input")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    where = f"{source}: {path}" if path else source
    if first["type"] == "extra_forbidden":
        key = str(first["loc"][-1])
        return f"{where}: unknown key {key!r}{more}", suggestion(key, _keys_at([*within, *first["loc"][:-1]]))
    if first["type"] in ("kind", "param"):
        return f"{where}: {context['cause']}{more}", str(context.get("remedy", ""))
    if first["type"] == "literal_error":
        expected = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        names = expected.split(", ")
        near = nearest(given, names) if isinstance(given, str) and given not in names else None
        quoted = isinstance(given, str) and given in names
        hint = f"Did you mean {near!r}? " if near else "Write it without quotes. " if quoted else ""
        return f"{where}: {given!r} is not allowed{more}", f"{hint}Allowed: {', '.join(names)}."
    if first["type"] == "missing":
        element = isinstance(first["loc"][-1], int)
        return (
            f"{where}: is missing{more}",
            "Give every element of the list."
            if element
            else "Every other key has a default; this one must be given.",
        )
    if first["type"] == "value_error":
        message = first["msg"].removeprefix("Value error, ")
    else:
        message = _message(first["type"], given, context)
    remedy = f"See `envgen schema` for {path_text([*within, *first['loc']]) or 'all keys'}."
    if first["type"] == "string_pattern_mismatch":
        remedy = f"Write e.g. {slug(str(given))!r}."
    elif isinstance(given, str) and given.lstrip().startswith(("[", "{")):
        remedy = "It begins like a list or table, but is a text: is it valid JSON?"
    return f"{where}: {message}{more}", remedy


def _message(kind: str, given: Any, context: dict[str, Any]) -> str:
    """Describe an error in the terms of this project instead of pydantic's."""
    shown = _short(given)
    if kind == "string_pattern_mismatch":
        return f"must be lower-case words joined by hyphens, such as rough-ants, got {shown}"
    if kind in ("too_short", "string_too_short", "too_long", "string_too_long"):
        noun = "character" if kind.startswith("string") else "element"
        length = len(given) if isinstance(given, str | list | tuple) else int(context["actual_length"])
        has = f"has {_several(length, noun)}" if length else "is empty"
        if kind.endswith("long"):
            return f"{has}, at most {context['max_length']} are allowed"
        least = int(context["min_length"])
        return f"{has}, at least {_several(least, noun)} {'is' if least == 1 else 'are'} needed"
    if kind == "recursion_loop":
        return f"must not contain itself: {shown}"
    return f"must be {_FORMS[kind]}, got {shown}" if kind in _FORMS else f"{shown} is not allowed"


_FORMS = {
    **dict.fromkeys(("tuple_type", "list_type"), "a list"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type", "mapping_type"), "a table of keys"),
    **dict.fromkeys(("string_type", "string_unicode", "string_sub_type"), "a text"),
    "invalid_key": "a text, as all keys are",
}


def _several(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _shortened(text: str) -> str:
    """Shorten a text to fit a terminal."""
    return text if len(text) <= 600 else f"{text[:400]} … {text[-190:]}"


def path_text(loc: Iterable[int | str]) -> str:
    """Format a pydantic location, such as `terrain.sub_terrains[0].kind`."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not part.startswith(("function-", "nullable", "constrained", "is-instance")):
            text += f".{part}" if text else part
    return text


def _keys_at(loc: Iterable[int | str]) -> list[str]:
    """Return the keys of the model at a location."""
    model: Any = EnvCfg
    for part in loc:
        if isinstance(part, int):
            continue
        field = model.model_fields.get("schema_" if part == "schema" else part)
        if field is None:
            return []
        candidates = [field.annotation, *getattr(field.annotation, "__args__", ())]
        model = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)
        if model is None:
            return []
    return [field.alias or name for name, field in model.model_fields.items()]
