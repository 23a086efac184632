"""The journal of an unfinished pack: a line for each finished variant, in order of completion.

A killed run is resumed from it, and the manifest is written from it. The parent process keeps only the offset
of each line, so its memory hardly grows with the pack.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from envgen.core.errors import InputError, WorkError
from envgen.packs.recipe import Recipe, variant_folder

JOURNAL = "journal.jsonl"
CANDIDATES = "candidates.jsonl"
"""The candidates of an unfinished pack of which some are selected."""
MANIFEST = "pack.json"


class Journal:
    """The finished variants of a folder.

    Args:
        folder: Folder of the pack.
        recipe: Recipe that the variants must have.

    Raises:
        InputError: The folder holds variants of another recipe.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder, self.recipe = folder, recipe
        self.path = folder / JOURNAL
        self.header = recipe.header()
        self._at: dict[int, int] = {}
        self._file: BinaryIO | None = None
        self._new = False

    def __contains__(self, index: object) -> bool:
        return index in self._at

    def __len__(self) -> int:
        return len(self._at)

    @property
    def last(self) -> int:
        """Greatest finished index, -1 if there is none."""
        return max(self._at, default=-1)

    def __enter__(self) -> Journal:
        # rewritten: drops a line that a kill cut off, and damaged variants
        part = self.path.with_name(f".{JOURNAL}.part")
        self._new = not self.path.exists()
        try:
            self._file = open(part, "wb+")
            self._file.write(json.dumps(self.header).encode() + b"\n")
            for line in self._intact_lines():
                self.add(json.loads(line)["index"], line)
            self._file.flush()
            os.replace(part, self.path)  # until here, a kill or a full disk leaves the earlier journal
        except BaseException as error:
            self.__exit__()
            part.unlink(missing_ok=True)
            if not isinstance(error, OSError):
                raise
            raise WorkError(
                f"{self.path} can't be written: {error.strerror}",
                "Make room, then run the same command with --resume.",
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            with suppress(OSError):  # `add` has reported a full disk
                self._file.close()

    def withdraw(self) -> None:
        """Restore the folder: remove a new journal and, if nothing was ever made, the folders."""
        self.__exit__()
        if self._new:
            self.path.unlink(missing_ok=True)
            if not (self.folder / MANIFEST).exists():
                with suppress(OSError):  # not empty
                    (self.folder / CANDIDATES).unlink(missing_ok=True)
                    for part in ("variants", "."):
                        (self.folder / part).resolve().rmdir()

    def add(self, index: int, line: str) -> None:
        """Append the entry of a finished variant.

        Raises:
            OSError: It can't be written.
        """
        assert self._file is not None
        at = self._file.seek(0, os.SEEK_END)
        self._file.write(line.encode() + b"\n")
        self._file.flush()
        self._at[index] = at

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield index and entry of each finished variant, by index."""
        assert self._file is not None
        for index in sorted(self._at):
            self._file.seek(self._at[index])
            yield index, self._file.readline().decode().rstrip("\n")

    def _intact_lines(self) -> Iterator[str]:
        """Yield entries of an earlier run of this recipe whose files are intact."""
        for line in self._stored_lines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # cut off by a kill
            if isinstance(entry, dict) and is_intact(self.folder, entry):
                yield line

    def _stored_lines(self) -> Iterator[str]:
        if self.path.exists():
            lines = self.path.read_text(encoding="utf-8", errors="replace").split("\n")
            if header := _parse_object(lines[0]):  # else a kill cut off the first line
                self._require_same_recipe(header)
                yield from lines[1:]
        elif (self.folder / MANIFEST).exists():
            data = _parse_object((self.folder / MANIFEST).read_text(encoding="utf-8"))
            variants = data.pop("variants", [])
            self._require_same_recipe({key: data.get(key) for key in {*self.header, "select"}})
            yield from (json.dumps(entry, separators=(", ", ": "), ensure_ascii=False) for entry in variants)

    def _require_same_recipe(self, header: dict[str, Any]) -> None:
        ours = json.loads(json.dumps(self.header))
        different = sorted(key for key in {*ours, "select"} if header.get(key) != ours.get(key))
        if different:
            raise InputError(
                f"{self.folder} holds a pack of another recipe (different {', '.join(different)})",
                "Give another --out, or the prompt, seed and options that it was made with.",
            )


def _parse_object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    return data if isinstance(data, dict) else {}


def is_intact(folder: Path, entry: dict[str, Any]) -> bool:
    """Return whether the files of a variant exist with the contents that its entry states."""
    try:
        base = folder / variant_folder(entry["index"])
        return all(
            hashlib.sha256((base / name).read_bytes()).hexdigest() == digest
            for name, digest in entry["files"].items()
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):  # missing, or not an entry
        return False
