"""Arguments of `make`: what they mean, and the bounds that they must keep."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError

MAX_COUNT = 1_000_000
MAX_JOBS = 256


def resolve(source: str | Path | EnvCfg | Mapping[str, Any]) -> tuple[EnvCfg, int | None]:
    """Return the EnvCfg of a prompt, file, EnvCfg or dict of its keys, and the count that a prompt states.

    Raises:
        InputError: It is of another type, or invalid.
    """
    if isinstance(source, EnvCfg):
        return source, None
    if isinstance(source, Mapping):
        return cfgio.parse(dict(source)), None
    if not isinstance(source, str | Path):
        raise InputError(
            f"the source must be a prompt, file or configuration, got {repr(source)[:60]}",
            "Give a prompt, the path of a parameter file, an EnvCfg or a dict of its keys.",
        )
    if isinstance(source, Path) or is_file(source):
        return cfgio.load(Path(source)), None
    from envgen.prompting.base import interpret

    meaning = interpret(source)
    return meaning.cfg, meaning.count


def is_file(argument: str) -> bool:
    """Return whether an argument is a parameter file: it exists, or has the suffix of one."""
    if argument.strip().lower().endswith(cfgio.SUFFIXES):
        return True
    try:
        return bool(argument) and Path(argument).is_file()
    except (OSError, ValueError):  # too long or invalid as a path
        return False


def check_count(count: int) -> int:
    """Return a valid count.

    Raises:
        InputError: It is below 1 or above the bound.
    """
    if not _is_integer(count) or not 1 <= count <= MAX_COUNT:
        raise InputError(
            f"count must be an integer from 1 to {MAX_COUNT:,}, got {count!r}", "Give another --count."
        )
    return count


def check_only(only: Sequence[int], count: int) -> list[int]:
    """Return the indices of the variants to make, sorted and without duplicates.

    Raises:
        InputError: There are none, or one is not an index below the count.
    """
    wrong = [index for index in only if not _is_integer(index) or not 0 <= index < count]
    if not only:
        raise InputError("no index is given", f"Give one or more, 0 to {count - 1}.")
    if wrong:
        raise InputError(
            f"an index must be an integer from 0 to {count - 1}, got {wrong[0]!r}",
            f"Give one below the count of {count}.",
        )
    return sorted(set(only))


def check_seed(seed: int) -> int:
    """Return a valid seed; True and 1 would be two names of the same pack.

    Raises:
        InputError: It is negative, too large or not a whole number.
    """
    if not _is_integer(seed) or not 0 <= seed < 2**63:
        raise InputError(
            f"the seed must be an integer from 0 to 2^63 - 1, got {seed!r}", "Give another --seed."
        )
    return seed


def check_jobs(jobs: int | None) -> int:
    """Return the number of processes; by default one for each processor that this process may use.

    Raises:
        InputError: It is below 1 or above the bound.
    """
    if jobs is None:
        usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
        return max(1, len(usable))
    if not _is_integer(jobs) or not 1 <= jobs <= MAX_JOBS:
        raise InputError(
            f"jobs must be an integer from 1 to {MAX_JOBS}, got {jobs!r}", "Give another --jobs."
        )
    return jobs


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
