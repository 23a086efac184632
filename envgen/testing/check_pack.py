"""Checking that a pack keeps what packs promise."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from envgen.core.errors import EnvgenError, InputError
from envgen.packs.pack import Pack
from envgen.packs.variant import PackVariant
from envgen.testing.base import PROMISES, Case, NotApplicable, PackPromise, Promise
from envgen.testing.unpack import unpack

SAMPLE = 16
"""Variants for the promises that simulate."""


@dataclass(frozen=True)
class Summary:
    """Result of the checks of a pack.

    Attributes:
        path: Of the pack.
        variants: How many it has.
        checked: By promise, in how many variants it was checked; 1 for those of the whole pack.
        skipped: By promise, why it does not apply.
    """

    path: Path
    variants: int
    checked: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        done = ", ".join(f"{name} {count}" for name, count in self.checked.items())
        left = "".join(f"\n  not checked: {name} ({why})" for name, why in self.skipped.items())
        return f"{self.path}: {self.variants} variants keep what packs promise ({done}){left}"


def check_pack(path: str | Path | Pack, *, sample: int | None = SAMPLE) -> Summary:
    """Check that a pack keeps what packs promise.

    Args:
        path: Of its folder or .zip; or an open pack or view.
        sample: Number of variants, spread evenly, for the promises that simulate or make variants again; None
            for all.

    Raises:
        InputError: `path` or `sample` is of another type or out of range, or Python runs with -O.
        AssertionError: A promise is broken; the message says which, where and how.
    """
    if not __debug__:
        raise InputError("assertions are off", "Run Python without -O.")
    if not isinstance(path, str | os.PathLike | Pack):
        raise InputError(
            f"a pack must be a path or a Pack, got {repr(path)[:60]}", 'Such as check_pack("packs/ants").'
        )
    if sample is not None and (not isinstance(sample, int) or isinstance(sample, bool) or sample < 1):
        raise InputError(f"sample must be a positive integer or None, got {sample!r}", "Give e.g. 16.")
    try:
        pack = path if isinstance(path, Pack) else Pack.open(path)
    except EnvgenError as error:
        raise AssertionError(f"{path}: broken promise 'opens': {error.cause}") from error
    summary = Summary(pack.path, len(pack), {"opens": 1})
    with tempfile.TemporaryDirectory() as folder:
        case = Case(pack, lambda: unpack(pack, Path(folder)))
        for name, kind in sorted(PROMISES, key=lambda item: (item[1].order, item[0])):
            chosen = _spread(pack, sample) if kind.simulates else list(pack)
            try:
                summary.checked[name] = _check(kind(), case, chosen)
            except NotApplicable as reason:
                summary.skipped[name] = str(reason)
    return summary


def _check(promise: Promise, case: Case, chosen: Sequence[PackVariant]) -> int:
    """Check a promise of the pack or of each of some variants; return how many times."""
    places: Sequence[PackVariant | None] = [None] if isinstance(promise, PackPromise) else chosen
    for variant in places:
        try:
            promise.check(case) if variant is None else promise.check_variant(case, variant)
        except (AssertionError, EnvgenError) as error:
            where = case.pack.path if variant is None else f"{case.pack.path}, variant {variant.index}"
            cause = error.cause if isinstance(error, EnvgenError) else str(error)
            raise AssertionError(f"{where}: broken promise {promise.kind!r}: {cause}") from error
    return len(places)


def _spread(pack: Pack, sample: int | None) -> list[PackVariant]:
    """At most so many variants, the first and the last among them."""
    if sample is None or sample >= len(pack):
        return list(pack)
    if sample == 1:
        return [pack[0]]
    return [pack[round(i * (len(pack) - 1) / (sample - 1))] for i in range(sample)]
