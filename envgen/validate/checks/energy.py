"""Energy stays bounded."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Redraw, Subject, register
from envgen.validate.report import Finding, Severity
from envgen.validate.stages import Stage

MAX = 60.0
"""That of a free fall of 6 m."""


@register
class Energy(Check):
    """Greatest kinetic energy per mass within the second."""

    kind: ClassVar[str] = "energy"
    title: ClassVar[str] = "kinetic energy of at most 60 J/kg"
    why: ClassVar[str] = "Energy from nowhere means that gears, masses and timestep don't fit together."
    unit: ClassVar[str] = "J/kg"
    redraw: ClassVar[Redraw] = "obstacles"
    severity: ClassVar[Severity] = "warning"
    stage: ClassVar[Stage] = Stage.SIMULATION
    remedy: ClassVar[str] = "Check gears and masses, or take a smaller timestep (physics.timestep)."

    def applies(self, subject: Subject) -> bool:
        # armature holds energy without mass, so energy per mass says little about an external arm
        return subject.model is not None and (not subject.foreign or subject.ours)

    def run(self, subject: Subject) -> Finding:
        simulation = subject.simulation
        return self.at_most(simulation.energy, MAX, f"{simulation.energy:.4g} J/kg of kinetic energy")
