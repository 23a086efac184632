"""Reading packs."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, overload

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import EnvgenError, InputError
from envgen.packs.assets import Assets
from envgen.packs.recipe import ENV, SCHEMA
from envgen.packs.selection.columns import Columns
from envgen.packs.selection.expression import condition
from envgen.packs.selection.split import split
from envgen.packs.store import MissingFileError, Store, open_store
from envgen.packs.table import arrow_schema, arrow_tables, column_kinds, row
from envgen.packs.variant import PackVariant, stream_of


class Pack(Sequence[PackVariant]):
    """Validated variants on disk.

    Use `Pack.open`; `pack[17]` is a PackVariant, whose files are verified when they are first read. `filter`,
    `split` and `select` give views: packs of some of the variants, which keep their indices and lie in the
    same files.

    Args:
        store: Where its files are.
        manifest: Content of pack.json; of a view, with its variants only.
        is_view: Whether the manifest is not the one in the store.
        whole: Of a view, the entries of the whole pack.
    """

    def __init__(
        self,
        store: Store,
        manifest: dict[str, Any],
        *,
        is_view: bool = False,
        whole: list[dict[str, Any]] | None = None,
    ) -> None:
        self.store = store
        self.manifest = manifest
        self.is_view = is_view
        self._entries: list[dict[str, Any]] = manifest["variants"]
        self._whole = self._entries if whole is None else whole
        self.assets = Assets(store, manifest.get("assets", {}))

    @classmethod
    def open(cls, path: str | Path) -> Pack:
        """Open a folder or .zip.

        Raises:
            InputError: The path holds no pack, or one of another schema.
        """
        store = open_store(Path(path))
        try:
            manifest = json.loads(store.read("pack.json"))
        except (ValueError, RecursionError):
            raise InputError(f"{path}: pack.json is not valid JSON", "The pack is damaged.") from None
        except MissingFileError:
            raise InputError(
                f"{path} holds no finished pack",
                "Give a pack; if `envgen make` was killed, run it again with --resume.",
            ) from None
        _check_manifest(manifest, path)
        return cls(store, manifest)

    @property
    def path(self) -> Path:
        """Folder or .zip."""
        return self.store.path

    @property
    def name(self) -> str:
        """Name of the EnvCfg."""
        return str(self.manifest["name"])

    @property
    def seed(self) -> int:
        """Seed it was made with."""
        return int(self.manifest["seed"])

    @property
    def complete(self) -> bool:
        """True if all requested variants exist."""
        return bool(self.manifest["complete"])

    @cached_property
    def cfg(self) -> EnvCfg:
        """The EnvCfg that its variants were drawn from."""
        return cfgio.parse(self.manifest["cfg"], f"{self.path}/pack.json")

    @property
    def task(self) -> dict[str, Any]:
        """The task as data."""
        return dict(self.manifest["task"])

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, at: int) -> PackVariant: ...
    @overload
    def __getitem__(self, at: slice) -> list[PackVariant]: ...
    def __getitem__(self, at: int | slice) -> PackVariant | list[PackVariant]:
        if isinstance(at, slice):
            return [self._variant(entry) for entry in self._entries[at]]
        if not -len(self) <= at < len(self):
            raise IndexError(f"there is no variant at place {at} of {len(self)}")
        return self._variant(self._entries[at])

    def _variant(self, entry: dict[str, Any]) -> PackVariant:
        cell = entry["drawn"].get("terrain.cell", self.manifest["cfg"]["terrain"]["cell"])
        return PackVariant(self.store, entry, float(cell), self.assets, self.manifest)

    def __iter__(self) -> Iterator[PackVariant]:
        return (self[i] for i in range(len(self)))

    def stream_of(self, index: int) -> int:
        """Return the number of a variant's random streams, which a cycle of a sweep shares."""
        return stream_of(self.manifest, index)

    @property
    def selection(self) -> tuple[str, ...]:
        """Filters and splits that led from a whole pack to this view; empty for a whole pack."""
        return tuple(self.manifest.get("selection", ()))

    def select(self, places: Sequence[int], label: str = "selected") -> Pack:
        """Return a view of some of the variants.

        Args:
            places: Their places in this pack, as in `pack[place]`.
            label: Says how they were selected.

        Raises:
            InputError: There is no such place.
        """
        try:
            entries = [self._entries[place] for place in places]
        except (TypeError, IndexError):
            raise InputError(
                f"places must be integers below {len(self)}, got {repr(places)[:60]}",
                "They count from 0 in this pack; `filter` selects by values.",
            ) from None
        labels = [*self.selection, label]
        view = {**self.manifest, "count": len(entries), "selection": labels, "variants": entries}
        return Pack(self.store, view, is_view=True, whole=self._whole)

    def filter(self, expression: str) -> Pack:
        """Return a view of the variants that a condition holds for.

        Args:
            expression: Such as `difficulty < 0.5 and terrain_kind == 'stairs'`: comparisons, `in [...]`,
                `and`, `or`, `not`. Names are the columns of `to_table`, with underscores for dots and
                brackets, or exact in backquotes. A comparison with a value that a variant doesn't have is
                false.

        Raises:
            InputError: The expression is wrong; the message points at the place.
        """
        rows = [row(entry) for entry in self._entries]
        holds = condition(expression, Columns(rows or [row(entry) for entry in self._whole]))
        places = [place for place, values in enumerate(rows) if holds(values)]
        return self.select(places, " ".join(expression.split()))

    def split(self, train: float = 0.8, seed: int = 0) -> tuple[Pack, Pack]:
        """Return two views that share no variant, such as for training and test.

        Each kind of terrain has the same share in both. Variants that differ in the values of a sweep only
        stay together.

        Args:
            train: Share of the first view, in (0, 1).
            seed: The same seed gives the same views.

        Raises:
            InputError: The share or seed is out of range, or there are too few variants.
        """
        first, second = split(self._entries, train, seed, self.stream_of)
        label = f"split train={train} seed={seed}"
        return self.select(first, f"{label}: train"), self.select(second, f"{label}: test")

    def to_table(self) -> Any:
        """Return a `pyarrow.Table` with one row per variant: the columns of variants.parquet."""
        import pyarrow as pa  # 0.2 s to import: only where it is needed

        rows = [row(entry) for entry in self._entries]
        # a view without variants has the columns of its pack
        kinds = column_kinds(rows or [row(entry) for entry in self._whole])
        schema = arrow_schema(kinds)
        return pa.concat_tables([schema.empty_table(), *arrow_tables(iter(rows), kinds, schema)])

    def to_pandas(self) -> Any:
        """Return a `pandas.DataFrame` with one row per variant: the columns of variants.parquet.

        Raises:
            InputError: pandas is not installed.
        """
        if find_spec("pandas") is None:
            raise InputError(
                "to_pandas needs the package pandas",
                "Install it: pip install 'envgen[data]'. Or take to_table(), which does not need it.",
            )
        return self.to_table().to_pandas()

    def manifest_bytes(self) -> bytes:
        """Return the content of pack.json; for a view, with its variants only."""
        if not self.is_view:
            return self.store.read("pack.json")
        return (json.dumps(self.manifest, ensure_ascii=False, indent=1) + "\n").encode()

    def by_index(self, index: int) -> PackVariant:
        """Return the variant of an index.

        Raises:
            InputError: There is none.
        """
        for variant in self:
            if variant.index == index:
                return variant
        whole = not self.selection
        raise InputError(
            f"{self.path if whole else f'this view of {self.path}'} has no variant {index}",
            f"It has {len(self)}, counted from 0." if whole else f"It has {_listed(self._entries)}.",
        )

    def verify(self) -> None:
        """Verify every file.

        Raises:
            InputError: One is missing or was changed.
        """
        for variant in self:
            _ = variant.files
        self.assets.verify()

    def __repr__(self) -> str:
        view = f" ({'; '.join(self.selection)})" if self.selection else ""
        return f"<Pack {self.name}: {len(self)} variants{view}, seed {self.seed}, {self.path}>"

    def _repr_html_(self) -> str:
        from envgen.preview.html import pack_html

        worlds, damaged = [], []
        for variant in self[:12]:
            try:
                worlds.append((variant.index, variant.world()))
            except Exception as error:  # a notebook shows the other variants instead of a traceback
                cause = error.cause if isinstance(error, EnvgenError) else f"{type(error).__name__}: {error}"
                damaged.append(f"<div>variant {variant.index} can't be shown: {html.escape(cause)}</div>")
        prompt = str(self.manifest["prompt"] or "")
        return pack_html(self.name, len(self), self.seed, prompt, worlds) + "".join(damaged)


