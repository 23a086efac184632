"""The journal of a pack in the making: a line for each finished variant, in order of readiness.

It is what a killed run goes on from, and what the manifest is written from: the parent process keeps the
offset of each line and nothing else, so that its memory doesn't grow with the pack.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from envgen.core.errors import InputError
from envgen.packs.recipe import Recipe, variant_folder

NAME = "journal.jsonl"
MANIFEST = "pack.json"


class Journal:
    """The finished variants of a folder.

    Args:
        folder: Of the pack.
        recipe: That the variants must be of.

    Raises:
        InputError: The folder holds variants of another recipe.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder = folder
        self.path = folder / NAME
        self.header = recipe.header()
        self._at: dict[int, int] = {}
        self._file: BinaryIO | None = None

    def __contains__(self, index: object) -> bool:
        return index in self._at

    def __len__(self) -> int:
        return len(self._at)

    def __enter__(self) -> Journal:
        known = list(self._earlier())
        # written anew: a line that a kill cut off is gone, and so are variants that were damaged
        self._file = open(self.path, "wb+")  # noqa: SIM115  (closed in __exit__)
        self._file.write(json.dumps(self.header).encode() + b"\n")
        for line in known:
            self.add(json.loads(line)["index"], line)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

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
        """Index and entry of each finished variant, in the order of the indices."""
        assert self._file is not None
        for index in sorted(self._at):
            self._file.seek(self._at[index])
            yield index, self._file.readline().decode().rstrip("\n")

    def _earlier(self) -> Iterator[str]:
        """Entries of an earlier run that are of this recipe and whose files are whole."""
        for line in self._stored():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # cut off by a kill
            if whole(self.folder, entry):
                yield line

    def _stored(self) -> Iterator[str]:
        if self.path.exists():
            lines = self.path.read_text(encoding="utf-8").splitlines()
            if lines:
                self._same(_loads(lines[0]))
            yield from lines[1:]
        elif (self.folder / MANIFEST).exists():
            data = _loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
            variants = data.pop("variants", [])
            self._same({key: data.get(key) for key in self.header})
            yield from (json.dumps(entry, separators=(", ", ": "), ensure_ascii=False) for entry in variants)

    def _same(self, header: dict[str, Any]) -> None:
        ours = json.loads(json.dumps(self.header))
        different = sorted(key for key in ours if header.get(key) != ours[key])
        if different:
            raise InputError(
                f"{self.folder} holds a pack of another recipe (other {', '.join(different)})",
                "Give another --out, or the prompt, seed and options that it was made with.",
            )


def _loads(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    return data if isinstance(data, dict) else {}


def whole(folder: Path, entry: dict[str, Any]) -> bool:
    """Whether the files of a variant are there, with the content that its entry says."""
    base = folder / variant_folder(entry["index"])
    try:
        return all(
            hashlib.sha256((base / name).read_bytes()).hexdigest() == digest
            for name, digest in entry["files"].items()
        )
    except OSError:
        return False
