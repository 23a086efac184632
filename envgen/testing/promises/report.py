"""Variants passed validation, and pass it again."""

from __future__ import annotations

from typing import ClassVar

from envgen.packs.recheck import recheck
from envgen.packs.variant import PackVariant
from envgen.testing.base import Case, VariantPromise, register


@register
class ReportOk(VariantPromise):
    """The report of each variant says that it passed."""

    kind: ClassVar[str] = "report"
    order: ClassVar[int] = 20

    def check_variant(self, case: Case, variant: PackVariant) -> None:
        failed = variant.report.failed
        assert failed is None, f"its report says that the check {failed.check!r} failed"


@register
class Recheck(VariantPromise):
    """Validation of the files that are there finds what it found when the pack was made."""

    kind: ClassVar[str] = "validation"
    order: ClassVar[int] = 60
    simulates: ClassVar[bool] = True

    def check_variant(self, case: Case, variant: PackVariant) -> None:
        failed = recheck(case.pack, variant).failed
        assert failed is None, f"the check {failed.check!r} fails now: {failed.detail}"
