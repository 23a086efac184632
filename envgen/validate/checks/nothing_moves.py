"""The model has joints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint
from envgen.validate.report import Finding, Severity


@register
class NothingMoves(Lint):
    """Number of joints of the model."""

    kind: ClassVar[str] = "nothing_moves"
    title: ClassVar[str] = "the model has joints"
    why: ClassVar[str] = "Bodies without joints are welded to the world: nothing ever falls or moves."
    severity: ClassVar[Severity] = "info"
    remedy: ClassVar[str] = "Give the root a <freejoint/> and the links joints, unless it is scenery."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        if model.nbody > 1 and not model.njnt and not model.nflex:
            yield self.issue(f"none of its {model.nbody - 1} bodies has a joint", 0, 1)
