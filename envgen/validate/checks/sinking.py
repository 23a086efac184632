"""Bodies don't sink into the ground."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Redraw, Subject, register
from envgen.validate.report import Finding, Severity
from envgen.validate.stages import Stage

MAX = 0.02


@register
class Sinking(Check):
    """Greatest penetration at rest, after half a second without control."""

    kind: ClassVar[str] = "sinking"
    title: ClassVar[str] = "no penetration over 2 cm at rest"
    why: ClassVar[str] = "The contacts are too soft for the bodies on the ground."
    unit: ClassVar[str] = "m"
    redraw: ClassVar[Redraw] = "obstacles"
    severity: ClassVar[Severity] = "warning"
    stage: ClassVar[Stage] = Stage.SIMULATION
    remedy: ClassVar[str] = "Check solref and masses, or take a smaller timestep (physics.timestep)."

    def run(self, subject: Subject) -> Finding:
        simulation = subject.simulation
        depth = simulation.rest_depth
        return self.at_most(depth, MAX, f"bodies overlap by {1000 * depth:.0f} mm at rest")
