"""Variants are numbered."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from envgen.testing.base import Case, PackPromise, register


@register
class Indices(PackPromise):
    """Indices are unique and ascend from 0, and the manifest counts what there is."""

    kind: ClassVar[str] = "indices"
    order: ClassVar[int] = 5

    def check(self, case: Case) -> None:
        pack = case.pack
        indices = [variant.index for variant in pack]
        twice = [index for index, count in Counter(indices).items() if count > 1]
        assert not twice, f"the index {twice[0]} is there twice"
        assert indices == sorted(indices), f"indices must ascend, got {indices[:20]}"
        assert not indices or indices[0] >= 0, f"indices must be >= 0, got {indices[0]}"
        count = pack.manifest.get("count", len(pack))
        assert len(pack) <= count, f"it has {len(pack)} variants, its manifest says {count}"
        assert len(pack) == count or not pack.complete, (
            f"it has {len(pack)} variants of {count}, but says that it is complete"
        )
