"""The pack behind an environment: one that exists, or one made from a prompt and cached."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from envgen.core.errors import InputError
from envgen.core.version import __version__
from envgen.envs.arguments import to_array
from envgen.packs.arguments import is_file
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.packs.variant import PackVariant
from envgen.rollout.alike import VariantsDiffer, choose_group, describe_groups, groups_of
from envgen.rollout.rollout import Rollout
from envgen.worlds.compiled.task_context import layout

CACHE = "ENVGEN_CACHE"
"""Environment variable that names the cache folder."""
COUNT = 64
"""Variants of a pack that is made from a prompt, if the prompt does not say."""


def open_source(source: Pack | str | Path) -> Pack:
    """Open a pack, or make one from a prompt or parameter file once and cache it.

    Args:
        source: A pack, the path of one (folder or .zip), a parameter file or a prompt.

    Raises:
        InputError: The source is none of these, or has no variants.
    """
    if isinstance(source, Pack):
        return _filled(source)
    if not isinstance(source, str | Path):
        raise InputError(
            f"a source must be a pack, a path or a text, got {repr(source)[:60]}",
            "Give a Pack, its path, a parameter file or a prompt.",
        )
    if isinstance(source, Path) or _is_pack(source):
        return _filled(Pack.open(source))
    text = str(source)
    target = _cached(text)
    if not (target / "pack.json").is_file():
        _make(text, target)
    return Pack.open(target)


def _filled(pack: Pack) -> Pack:
    if not len(pack):
        where = f"this view of {pack.path}" if pack.selection else str(pack.path)
        raise InputError(
            f"{where} has no variants", "Give one with a variant; `envgen make … --resume` completes a pack."
        )
    return pack


def _make(source: str, target: Path) -> None:
    """Make a pack beside the target and move it there whole, as several processes may want it at once."""
    count = None if _says_count(source) else COUNT
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
        whole = Path(folder) / "pack"
        make(source, count, out=whole)
        try:
            whole.rename(target)
        except OSError:
            if not (target / "pack.json").is_file():  # else another process was faster
                raise


def cache_folder() -> Path:
    """Return the folder of packs made from prompts: `ENVGEN_CACHE`, or `envgen` in the user's cache."""
    given = os.environ.get(CACHE)
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "envgen"


def select_variants(pack: Pack, index: int | Sequence[int] | None, group: int | None) -> list[PackVariant]:
    """Return the variants that an environment runs.

    Args:
        pack: The pack.
        index: Index of a variant, or several; None for all of the pack.
        group: Which group of variants with equal spaces, where the pack has several; None takes all.

    Raises:
        InputError: There is no such variant or group.
    """
    variants = list(pack) if index is None else [pack.by_index(i) for i in _indices(index)]
    if not variants:
        raise InputError(f"{pack.path} has no variants", "Give a pack with at least one variant.")
    if group is None:
        return variants
    return choose_group(groups_of(variants), group)


def make_rollout(
    variants: Sequence[PackVariant],
    slots: Sequence[int],
    threads: int = 1,
    randomize: Mapping[str, Any] | None = None,
) -> Rollout:
    """Return a rollout of variants with equal spaces. Arguments as of `Rollout`.

    Raises:
        InputError: They have different ones; the groups are named. Or a setting is out of its range.
    """
    try:
        return Rollout(variants, threads=threads, slots=slots, randomize=randomize)
    except VariantsDiffer:
        raise groups_differ(variants) from None
    except MemoryError:
        if len(slots) == 1:
            raise InputError("there is not enough memory for this world", "Give a smaller world.") from None
        raise InputError(
            f"there is not enough memory for {len(slots)} slots", "Give a smaller num_envs."
        ) from None


def groups_differ(variants: Sequence[PackVariant]) -> InputError:
    """Return the error for variants that an environment can't run together, with their groups."""
    groups = []
    for own in groups_of(variants):
        world = own[0].world()
        sizes = {agent: len(layout(world, agent).actuators) for agent in own[0].teams.agents}
        groups.append((sizes, [variant.index for variant in own]))
    return InputError(
        f"the variants differ in observation or action spaces: {describe_groups(groups)}",
        "Choose one with group=0, or make a pack of one body.",
        on_command_line="Choose one with --group 0, or make a pack of one body.",
    )


def _indices(index: Any) -> list[int]:
    indices = np.atleast_1d(to_array(index))
    if indices.dtype.kind not in "iu" or indices.ndim != 1:
        raise InputError(f"index must be one or several integers, got {index!r}", "Such as 3 or [0, 1].")
    return [int(i) for i in indices]


def _is_pack(source: str) -> bool:
    """Return whether a string is meant as the path of a pack: a folder, a .zip or one word with a slash."""
    path = Path(source)
    try:
        if source and path.is_dir():
            return True
    except OSError:  # too long as a path
        return False
    slash = "/" in source and not any(character.isspace() for character in source)
    return path.suffix == ".zip" or (slash and not is_file(source))


def _says_count(source: str) -> bool:
    """Return whether a prompt states a number of variants."""
    from envgen.prompting.base import interpret

    return not is_file(source) and interpret(source).count is not None


def _cached(source: str) -> Path:
    content = Path(source).read_bytes() if is_file(source) else source.encode()
    digest = hashlib.sha256(content + b"\0" + __version__.encode()).hexdigest()[:16]
    return cache_folder() / f"pack-{digest}"
