"""Files that all variants of a pack share: meshes and textures of their robots, stored once."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from envgen.core.errors import InputError
from envgen.packs.store import FolderStore, Store

FOLDER = "assets"
PREFIX = "../../assets/"
"""How an env.xml names them, from its own folder."""


def keep(folder: Path, shared: Mapping[str, str]) -> None:
    """Copy what is not there yet, each file all or nothing.

    Args:
        folder: Of the pack.
        shared: Where each file is now, by its name among the assets.

    Raises:
        OSError: It can't be written.
    """
    for name, source in shared.items():
        target = folder / FOLDER / name
        if target.is_file() and target.stat().st_size == os.path.getsize(source):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        shutil.copyfile(source, part)
        os.replace(part, target)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file among the assets of a pack, by its name there."""
    base = folder / FOLDER
    files = sorted(path for path in base.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(base).as_posix(): _digest(path.read_bytes()) for path in files}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Assets:
    """The shared files of a pack that is read.

    Args:
        store: Of the pack.
        digests: SHA-256 by name, from its manifest.
    """

    def __init__(self, store: Store, digests: Mapping[str, str]) -> None:
        self._store = store
        self._digests = digests
        self._verified: set[str] = set()

    @property
    def names(self) -> set[str]:
        """As an env.xml names them."""
        return {PREFIX + name for name in self._digests}

    def read(self, name: str) -> bytes:
        """The content of one, verified.

        Args:
            name: Among the assets.

        Raises:
            InputError: It is missing or was changed.
        """
        path = f"{FOLDER}/{name}"
        content = self._store.read(path)
        if _digest(content) != self._digests[name]:
            raise InputError(
                f"{self._store.path}: {path} is not what the pack was made with",
                "Make the pack again: `envgen make … --resume` replaces what is missing.",
            )
        self._verified.add(name)
        return content

    def verify(self) -> None:
        """Read each once.

        Raises:
            InputError: One is missing or was changed.
        """
        for name in self._digests:
            if name not in self._verified:
                self.read(name)

    def resolve(self, text: str) -> tuple[str, dict[str, bytes]]:
        """An env.xml that can be compiled from memory, and the contents that it needs for that.

        In a folder its assets are named by their full paths: MuJoCo keeps meshes that it has read from a
        file, so that the next variant compiles a hundred times faster.

        Raises:
            InputError: One is missing or was changed.
        """
        if not self._digests or PREFIX not in text:
            return text, {}
        self.verify()
        if isinstance(self._store, FolderStore):
            base = (self._store.path / FOLDER).resolve().as_posix()
            return text.replace(f'file="{PREFIX}', f'file="{base}/'), {}
        return text, {PREFIX + name: self.read(name) for name in self._digests}
