"""What a page may name of the disk: packs below the folder that is served, files of an EnvCfg there."""

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

DEEPEST = 3
"""Folders below the root in which packs are looked for."""
MOST = 500
HERE = "."
"""Name of a pack that is the folder itself."""
LISTED = "Name a pack below the folder that is served: /api/packs lists them."


class PackEntry(BaseModel):
    """A pack below the folder that is served.

    Attributes:
        name: Its path from there: what a `start` names.
        title: Name of its EnvCfg.
        prompt: That it was made from, if it was.
        variants: How many it has.
        seed: Of them, as text.
        complete: Whether all are there that were asked for.
        mujoco: Version that it was made with.
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
        """All packs, by name."""
        found: list[PackEntry] = []
        for path in self._paths():
            if len(found) == MOST:
                break
            found.append(self._entry(path))
        return sorted(found, key=lambda entry: entry.name)

    def pack(self, name: str) -> Path:
        """Where a pack is.

        Raises:
            InputError: The name leads out of the folder, or there is no such pack.
        """
        try:
            path = self.root.resolve() if name == HERE else self.inside(name)
        except InputError as error:
            raise InputError(error.cause.replace("the pack", "the folder"), LISTED) from None
        if not path.exists():
            known = [entry.name for entry in self.packs()]
            raise InputError(f"there is no pack {name[:200]!r} here", suggestion(name, known))
        return path

    def told(self, text: str) -> str:
        """An error as a page is told it: paths from the folder on, not where that lies."""
        root = self.root.resolve()
        return text.replace(f"{root}{os.sep}", "").replace(str(root), HERE) if root != root.parent else text

    def inside(self, name: str) -> Path:
        """A path below the folder, links resolved.

        Raises:
            InputError: It leads out of it.
        """
        path = (self.root / safe_name(name)).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise InputError(f"the link {name[:200]!r} leads out of the folder", "Name what is in it.")
        return path

    def prompt(self, text: str) -> str:
        """A prompt of a page with the robots' files that it names found below the folder.

        Raises:
            InputError: One of them is elsewhere.
        """
        return rewrite_paths(text, self._found)

    def _found(self, name: str) -> str:
        """Where a file that a page names is, from the current folder."""
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
        """A plain EnvCfg of a page with the files that it names found below the folder.

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
            table[key] = self._found(table[key])
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
                elif path.is_dir() and depth < DEEPEST and path.name not in ("node_modules", "variants"):
                    waiting.append((path, depth + 1))

    def _entry(self, path: Path) -> PackEntry:
        name = path.relative_to(self.root).as_posix() if path != self.root else HERE
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
    """Robots that are paths and that `references` has not named: how robots are found decides what is one."""
    robots = data.get("robots")
    for entry in robots if isinstance(robots, list) else ():
        model = entry.get("model") if isinstance(entry, dict) else None
        if not isinstance(model, str) or model.lower().endswith(".xml"):
            continue
        if model.lower().endswith(".mjcf") or "/" in model or "\\" in model:
            yield entry, "model"
