"""Bodies are not pressed through the ground."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Redraw, Subject, register
from envgen.validate.report import Finding, Severity
from envgen.validate.stages import Stage

MAX = 0.15
"""Random control makes feet hit the ground hard: valid robots reach 3-9 cm."""


@register
class Tunnelling(Check):
    """Greatest penetration within the second, under random control too."""

    kind: ClassVar[str] = "tunnelling"
    title: ClassVar[str] = "no penetration over 15 cm at any time"
    why: ClassVar[str] = "A body pressed so deep passes through."
    unit: ClassVar[str] = "m"
    redraw: ClassVar[Redraw] = "obstacles"
    severity: ClassVar[Severity] = "warning"
    stage: ClassVar[Stage] = Stage.SIMULATION
    remedy: ClassVar[str] = (
        "Check gears and geoms that are too thin, or take a smaller timestep (physics.timestep)."
    )

    def run(self, subject: Subject) -> Finding:
        simulation = subject.simulation
        depth = simulation.depth
        return self.at_most(depth, MAX, f"bodies overlap by {1000 * depth:.0f} mm")
