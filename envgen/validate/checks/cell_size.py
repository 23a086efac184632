"""Cells of a heightfield are not much smaller than the bodies on it."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding, Severity
from envgen.validate.stages import Stage

MAX_CONTACTS = 50
"""MuJoCo keeps at most 50 contacts of a pair of geoms (mjMAXCONPAIR) and silently drops the rest."""


@register
class CellSize(Check):
    """Contacts of the pair of geoms that has most of them, after a second."""

    kind: ClassVar[str] = "cell_size"
    title: ClassVar[str] = "no pair of geoms reaches MuJoCo's 50 contacts"
    why: ClassVar[str] = "MuJoCo keeps at most 50 contacts of a pair of geoms and silently drops the rest."
    severity: ClassVar[Severity] = "warning"
    stage: ClassVar[Stage] = Stage.SIMULATION
    remedy: ClassVar[str] = "Take a larger terrain.cell."

    def applies(self, subject: Subject) -> bool:
        return subject.model is not None and subject.model.nhfield > 0

    def run(self, subject: Subject) -> Finding:
        data = subject.simulation.contacts
        return self.finding(
            data, MAX_CONTACTS, ok=data < MAX_CONTACTS, detail=f"{data} contacts between two geoms"
        )
