"""Read and write an EnvCfg as JSON, TOML or YAML, with errors that name the path of the key."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from envgen.core import dist
from envgen.core.cfg import EnvCfg, slug
from envgen.core.cfg_errors import explain
from envgen.core.errors import InputError
from envgen.core.families import OBSTACLES, TERRAINS
from envgen.core.params import FileParam, specs

SUFFIXES = (".json", ".toml", ".yaml", ".yml")
MAX_BYTES = 4_000_000


def parse(data: Any, source: str = "the configuration") -> EnvCfg:
    """Build an EnvCfg from plain data.

    Raises:
        InputError: The data breaks the schema; names the path, what was given and what is allowed.
    """
    if not isinstance(data, dict):
        raise InputError(
            f"{source} must be a table of keys, got {type(data).__name__}",
            "See `envgen schema` for the keys.",
        )
    try:
        return EnvCfg.model_validate(data)
    except ValidationError as error:
        raise InputError(*explain(error, source)) from None
    except RecursionError:
        raise InputError(f"{source} is nested too deeply", "See `envgen schema`.") from None


def dump(cfg: EnvCfg) -> dict[str, Any]:
    """Return an EnvCfg as plain JSON data, defaults included."""
    data = cfg.model_dump(mode="json", by_alias=True)
    plain: dict[str, Any] = dist.to_plain(data)
    return plain


def load(path: Path) -> EnvCfg:
    """Read a parameter file; the EnvCfg's name defaults to that of the file.

    Raises:
        InputError: The file is missing, unreadable, malformed or breaks the schema.
    """
    data = read(path)
    if isinstance(data, dict):
        data = {"name": slug(path.stem), **data}
        rebase(data, path.parent)
    return parse(data, path.name)


def references(data: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the table and key of each value in a plain, perhaps malformed EnvCfg that names a file."""
    terrain = data.get("terrain") if isinstance(data, dict) else None
    for name, registry, entries in (
        ("kind", TERRAINS, terrain.get("sub_terrains") if isinstance(terrain, dict) else None),
        ("kind", OBSTACLES, data.get("obstacles") if isinstance(data, dict) else None),
        ("model", None, data.get("robots") if isinstance(data, dict) else None),
    ):
        for entry in entries if isinstance(entries, list | tuple) else ():
            kind = entry.get(name) if isinstance(entry, dict) else None
            if not isinstance(kind, str):
                continue
            if registry is None and kind.lower().endswith(".xml"):
                yield entry, name
            elif registry is not None and kind in registry:
                files = (k for k, spec in specs(registry.get(kind)).items() if isinstance(spec, FileParam))
                yield from ((entry, key) for key in files if isinstance(entry.get(key), str))


def rebase(data: Any, folder: Path) -> None:
    """Convert paths relative to a folder into paths relative to the current one, or absolute ones outside it.

    Args:
        data: A plain EnvCfg, changed in place.
        folder: The folder that its paths are relative to.
    """
    here = Path.cwd()
    for table, key in references(data):
        given = table[key]
        if not given or "\0" in given or Path(given).is_absolute():
            continue
        # links are not followed, to keep the names that the user gave
        target = Path(os.path.normpath(here / folder / given))
        table[key] = (target.relative_to(here) if target.is_relative_to(here) else target).as_posix()


def read(path: Path) -> Any:
    """Read the plain data of a .json, .toml, .yaml or .yml file.

    Raises:
        InputError: The file is missing, unreadable or malformed.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is over {MAX_BYTES // 10**6} MB", "A parameter file is small.")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"there is no file {path}", "Give the path of a parameter file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read: {error}", "Give a UTF-8 text file.") from None
    return loads(text, path.suffix.lower(), str(path))


def loads(text: str, suffix: str, source: str) -> Any:
    """Parse text of one of the formats.

    Raises:
        InputError: The text is malformed; names line and column.
    """
    try:
        if suffix == ".json":
            return json.loads(text, object_pairs_hook=_unique)
        if suffix == ".toml":
            return tomllib.loads(text)
        if suffix in (".yaml", ".yml"):
            return _load_yaml(text)
    except RecursionError:
        raise InputError(f"{source} is nested too deeply", "See `envgen schema`.") from None
    except Exception as error:  # each parser has its own class of errors
        line = " ".join(str(error).split())
        raise InputError(
            f"{source} is not valid {suffix[1:].upper()}: {line}",
            "Correct the text at the line and column that are named.",
        ) from None
    remedy = f"Its name must end in {', '.join(SUFFIXES)}."
    if suffix in (".xml", ".mjcf"):
        remedy = f'A robot goes into a prompt: "{Path(source).name} on rough ground".'
    raise InputError(f"{source} must be a parameter file, got {suffix or 'no suffix'}", remedy)


MAX_NODES = 100_000


def _load_yaml(text: str) -> Any:
    """Parse YAML, refusing duplicate keys and aliases that expand without bound."""
    import yaml  # slow to import, and most parameter files are TOML

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            _unique([(key, None) for key in keys if key != "<<"])
            return super().construct_mapping(node, deep)

    data = yaml.load(text, Loader)
    if _expanded_size(data, {}) > MAX_NODES:
        raise ValueError(f"its aliases expand to more than {MAX_NODES:,} values")
    return {} if data is None else data  # an empty file means all defaults, as in TOML


def _expanded_size(node: Any, known: dict[int, int]) -> int:
    """Return the number of values with aliases expanded."""
    if not isinstance(node, dict | list):
        return 1
    if id(node) not in known:
        inner = node.values() if isinstance(node, dict) else node
        known[id(node)] = 1 + sum(_expanded_size(value, known) for value in inner)
    return known[id(node)]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return pairs as a dict, refusing duplicate keys."""
    data = dict(pairs)
    if len(data) != len(pairs):
        twice = sorted({k for k, _ in pairs if [p[0] for p in pairs].count(k) > 1})
        raise ValueError(f"the key {twice[0]!r} is given twice")
    return data


def dumps(cfg: EnvCfg, suffix: str) -> str:
    """Format an EnvCfg as text; parsing the text gives the same EnvCfg."""
    data = dump(cfg)
    if suffix == ".json":
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    if suffix == ".toml":
        import tomli_w

        return tomli_w.dumps(_without_null(data))
    if suffix in (".yaml", ".yml"):
        import yaml

        text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
        return text
    raise InputError(f"unknown format {suffix!r}", f"Known: {', '.join(SUFFIXES)}.")


def _without_null(data: Any) -> Any:
    """Remove nulls, which TOML lacks; every field that may be null defaults to it."""
    if isinstance(data, dict):
        return {k: _without_null(v) for k, v in data.items() if v is not None}
    if isinstance(data, list):
        return [_without_null(v) for v in data]
    return data
