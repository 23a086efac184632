"""Arguments of environments: what they mean, and the bounds that they must keep."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

from gymnasium.vector import AutoresetMode

from envgen.core.errors import InputError
from envgen.packs.arguments import check_jobs

MAX_ENVS = 65_536
"""Slots of a batch."""
MAX_THREADS = 256


def check_num_envs(count: Any) -> int:
    """Return a valid number of slots.

    Raises:
        InputError: It is no integer, or out of bounds.
    """
    if not is_integer(count) or not 1 <= count <= MAX_ENVS:
        raise InputError(f"num_envs must be an integer from 1 to {MAX_ENVS:,}, got {count!r}", "Such as 64.")
    return int(count)


def check_threads(threads: Any) -> int:
    """Return a valid number of threads; by default one for each processor that this process may use.

    Raises:
        InputError: It is no integer, or out of bounds.
    """
    if threads is None:
        return check_jobs(None)
    if not is_integer(threads) or not 1 <= threads <= MAX_THREADS:
        raise InputError(f"threads must be an integer from 1 to {MAX_THREADS}, got {threads!r}", "Such as 2.")
    return int(threads)


def check_render_mode(mode: Any, known: Sequence[str]) -> None:
    """Refuse an unknown render mode.

    Raises:
        InputError: It is none of those that are known, nor None.
    """
    if mode is not None and mode not in known:
        raise InputError(f"unknown render_mode {mode!r}", f"Known: {', '.join(known)}.")


def check_seeds(seed: Any, slots: int) -> list[int | None]:
    """Return a seed for each slot: counted up from one number, or as given.

    Raises:
        InputError: One is negative or no integer, or their number differs.
    """
    if seed is None:
        return [None] * slots
    if is_integer(seed):
        seeds: list[Any] = [int(seed) + i for i in range(slots)]
    elif isinstance(seed, str) or not hasattr(seed, "__len__"):
        raise InputError(f"seed must be an integer, a list of them or None, got {seed!r}", "Such as 0.")
    else:
        seeds = list(seed)
    if len(seeds) != slots:
        raise InputError(f"{len(seeds)} seeds are given for {slots} slots", "Give one for each.")
    for own in seeds:
        if own is not None and (not is_integer(own) or own < 0):
            raise InputError(f"a seed must be an integer >= 0, got {own!r}", "Such as 0.")
    return [None if own is None else int(own) for own in seeds]


def parse_autoreset(mode: Any) -> AutoresetMode:
    """Return the autoreset mode of a value of Gymnasium's or of a name such as `same_step`.

    Raises:
        InputError: There is none of that name.
    """
    for known in AutoresetMode:
        if mode in (known, known.value) or (isinstance(mode, str) and mode.upper() == known.name):
            return known
    names = ", ".join(known.name.lower() for known in AutoresetMode)
    raise InputError(f"unknown autoreset_mode {mode!r}", f"Known: {names}.")


def is_integer(value: Any) -> bool:
    """Return whether a value is a whole number; True is none."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)
