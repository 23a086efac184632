"""It compiles without a warning."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding


@register
class Compiles(Check):
    """MuJoCo compiles it; measured is the number of warnings."""

    kind: ClassVar[str] = "compiles"
    title: ClassVar[str] = "compiles without a warning"
    order: ClassVar[int] = 10
    remedy: ClassVar[str] = "Mend what MuJoCo names."

    def applies(self, subject: Subject) -> bool:
        return True

    def run(self, subject: Subject) -> Finding:
        if subject.model is None:
            return self.finding(1, 0, ok=False, detail=subject.problem)
        warnings = subject.warnings
        return self.at_most(len(warnings), 0, "; ".join(warnings[:3]))
