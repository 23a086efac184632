"""Waiting for what happens in another thread, process or page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 60.0
"""Seconds that anything may take: machines of CI are slow, and waiting costs nothing when it holds."""
T = TypeVar("T")


def wait_for(
    happened: Callable[[], T], what: str = "it", seconds: float = PATIENCE, every: float = 0.005
) -> T:
    """Ask again and again until the answer is true, and return it.

    A value that changes in another thread or process is never read once: it may be about to change.

    Raises:
        AssertionError: It did not happen in time.
    """
    end = time.monotonic() + seconds
    while not (value := happened()):
        assert time.monotonic() < end, f"{what} did not happen in {seconds:.0f} s"
        time.sleep(every)
    return value
