"""Files are what the manifest says."""

from __future__ import annotations

from typing import ClassVar

from envgen.testing.base import Case, PackPromise, register


@register
class Files(PackPromise):
    """Every file is there and has the SHA-256 that the manifest names."""

    kind: ClassVar[str] = "files"
    order: ClassVar[int] = 10

    def check(self, case: Case) -> None:
        case.pack.verify()
