"""The output folder of a pack."""

from __future__ import annotations

import shutil
from pathlib import Path

from envgen.core.errors import InputError
from envgen.packs.journal import JOURNAL, MANIFEST


def prepare(folder: Path, *, resume: bool, overwrite: bool) -> None:
    """Create the folder, or check that its contents may be continued or replaced.

    Raises:
        InputError: It holds something else, or can't be written.
    """
    try:
        there = folder.is_dir() and any(folder.iterdir())
        pack = (folder / MANIFEST).exists() or (folder / JOURNAL).exists()
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file", "Give a folder as --out.")
        if there and not pack:
            raise InputError(f"{folder} is not empty and does not hold a pack", "Give another --out.")
        if there and not (resume or overwrite):
            raise InputError(
                f"{folder} holds a pack already",
                "Give --resume to continue it, --overwrite to replace it, or another --out.",
            )
        if there and overwrite and not resume:
            _clear(folder)
        (folder / "variants").mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{folder} can't be written: {reason}", "Give another --out.") from None


def _clear(folder: Path) -> None:
    for name in ("variants", "assets"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
