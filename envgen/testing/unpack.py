"""A pack as files in a folder, for whatever loads it by its path."""

from __future__ import annotations

from pathlib import Path

from envgen.packs.assets import FOLDER
from envgen.packs.pack import Pack
from envgen.packs.recipe import variant_folder


def unpack(pack: Pack, folder: Path) -> Path:
    """Return a folder with the files of a pack: its own, or for a .zip the given one after writing them.

    Args:
        pack: The pack.
        folder: Empty.

    Raises:
        InputError: A file is missing or was changed.
    """
    if pack.path.is_dir():
        return pack.path
    contents = {
        f"{variant_folder(variant.index)}/{name}": content
        for variant in pack
        for name, content in variant.files.items()
    }
    contents |= {f"{FOLDER}/{name}": pack.assets.read(name) for name in pack.manifest.get("assets", {})}
    for name, content in contents.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder
