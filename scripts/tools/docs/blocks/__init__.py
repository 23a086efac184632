"""Generated blocks of the pages: `block_NAME` in any file of this folder returns the block NAME."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from tools.docs.errors import DocError


def block(name: str) -> str:
    """Return the Markdown of a generated block.

    Raises:
        DocError: No file of this folder defines the block.
    """
    for module in _modules():
        if write := getattr(module, f"block_{name}", None):
            return str(write())
    raise DocError(
        f"there is no generated block {name!r}: add block_{name} to a file of scripts/tools/docs/blocks"
    )


@cache
def _modules() -> list[object]:
    return [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
