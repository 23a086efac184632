"""The environment `envgen/Pack-v0`, registered with Gymnasium as soon as both are imported.

Gymnasium reads no entry points since 1.0: packages register what they have when they are imported. envgen
does not need Gymnasium, which takes a quarter of a second to import, so it waits until others import it.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

ID = "envgen/Pack-v0"


def register() -> None:
    """Register the environment, if that is not done yet."""
    import gymnasium

    if ID not in gymnasium.registry:
        gymnasium.register(
            id=ID,
            entry_point="envgen.envs.single:PackEnv",
            vector_entry_point="envgen.envs.vector:PackVectorEnv",
        )


def register_with_gymnasium() -> None:
    """Register now if Gymnasium is imported already, else after its import."""
    if hasattr(sys.modules.get("gymnasium"), "registry"):
        register()
    elif not any(isinstance(finder, _AfterGymnasium) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterGymnasium())


class _AfterGymnasium(MetaPathFinder):
    """Finds Gymnasium where the other finders do, and registers when it has been executed."""

    def __init__(self) -> None:
        self._searching = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "gymnasium" or self._searching:
            return None
        self._searching = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._searching = False
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_register(module: ModuleType) -> None:
                execute(module)
                register()

            spec.loader.exec_module = execute_and_register  # type: ignore[method-assign]
        return spec
