"""Registries: the kinds of a family, found by a scan of its package and by entry points.

Built-in and third-party kinds are registered in the same way: by a class decorator in an imported module.
The scan skips modules called `base` and those that begin with an underscore, which hold shared code.
The families are named here so that `core` can check an EnvCfg against them without importing them.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from envgen.core.errors import EnvgenError, InputError, PluginWarning, suggestion

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
        self._failure: tuple[str, str] | None = None
        """Cause and remedy of an import that failed: every later use fails alike."""

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
            if self._failure:
                raise EnvgenError(*self._failure)
            if self._loading:
                return  # a kind that is being loaded asks for the others
            self._loading = True
            try:
                self._import_built_ins()
                self._load_entry_points()
            except EnvgenError as error:
                self._failure = (error.cause, error.remedy)
                raise
            self._loaded = True

    def _import_built_ins(self) -> None:
        """Import every module of the package.

        Raises:
            EnvgenError: One can't be imported; half a family would make known kinds unknown.
        """
        name = self.package
        try:
            package = importlib.import_module(name)
            for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
                if module.name != "base" and not module.name.startswith("_"):
                    name = f"{self.package}.{module.name}"
                    importlib.import_module(name)
        except EnvgenError:
            raise
        except Exception as error:
            raise EnvgenError(
                f"the {self.family} module {name} can't be imported: {type(error).__name__}: {error}",
                f"Run envgen with the Python that it is installed in; this is {sys.executable}.",
            ) from error

    def _load_entry_points(self) -> None:
        """Load what installed packages add; one that fails is left out with a PluginWarning."""
        for entry in sorted(entry_points(group=self.package), key=lambda e: e.name):
            try:
                found: Callable[[], object] | object = entry.load()
                if callable(found) and not isinstance(found, type):
                    found()
            except EnvgenError:  # two kinds of one name: which is meant can't be known
                raise
            except Exception as error:
                source = f" of {entry.dist.name}" if entry.dist else ""
                message = f"the {self.family} plug-in {entry.name!r}{source} is left out"
                warnings.warn(f"{message}: {type(error).__name__}: {error}", PluginWarning, stacklevel=2)
