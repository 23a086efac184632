"""Writing measured difficulty into the manifest of a finished pack."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from envgen.core.errors import InputError
from envgen.packs.journal import JOURNAL, MANIFEST
from envgen.packs.manifest import TABLE, write_table
from envgen.packs.measured import KEY, Measured
from envgen.packs.pack import Pack
from envgen.packs.table import row


def check_writable(pack: Pack) -> None:
    """Refuse a pack in whose manifest nothing can be kept.

    Raises:
        InputError: It is a .zip or unfinished.
    """
    if not pack.path.is_dir():
        raise InputError(
            f"{pack.path} is a .zip, whose manifest can't be changed", "Unpack it, or leave out --write."
        )
    if not pack.complete or (pack.path / JOURNAL).exists():
        raise InputError(f"{pack.path} is unfinished", "Finish it by `envgen make … --resume`.")


def write_measured(pack: Pack, found: Mapping[int, Sequence[Measured]]) -> None:
    """Keep what was measured in manifest and table, atomically; earlier values of other policies stay.

    Args:
        pack: A folder.
        found: By index of the variant.

    Raises:
        InputError: It is a .zip or unfinished.
    """
    check_writable(pack)
    path = pack.path / MANIFEST
    data = json.loads(path.read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = data.pop("variants")
    for entry in entries:
        new = [asdict(measured) for measured in found.get(entry["index"], [])]
        names = {own["policy"] for own in new}  # one column of the table each
        kept = [own for own in entry.get(KEY, []) if own.get("policy") not in names]
        if new:
            entry[KEY] = [*kept, *new]
    part = path.with_name(f".{path.name}.part")
    with open(part, "w", encoding="utf-8") as file:  # laid out as `make` does it
        file.write("{\n")
        for key, value in data.items():
            file.write(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n")
        lines = (json.dumps(entry, separators=(", ", ": "), ensure_ascii=False) for entry in entries)
        file.write('  "variants": [' + ",".join(f"\n    {line}" for line in lines) + "\n  ]\n}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    write_table(lambda: map(row, entries), pack.path / TABLE)
