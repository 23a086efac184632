"""Arguments of environments: what they mean, and the bounds that they must keep."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError, suggestion
from envgen.packs.arguments import check_jobs
from envgen.rollout.controls import real_numbers

if TYPE_CHECKING:
    from gymnasium.vector import AutoresetMode  # packs are opened without Gymnasium too

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


def check_options(options: Any, known: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the options of a reset as a table; None has none.

    Args:
        options: As they were given.
        known: Their names; None takes any.

    Raises:
        InputError: They are no table, or one is unknown.
    """
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        raise InputError(
            f"options must be a table of names, got {repr(options)[:60]}", 'Such as {"variant": 3}.'
        )
    for name in options:
        if known is not None and name not in known:
            raise InputError(f"unknown reset option {name!r}", suggestion(str(name), known))
    return dict(options)


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
    elif isinstance(seed, str) or not hasattr(seed, "__len__") or np.ndim(to_array(seed, object)) == 0:
        raise InputError(
            f"seed must be an integer, a list of them or None, got {repr(seed)[:60]}", "Such as 0."
        )
    else:
        seeds = list(seed)
    if len(seeds) != slots:
        raise InputError(f"{len(seeds)} seeds are given for {slots} slots", "Give one for each.")
    return [check_seed(own) for own in seeds]


def check_seed(seed: Any) -> int | None:
    """Return a valid seed of one slot.

    Raises:
        InputError: It is negative or no integer.
    """
    if seed is not None and (not is_integer(seed) or seed < 0):
        raise InputError(f"a seed must be an integer >= 0, got {repr(seed)[:60]}", "Such as 0.")
    return None if seed is None else int(seed)


def check_action(action: Any, what: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return the action of one agent in one world as an array.

    Raises:
        InputError: It has another shape, or holds something other than real numbers.
    """
    array = real_numbers(action, what)
    if array.shape != shape:
        raise InputError(
            f"{what} must have the shape {shape}, got {array.shape}", "Give one number for each actuator."
        )
    return array


def to_array(given: Any, dtype: Any = None) -> NDArray[Any]:
    """Return what was given as an array; None, an array of an object, where NumPy can't make one."""
    try:
        return np.asarray(given, dtype)
    except (TypeError, ValueError):
        return np.array(None)


def parse_autoreset(mode: Any) -> AutoresetMode:
    """Return the autoreset mode of a value of Gymnasium's or of a name such as `same_step`.

    Raises:
        InputError: There is none of that name.
    """
    from gymnasium.vector import AutoresetMode

    for known in AutoresetMode:
        if mode in (known, known.value) or (isinstance(mode, str) and mode.upper() == known.name):
            return known
    names = ", ".join(known.name.lower() for known in AutoresetMode)
    raise InputError(f"unknown autoreset_mode {mode!r}", f"Known: {names}.")


def is_integer(value: Any) -> bool:
    """Return whether a value is a whole number; True is none."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)
