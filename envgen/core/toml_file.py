"""TOML files with closed tables: a misspelled table or key is an error that names the nearest known one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from envgen.core.cfg_errors import path_text
from envgen.core.errors import EnvgenError, suggestion

Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, model: type[Model], remedy: str = "Correct the file.") -> Model:
    """Read a TOML file into a closed model.

    Args:
        path: The file.
        model: A pydantic model with `extra="forbid"`, as are the models of its tables.
        remedy: The remedy where no known key or value is near.

    Raises:
        EnvgenError: The file can't be read, is not TOML or does not fit the model; the file, the path in it,
            what was given and what is allowed are named.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EnvgenError(f"{path}: {error.strerror}", "Give a readable file.") from None
    except ValueError as error:  # neither UTF-8 nor TOML
        raise EnvgenError(f"{path}: not a TOML file: {error}", remedy) from None
    return check_table(data, model, str(path), remedy)


def check_table(data: Any, model: type[Model], source: str, remedy: str = "Correct the file.") -> Model:
    """Validate plain data with a closed model.

    Args:
        data: As a TOML parser returns it.
        model: As for `read_toml`.
        source: Name of the data in messages.
        remedy: As for `read_toml`.

    Raises:
        EnvgenError: The data does not fit the model.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        cause, hint = _explain(error, model)
        raise EnvgenError(f"{source}: {cause}", hint or remedy) from None


def _explain(error: ValidationError, model: type[BaseModel]) -> tuple[str, str]:
    """Return the cause of the first error, and a remedy where there is a specific one."""
    # a misspelled required key is unknown and missing: name the unknown one
    first = min(error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden")
    loc, given = first["loc"], first.get("input")
    path = path_text(loc)
    if first["type"] == "extra_forbidden":
        return f"unknown key {path!r}", suggestion(str(loc[-1]), _keys(model, loc[:-1]))
    if first["type"] == "missing":
        return f"{path!r} is missing", ""
    if first["type"] == "literal_error":
        names = str(first["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return f"{path}: {given!r} is not allowed", suggestion(str(given), names)
    if first["type"] == "tuple_type" and isinstance(given, str):
        return f'{path}: must be a list, got "{given}"', f'Write {loc[-1]} = ["{given}"].'
    message = first["msg"].removeprefix("Value error, ")
    return f"{path}: {message}" if first["type"] == "value_error" else f"{path}: {message}, got {given!r}", ""


def _keys(model: type[BaseModel], loc: Iterable[int | str]) -> list[str]:
    """Return the keys of the table at a location."""
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            inner = next(_models(model.model_fields[part].annotation), None)
            if inner is not None:
                model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models in an annotation such as `tuple[Model, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