def _listed(entries: Sequence[dict[str, Any]]) -> str:
    shown = [str(entry["index"]) for entry in entries[:12]]
    return ", ".join(shown) + (f" and {len(entries) - 12} more" if len(entries) > 12 else "") or "none"


def _check_manifest(manifest: Any, path: str | Path) -> None:
    if not isinstance(manifest, dict) or not isinstance(manifest.get("variants"), list):
        raise InputError(
            f"{path}: pack.json must be an object with a list of variants", "Give a pack made by envgen."
        )
    if manifest.get("schema") != SCHEMA:
        raise InputError(
            f"{path} is of schema {manifest.get('schema')!r}, this envgen reads schema {SCHEMA}",
            "Use the version of envgen that made it, or make it again.",
        )
    for key, kind in _MANIFEST.items():
        if key not in manifest:
            raise InputError(f"{path}: pack.json lacks {key!r}", "The pack is damaged.")
        if not isinstance(manifest[key], kind):
            raise InputError(f"{path}: {key!r} in pack.json is of the wrong type", "The pack is damaged.")
    assets = manifest.get("assets", {})
    if not isinstance(assets, dict) or not all(isinstance(digest, str) for digest in assets.values()):
        raise InputError(f"{path}: the assets in pack.json are malformed", "The pack is damaged.")
    axes = manifest.get("sweep", [])
    if not isinstance(axes, list) or not all(
        isinstance(axis, dict) and isinstance(axis.get("values"), list) and axis["values"] for axis in axes
    ):
        raise InputError(f"{path}: the sweep in pack.json is malformed", "The pack is damaged.")
    cell = manifest["cfg"].get("terrain")
    cell = cell.get("cell") if isinstance(cell, dict) else None
    for entry in manifest["variants"]:
        if not isinstance(entry, dict) or not all(isinstance(entry.get(k), t) for k, t in _ENTRY.items()):
            raise InputError(f"{path}: an entry of pack.json is malformed", "The pack is damaged.")
        own = entry["drawn"].get("terrain.cell", cell)
        if not isinstance(own, int | float) or not 0 < own < math.inf or ENV not in entry["files"]:
            raise InputError(f"{path}: an entry of pack.json is malformed", "The pack is damaged.")


_MANIFEST: dict[str, Any] = {
    "name": str,
    "seed": int,
    "cfg": dict,
    "task": dict,
    "versions": dict,
    "complete": bool,
    "prompt": str | None,
}
_ENTRY: dict[str, Any] = {
    "index": int,
    "difficulty": int | float,
    "files": dict,
    "agents": list,
    "drawn": dict,
    "report": dict,
}
