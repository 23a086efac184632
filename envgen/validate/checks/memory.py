"""MuJoCo's arena is large enough."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Redraw, Subject, register
from envgen.validate.report import Finding, Severity
from envgen.validate.stages import Stage

MAX = 0.8


@register
class Memory(Check):
    """Share of MuJoCo's arena (<size memory>) used in the second."""

    kind: ClassVar[str] = "memory"
    title: ClassVar[str] = "the arena is never more than 80 % full"
    why: ClassVar[str] = "A full arena drops contacts, or ends the simulation."
    redraw: ClassVar[Redraw] = "obstacles"
    severity: ClassVar[Severity] = "warning"
    stage: ClassVar[Stage] = Stage.SIMULATION
    remedy: ClassVar[str] = "Raise <size memory>, or leave it out."

    def run(self, subject: Subject) -> Finding:
        simulation = subject.simulation
        return self.at_most(simulation.arena_share, MAX, f"{simulation.arena:,} bytes of arena were used")
