"""The base of all export formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from envgen.core.registry import Registry
from envgen.packs.pack import Pack

FORMATS: Registry[type[Format]] = Registry("format", "envgen.packs.formats")
register = FORMATS.register


class Format(ABC):
    """An export format of a pack.

    Attributes:
        kind: Public name.
        suffix: Suffix of the default name of the target.
    """

    kind: ClassVar[str]
    suffix: ClassVar[str]

    @abstractmethod
    def write(self, pack: Pack, target: Path, progress: Callable[[int], None]) -> None:
        """Write the pack to a target that does not exist yet.

        Args:
            pack: What to export.
            target: File or folder.
            progress: Called with the number of variants done.
        """
