"""Robots of one world agree on its solver."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage


@register
class Agreement(Check):
    """Number of options on which the robots of a world disagree; reported, never refused."""

    kind: ClassVar[str] = "agreement"
    title: ClassVar[str] = "options on which robots disagree take the finest or strictest value"
    why: ClassVar[str] = "A world has one timestep and one solver."
    stage: ClassVar[Stage] = Stage.MODEL
    remedy: ClassVar[str] = "Set physics.timestep and physics.integrator if you want others."

    def applies(self, subject: Subject) -> bool:
        return bool(subject.disagreements)

    def run(self, subject: Subject) -> Finding:
        number = float(len(subject.disagreements))
        return Finding(self.kind, True, number, None, detail="; ".join(subject.disagreements))
