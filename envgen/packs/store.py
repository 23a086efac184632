"""Reading the files of a pack from a folder or a zip; paths that lead out of it are refused."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Protocol

from envgen.core.errors import InputError

MAX_FILE = 512_000_000
"""Largest file that is read from a zip, in bytes; its header may lie."""


class MissingFileError(InputError):
    """A file that is not in the pack."""


class Store(Protocol):
    """The files of a pack."""

    path: Path

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            InputError: It is missing, unreadable or outside the pack.
        """


def safe_name(name: str) -> PurePosixPath:
    """Return the path of a name inside the pack.

    Raises:
        InputError: It is absolute, has a drive or a backslash, or leads upwards.
    """
    path = PurePosixPath(name)
    if (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or ":" in name
        or "\0" in name
        or not path.parts
    ):
        raise InputError(
            f"the name {name!r} leads out of the pack", "Don't use this pack: it may be an attack."
        )
    return path


class FolderStore:
    """A pack in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> bytes:
        target = self.path / safe_name(name)
        if not target.resolve().is_relative_to(self.path.resolve()):
            raise InputError(f"the link {name!r} leads out of the pack", "Don't use this pack.")
        try:
            return target.read_bytes()
        except FileNotFoundError as error:
            raise MissingFileError(
                f"{target} can't be read: {error.strerror}", "The pack is damaged."
            ) from None
        except OSError as error:
            raise InputError(f"{target} can't be read: {error.strerror}", "The pack is damaged.") from None


class ZipStore:
    """A pack in a zip file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise InputError(
                f"a pack must be a folder or a .zip, got {path}: {error}", "Give a pack made by envgen."
            ) from None
        for info in self._zip.infolist():
            safe_name(info.filename)
        names = [info.filename for info in self._zip.infolist()]
        if len(set(names)) != len(names):
            raise InputError(f"{path} holds a name twice", "Don't use this pack: it may be an attack.")

    def __reduce__(self) -> tuple[type[ZipStore], tuple[Path]]:
        return ZipStore, (self.path,)  # an open file can't be copied or pickled

    def read(self, name: str) -> bytes:
        try:
            with self._zip.open(str(safe_name(name))) as file:
                content = file.read(MAX_FILE + 1)
        except KeyError:
            raise MissingFileError(f"{self.path} has no file {name!r}", "The pack is damaged.") from None
        except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
            raise InputError(
                f"{self.path}: {name!r} can't be read: {error}", "The pack is damaged."
            ) from None
        if len(content) > MAX_FILE:
            raise InputError(f"{self.path}: {name!r} is over {MAX_FILE // 10**6} MB", "Don't use this pack.")
        return content


def open_store(path: Path) -> Store:
    """Open the store at a path.

    Raises:
        InputError: There is no pack.
    """
    if path.is_dir():
        return FolderStore(path)
    if path.is_file():
        return ZipStore(path)
    raise InputError(f"there is no pack {path}", "Give the folder or .zip of a pack.")
