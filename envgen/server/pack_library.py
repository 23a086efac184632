"""The packs and files below the served folder that a page may name."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from envgen.core import cfgio
from envgen.core.errors import EnvgenError, InputError, suggestion
from envgen.packs.journal import MANIFEST
from envgen.packs.pack import Pack
from envgen.packs.store import safe_name
from envgen.prompting.references import rewrite_paths

MAX_DEPTH = 3
"""Levels of folders below the root in which packs are looked for."""
MAX_PACKS = 500
"""Most packs that are listed."""
ROOT_NAME = "."
"""Name of a pack that is the folder itself."""
_REMEDY = "Name a pack below the folder that is served: /api/packs lists them."


class PackEntry(BaseModel):
    """A pack below the folder that is served.

    Attributes:
        name: Its path from there, as `start` takes it.
        title: Name of its EnvCfg.
        prompt: Prompt that it was made from, if any.
        variants: Number of variants.
        seed: Seed of the variants, as text.
        complete: Whether every variant that was asked for is there.
        mujoco: Version of MuJoCo that it was made with.
        error: Why it can't be used, if it can't.
    """

    name: str
    title: str = ""
    prompt: str | None = None
    variants: int = 0
    seed: str = "0"
    complete: bool = False
    mujoco: str = ""
    error: str | None = None


@dataclass(eq=False)
class PackLibrary:
    """The folder that is served.

    Attributes:
        root: The folder.
    """

    root: Path
    _known: dict[Path, tuple[tuple[int, int], PackEntry]] = field(default_factory=dict)

    def packs(self) -> list[PackEntry]:
        """Return all packs, by name."""
        found: list[PackEntry] = []
        for path in self._paths():
            if len(found) == MAX_PACKS:
                break
            found.append(self._entry(path))
        return sorted(found, key=lambda entry: entry.name)

    def pack(self, name: str) -> Path:
        """Return the path of a pack.

        Raises:
            InputError: The name leads out of the folder, or there is no such pack.
        """
        try:
            path = self.root.resolve() if name == ROOT_NAME else self.inside(name)
        except InputError as error:
            raise InputError(error.cause.replace("the pack", "the folder"), _REMEDY) from None
        if not path.exists():
            known = [entry.name for entry in self.packs()]
            raise InputError(f"there is no pack {name[:200]!r} here", suggestion(name, known))
        return path

    def redact(self, text: str) -> str:
        """Return an error text with paths relative to the folder, hiding where that lies."""
        root = self.root.resolve()
        return (
            text.replace(f"{root}{os.sep}", "").replace(str(root), ROOT_NAME) if root != root.parent else text
        )

    def inside(self, name: str) -> Path:
        """Return a path below the folder, links resolved.

        Raises:
            InputError: It leads out of it.
        """
        path = (self.root / safe_name(name)).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise InputError(f"the link {name[:200]!r} leads out of the folder", "Name what is in it.")
        return path

    def prompt(self, text: str) -> str:
        """Return a prompt with the robot files that it names resolved below the folder.

        Raises:
            InputError: One of them is elsewhere.
        """
        return rewrite_paths(text, self._resolve)

    def _resolve(self, name: str) -> str:
        """Return the path of a file that a page names, from the current folder."""
        try:
            path = self.inside(name)
        except InputError:
            raise InputError(
                f"the file {name[:200]!r} is not below the folder that is served",
                "Start `envgen serve` in the folder that holds it, and name it from there.",
            ) from None
        found = os.path.relpath(path)
        if found.startswith("~"):  # a folder of that name here, not somebody's home
            return str(path)
        return name if os.path.normpath(name) == found else found

    def cfg(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return a plain EnvCfg with the files that it names resolved below the folder.

        Raises:
            InputError: One of them is elsewhere: a page can't make the server read that.
        """
        try:
            data = copy.deepcopy(data)
        except RecursionError:
            raise InputError(
                "the configuration is nested too deeply", "See `envgen schema` for all keys."
            ) from None
        for table, key in [*cfgio.references(data), *_robots(data)]:
            table[key] = self._resolve(table[key])
        return data

    def _paths(self) -> Iterator[Path]:
        waiting = [(self.root, 0)]
        while waiting:
            folder, depth = waiting.pop(0)
            if (folder / MANIFEST).is_file():
                yield folder
                continue
            try:
                below = sorted(folder.iterdir())
            except OSError:
                continue
            for path in below:
                if path.name.startswith(".") or path.is_symlink():
                    continue
                if path.suffix == ".zip" and path.is_file():
                    yield path
                elif path.is_dir() and depth < MAX_DEPTH and path.name not in ("node_modules", "variants"):
                    waiting.append((path, depth + 1))

    def _entry(self, path: Path) -> PackEntry:
        name = path.relative_to(self.root).as_posix() if path != self.root else ROOT_NAME
        try:
            about = (path / MANIFEST if path.is_dir() else path).stat()
            state = about.st_mtime_ns, about.st_size
            if path in self._known and self._known[path][0] == state:
                return self._known[path][1]
            pack = Pack.open(path)
            entry = PackEntry(
                name=name,
                title=pack.name,
                prompt=pack.manifest["prompt"],
                variants=len(pack),
                seed=str(pack.seed),
                complete=pack.complete,
                mujoco=str(pack.manifest["versions"].get("mujoco", "")),
            )
            self._known[path] = state, entry
        except EnvgenError as error:
            entry = PackEntry(name=name, error=error.cause)
        except OSError as error:
            entry = PackEntry(name=name, error=str(error.strerror))
        return entry


def _robots(data: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the robots that are paths and that `references` has not named."""
    robots = data.get("robots")
    for entry in robots if isinstance(robots, list) else ():
        model = entry.get("model") if isinstance(entry, dict) else None
        if not isinstance(model, str) or model.lower().endswith(".xml"):
            continue
        if model.lower().endswith(".mjcf") or "/" in model or "\\" in model:
            yield entry, "model"
