"""The simulation is stable."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Redraw, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage


@register
class Stable(Check):
    """No warning and a finite state, for half a second without and half with random control."""

    kind: ClassVar[str] = "stable"
    title: ClassVar[str] = "no NaN and no MuJoCo warning within a second"
    why: ClassVar[str] = "No policy can learn in a simulation that diverges."
    redraw: ClassVar[Redraw] = "obstacles"
    stage: ClassVar[Stage] = Stage.SIMULATION
    remedy: ClassVar[str] = (
        "Check inertias, gears and actuator ranges, or take a smaller timestep (physics.timestep)."
    )

    def run(self, subject: Subject) -> Finding:
        simulation = subject.simulation
        wrong = simulation.warnings + (not simulation.finite)
        return self.at_most(wrong, 0, simulation.first_warning or "the state is not finite")
