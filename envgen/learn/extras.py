"""Packages that training and its evaluation need and that `pip install envgen` leaves out."""

from __future__ import annotations

from importlib.util import find_spec

from envgen.core.errors import InputError

REMEDY = "Install it: pip install 'envgen[train]'."


def require(purpose: str, *modules: str) -> None:
    """Refuse to begin without some packages; none of them is imported.

    Args:
        purpose: What needs them, for the message.
        modules: Their top modules.

    Raises:
        InputError: One is missing; the remedy names the extra.
    """
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        noun = "package" if len(missing) == 1 else "packages"
        raise InputError(f"{purpose} needs the {noun} {', '.join(missing)}", REMEDY)
