"""Registries: the kinds of a family, found by a scan of its package and by entry points.

Built-in and third-party kinds are registered in the same way: by a class decorator in an imported module.
The scan skips modules called `base` and those that begin with an underscore, which hold shared code.
"""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from envgen.core.errors import EnvgenError, InputError, suggestion

T = TypeVar("T")
_LOADING = threading.RLock()
"""Held while a family is loaded, so that other threads never see a part of it."""


class Registry(Generic[T]):
    """The kinds of one family by name, loaded on first use.

    Args:
        family: Singular noun for messages, such as `terrain`.
        package: Package whose modules hold the built-in kinds, one kind a file.
    """

    def __init__(self, family: str, package: str) -> None:
        self.family = family
        self.package = package
        self.finder: Callable[[str], T | None] | None = None
        """Finds kinds that are not registered, such as a robot by its path; returns None if it can't."""
        self._kinds: dict[str, T] = {}
        self._loading = self._loaded = False

    def add(self, name: str, kind: T) -> None:
        """Register a kind.

        Raises:
            EnvgenError: The name is taken.
        """
        if name in self._kinds:
            raise EnvgenError(
                f"two {self.family} kinds are called {name!r}",
                "Rename one: names must be unique.",
            )
        self._kinds[name] = kind

    def register(self, kind: T) -> T:
        """Class decorator: register a class under its `kind` attribute."""
        self.add(str(getattr(kind, "kind")), kind)  # noqa: B009  (T has no such attribute statically)
        return kind

    def get(self, name: str) -> T:
        """Return the kind of a name.

        Raises:
            InputError: There is none; the remedy names the nearest.
        """
        self._load()
        if name in self._kinds:
            return self._kinds[name]
        found = self.finder(name) if self.finder else None
        if found is None:
            raise InputError(f"unknown {self.family} {name!r}", suggestion(name, self._kinds))
        return found

    def names(self) -> list[str]:
        """Return all names, sorted."""
        self._load()
        return sorted(self._kinds)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        self._load()
        return iter(sorted(self._kinds.items()))

    def __contains__(self, name: object) -> bool:
        self._load()
        return name in self._kinds

    def _load(self) -> None:
        if self._loaded:
            return
        with _LOADING:
            if not self._loading:  # else a kind reads the registry while it is being loaded
                self._loading = True
                self._import()
                self._loaded = True

    def _import(self) -> None:
        package = importlib.import_module(self.package)
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
            if module.name != "base" and not module.name.startswith("_"):
                importlib.import_module(f"{self.package}.{module.name}")
        for entry in sorted(entry_points(group=self.package), key=lambda e: e.name):
            found: Callable[[], object] | object = entry.load()
            if callable(found) and not isinstance(found, type):
                found()
