"""Resolving what a page asked for: which variants of which recipe or pack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from envgen.core import cfgio, overrides
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError
from envgen.packs.arguments import check_seed
from envgen.packs.pack import Pack
from envgen.packs.recipe import Recipe
from envgen.prompting.base import Interpretation, interpret
from envgen.server.messages import MAX_STREAM, CfgSource, PackSource, PromptSource, Start, Started
from envgen.server.pack_library import PackLibrary
from envgen.server.start_message import start_message
from envgen.workers.pool import JobRef

DEFAULT_COUNT = 16


@dataclass(frozen=True, eq=False)
class Plan:
    """A job that can begin.

    Attributes:
        job: Recipe or path of the pack, for the worker processes.
        started: First message to the page.
        pending: Indices that the page does not have.
    """

    job: JobRef[Recipe | Path]
    started: Started
    pending: Sequence[int]


def plan(start: Start, library: PackLibrary) -> Plan:
    """Resolve a request.

    Args:
        start: What the page asked for.
        library: The packs and files that it may name.

    Raises:
        InputError: It is wrong, or a pack can't be read.
    """
    if isinstance(start.source, PackSource):
        return _of_pack(start, start.source, library)
    cfg, meaning = cfg_of(start.source, library)
    if start.difficulty is not None:
        cfg = overrides.apply(cfg, {"difficulty": _ordered(start.difficulty)}, "difficulty")
    asked = meaning.count if meaning and meaning.count is not None else DEFAULT_COUNT
    count = start.count if start.count is not None else min(asked, MAX_STREAM)
    recipe = Recipe(cfg, check_seed(int(start.seed)))
    _ = recipe.inputs  # missing or unfit files are errors now, not in a worker
    started = start_message(cfg, recipe.task, count=count, seed=recipe.seed, interpretation=meaning)
    return Plan(JobRef.of(recipe), started, _missing(range(count), start.have))


def cfg_of(source: PromptSource | CfgSource, library: PackLibrary) -> tuple[EnvCfg, Interpretation | None]:
    """Return the EnvCfg of a prompt or of plain data, and the interpretation of a prompt.

    Raises:
        InputError: It is wrong.
    """
    if isinstance(source, PromptSource):
        meaning = interpret(library.prompt(source.prompt))
        return meaning.cfg, meaning
    data = library.cfg(source.cfg)
    return cfgio.parse({"name": "env", **data}, "the configuration"), None


def _of_pack(start: Start, source: PackSource, library: PackLibrary) -> Plan:
    path = library.pack(source.pack)
    pack = Pack.open(path)
    low, high = _ordered(start.difficulty) if start.difficulty else (0.0, 1.0)
    indices = [variant.index for variant in pack if low <= variant.difficulty <= high]
    if not indices:
        raise InputError(f"{source.pack} has no variant of that difficulty", "Widen the difficulty.")
    indices = indices[: start.count or MAX_STREAM]
    started = start_message(pack.cfg, pack.task, count=len(indices), seed=pack.seed, pack=source.pack)
    return Plan(JobRef.of(Path(path)), started, _missing(indices, start.have))


def _missing(indices: Sequence[int], have: Sequence[Sequence[int]]) -> list[int]:
    """Return the indices that are in none of the ranges (first, last)."""
    there = sorted((first, last) for first, last in have)
    left, at = [], 0
    reach = -1
    for index in sorted(indices):
        while at < len(there) and there[at][0] <= index:
            reach = max(reach, there[at][1])
            at += 1
        if index > reach:
            left.append(index)
    return left


def _ordered(pair: Sequence[float]) -> list[float]:
    return sorted(pair)
