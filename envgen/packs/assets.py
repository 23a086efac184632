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
"""Path of the assets in an env.xml, from its own folder."""


def copy_shared_files(folder: Path, shared: Mapping[str, str]) -> None:
    """Copy missing files, each one atomically.

    Args:
        folder: Folder of the pack.
        shared: Path of each file, by its name among the assets.

    Raises:
        OSError: A file can't be written.
    """
    for name, source in shared.items():
        target = folder / FOLDER / name
        if target.is_file() and target.stat().st_size == os.path.getsize(source):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        shutil.copyfile(source, part)
        os.replace(part, target)


def asset_digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file among the assets of a pack, by its name there."""
    base = folder / FOLDER
    files = sorted(path for path in base.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(base).as_posix(): _digest(path.read_bytes()) for path in files}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Assets:
    """The shared files of a pack, for reading.

    Args:
        store: Store of the pack.
        digests: SHA-256 by name, from its manifest.
    """

    def __init__(self, store: Store, digests: Mapping[str, str]) -> None:
        self._store = store
        self._digests = digests
        self._verified: set[str] = set()

    @property
    def names(self) -> set[str]:
        """Names of the assets as in an env.xml."""
        return {PREFIX + name for name in self._digests}

    def read(self, name: str) -> bytes:
        """Return the verified content of an asset.

        Args:
            name: Its name among the assets.

        Raises:
            InputError: It is missing or was changed.
        """
        path = f"{FOLDER}/{name}"
        content = self._store.read(path)
        if _digest(content) != self._digests[name]:
            raise InputError(
                f"{self._store.path}: {path} differs from what the pack was made with",
                "Make the pack again: `envgen make … --resume` replaces what is missing.",
            )
        self._verified.add(name)
        return content

    def verify(self) -> None:
        """Verify every asset that was not read yet.

        Raises:
            InputError: One is missing or was changed.
        """
        for name in self._digests:
            if name not in self._verified:
                self.read(name)

    def resolve(self, text: str) -> tuple[str, dict[str, bytes]]:
        """Return an env.xml that can be compiled from memory, and the contents of the files that it needs.

        In a folder the assets get their full paths: MuJoCo caches meshes that it read from a file, so the
        next variant compiles a hundred times faster.

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
