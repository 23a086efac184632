"""The simulation is stable."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Blame, Check, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage


@register
class Stable(Check):
    """No warning and a finite state, for half a second without and half with random control."""

    kind: ClassVar[str] = "stable"
    title: ClassVar[str] = "no NaN and no MuJoCo warning within a second"
    why: ClassVar[str] = "In a simulation that explodes on its own nothing can be learned."
    blame: ClassVar[Blame] = "obstacles"
    stage: ClassVar[Stage] = Stage.SIMULATION
    remedy: ClassVar[str] = (
        "Check inertias, gears and actuator ranges, or take a smaller timestep (physics.timestep)."
    )

    def run(self, subject: Subject) -> Finding:
        settled = subject.settled
        wrong = settled.warnings + (not settled.finite)
        return self.at_most(wrong, 0, settled.first_warning or "the state is not finite")
