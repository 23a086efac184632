"""The pack behind an environment: one that exists, or one made from a prompt and cached."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from envgen.core.errors import InputError
from envgen.core.version import __version__
from envgen.packs.arguments import is_file
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.packs.variant import PackVariant
from envgen.rollout.alike import group_key
from envgen.rollout.rollout import Rollout

CACHE = "ENVGEN_CACHE"
"""Environment variable that names the cache folder."""
COUNT = 64
"""Variants of a pack that is made from a prompt, if the prompt does not say."""


def open_source(source: Pack | str | Path) -> Pack:
    """Open a pack, or make one from a prompt or parameter file once and cache it.

    Args:
        source: A pack, the path of one (folder or .zip), a parameter file or a prompt.

    Raises:
        InputError: It is none of these.
    """
    if isinstance(source, Pack):
        return source
    path = Path(source)
    if isinstance(source, Path) or (path / "pack.json").is_file() or path.suffix == ".zip":
        return Pack.open(path)
    if path.is_dir():
        raise InputError(
            f"{source} is a folder without a pack.json", "Give a pack, a parameter file or a prompt."
        )
    target = _cached(str(source))
    if (target / "pack.json").is_file():
        pack = Pack.open(target)
        if pack.complete:
            return pack
    count = None if _says_count(str(source)) else COUNT
    return make(source, count, out=target, resume=target.exists())


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
    if index is None:
        variants = list(pack)
    else:
        wanted = [index] if isinstance(index, int) else list(index)
        variants = [pack.by_index(i) for i in wanted]
    if not variants:
        raise InputError(f"{pack.path} has no variants", "Give a pack with at least one variant.")
    if group is None:
        return variants
    found = _groups(variants)
    if not 0 <= group < len(found):
        raise InputError(f"there is no group {group}", f"There are {len(found)}, counted from 0.")
    return found[group]


def make_rollout(variants: Sequence[PackVariant], slots: Sequence[int], threads: int = 1) -> Rollout:
    """Return a rollout of variants with equal spaces.

    Raises:
        InputError: They have different ones; the groups are named.
    """
    try:
        return Rollout(variants, threads=threads, slots=slots)
    except InputError:
        found = _groups(variants)
        if len(found) == 1:
            raise
        parts = "; ".join(
            f"group {i}: {len(own)} variants such as {own[0].index}" for i, own in enumerate(found[:6])
        )
        raise InputError(
            f"the variants differ in observation or action spaces ({parts})",
            "Choose one with group=0, or make a pack of one body.",
        ) from None


def _groups(variants: Sequence[PackVariant]) -> list[list[PackVariant]]:
    groups: dict[object, list[PackVariant]] = {}
    for variant in variants:
        groups.setdefault(group_key(variant), []).append(variant)
    return list(groups.values())


def _says_count(source: str) -> bool:
    """Whether a prompt asks for a number of variants itself."""
    from envgen.prompting.base import interpret

    return not is_file(source) and interpret(source).count is not None


def _cached(source: str) -> Path:
    content = Path(source).read_bytes() if is_file(source) else source.encode()
    digest = hashlib.sha256(content + b"\0" + __version__.encode()).hexdigest()[:16]
    return cache_folder() / f"pack-{digest}"
