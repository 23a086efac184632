"""The base of all promises that packs keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from envgen.core.registry import Registry
from envgen.packs.pack import Pack
from envgen.packs.recipe import ENV, variant_folder
from envgen.packs.variant import PackVariant

PROMISES: Registry[type[Promise]] = Registry("promise", "envgen.testing.promises")
register = PROMISES.register


class NotApplicable(Exception):
    """A promise that says nothing of this pack, with the reason."""


@dataclass(frozen=True, eq=False)
class Case:
    """A pack under test.

    Attributes:
        pack: The pack.
        unpacked: Returns a folder with its files.
    """

    pack: Pack
    unpacked: Callable[[], Path]

    @cached_property
    def folder(self) -> Path:
        """A folder with the files of the pack, as stock MuJoCo loads them."""
        return self.unpacked()

    def env(self, variant: PackVariant) -> Path:
        """Return the path of the env.xml of a variant."""
        return self.folder / variant_folder(variant.index) / ENV


class Promise:
    """Something that every pack promises; its checks raise AssertionError with what was found instead.

    Attributes:
        kind: Name.
        order: Promises on which others rest come first.
        simulates: Whether a check takes long: then it is done for a sample of the variants.
    """

    kind: ClassVar[str]
    order: ClassVar[int] = 50
    simulates: ClassVar[bool] = False

    def check(self, case: Case) -> None:
        """Check the pack as a whole."""

    def check_variant(self, case: Case, variant: PackVariant) -> None:
        """Check a variant."""


class PackPromise(Promise):
    """A promise of the pack as a whole: `check` alone is called."""


class VariantPromise(Promise):
    """A promise of each variant: `check_variant` alone is called."""
