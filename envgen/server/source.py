"""The argument of `serve` and `run`: a pack, a parameter file or a prompt."""

from __future__ import annotations

import re
from pathlib import Path

from envgen.core import cfgio
from envgen.core.errors import InputError
from envgen.packs.arguments import check_seed, is_file
from envgen.packs.journal import JOURNAL, MANIFEST
from envgen.packs.pack import Pack
from envgen.prompting.base import interpret
from envgen.server.messages import CfgSource, PackSource, PromptSource
from envgen.server.settings import Source


def source_of(argument: str | None) -> tuple[Path, Source | None]:
    """Return the folder to serve, and what a page begins with.

    Raises:
        InputError: The pack, file or prompt can't be used.
    """
    here = Path()
    if argument is None:
        return here, None
    path = Path(argument)
    if _is_folder(path) and not (path / MANIFEST).exists() and not (path / JOURNAL).exists():
        return path, None  # of packs, perhaps
    if _is_folder(path) or _is_zip(path):
        Pack.open(path)  # a damaged one is an error now
        within = path.resolve().is_relative_to(here.resolve())
        root = here if within else path.resolve().parent
        return root, PackSource(pack=path.resolve().relative_to(root.resolve()).as_posix())
    if path.name == MANIFEST and path.is_file():
        raise InputError(f"{argument} lists the files of a pack", f"Give its folder, {path.parent}.")
    if _means_pack(argument):
        raise InputError(
            f"there is no pack {argument}",
            "Give the folder or .zip of a pack; a prompt is words with spaces.",
        )
    if is_file(argument):
        return here, CfgSource(cfg=cfgio.dump(cfgio.load(path)))
    interpret(argument)
    return here, PromptSource(prompt=argument)


def seed_for(source: Source | None, seed: int | None) -> int:
    """Return the seed of the variants; 0 by default.

    Raises:
        InputError: It is out of range, or one is given for a pack, whose variants are made already.
    """
    if seed is not None and isinstance(source, PackSource):
        raise InputError("a pack has a seed of its own", "Leave --seed out, or give a prompt or a file.")
    return check_seed(seed or 0)


def _means_pack(argument: str) -> bool:
    """Return whether an argument looks like the path of a pack that does not exist, not like a prompt.

    Otherwise `packs/ants-on-hills`, mistyped, would run as ants on hills.
    """
    text = argument.replace("\\", "/")
    if re.search(r"\s", text) or not text or _is_readable(argument):
        return False
    if text.lower().endswith(".zip") or text.startswith(("./", "../", "/", "~/")):
        return True
    head, slash, _ = text.rstrip("/").rpartition("/")
    return bool(slash and _is_folder(Path(head))) or bool(re.search(r"[a-z]-s[0-9]+$", text))


def _is_readable(argument: str) -> bool:
    """Return whether it is the path of a parameter file, robot or heightmap."""
    return is_file(argument) or argument.lower().endswith((".xml", ".mjcf", ".png", ".npy"))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # too long or not possible as a path
        return False


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and path.is_file()
