"""Deprecated names: the old name of a renamed object still works, with a DeprecationWarning."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any


def deprecated_names(module: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a `__getattr__` for a module, by which old names still work.

    Args:
        module: Its `__name__`.
        names: New names by old ones; both are of that module.
    """

    def getattr_(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        warn_renamed(f"{module}.{name}", names[name], frames=2)
        return getattr(sys.modules[module], names[name])

    return getattr_


def warn_renamed(old: str, new: str, frames: int = 2) -> None:
    """Warn that a name is deprecated.

    Args:
        old: The deprecated name.
        new: The name to use.
        frames: Calls from here to the code that uses the old name, >= 1.
    """
    warnings.warn(f"{old} is deprecated; use {new}", DeprecationWarning, stacklevel=frames + 1)
