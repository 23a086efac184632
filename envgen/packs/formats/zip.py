"""A pack as one .zip, which `Pack.open` reads directly."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from envgen.core.errors import InputError
from envgen.packs.assets import FOLDER
from envgen.packs.formats.base import Format, register
from envgen.packs.manifest import readme
from envgen.packs.pack import Pack
from envgen.packs.recipe import variant_folder

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Fixed time of all files, so that the bytes don't depend on when it is made."""


@register
class Zip(Format):
    """All files of the pack, compressed."""

    kind: ClassVar[str] = "zip"
    suffix: ClassVar[str] = ".zip"

    def write(self, pack: Pack, target: Path, progress: Callable[[int], None]) -> None:
        part = target.with_name(f".{target.name}.part")
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                _add(archive, "pack.json", pack.manifest_bytes())
                for name, content in _companions(pack):
                    _add(archive, name, content)
                for name in pack.manifest.get("assets", {}):
                    _add(archive, f"{FOLDER}/{name}", pack.assets.read(name))
                for done, variant in enumerate(pack, 1):
                    for name, content in variant.files.items():
                        _add(archive, f"{variant_folder(variant.index)}/{name}", content)
                    progress(done)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)


def _companions(pack: Pack) -> Iterator[tuple[str, bytes]]:
    """README and table: those of the pack as far as it has them, or those of a view."""
    if pack.is_view:
        import pyarrow.parquet as pq  # 0.2 s to import: only where it is needed

        buffer = io.BytesIO()
        pq.write_table(pack.to_table(), buffer, compression="zstd")
        yield "README.md", readme(pack.manifest, len(pack)).encode()
        yield "variants.parquet", buffer.getvalue()
        return
    for name in ("README.md", "variants.parquet"):
        with suppress(InputError):
            yield name, pack.store.read(name)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, content)
