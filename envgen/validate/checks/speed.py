"""Bodies keep a realistic speed."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Redraw, Subject, register
from envgen.validate.report import Finding, Severity
from envgen.validate.stages import Stage

MAX = 20.0
"""Twice what any robot of the tests reaches without control (10.5 m/s, in Jupiter's gravity), and more than
the built-in ones reach with any (12 m/s)."""
FLUNG = 60.0
"""Random torque moves the unloaded feet of strong robots at 30 m/s and more; a simulation that diverges
exceeds 1,000 m/s at once."""


@register
class Speed(Check):
    """Greatest speed of a centre of mass within the second; of external files without random control."""

    kind: ClassVar[str] = "speed"
    title: ClassVar[str] = (
        "no body is faster than 20 m/s (60 m/s for strong external robots at random control)"
    )
    why: ClassVar[str] = "No robot that walks or drives is that fast: contacts or unstable dynamics throw it."
    unit: ClassVar[str] = "m/s"
    redraw: ClassVar[Redraw] = "obstacles"
    severity: ClassVar[Severity] = "warning"
    stage: ClassVar[Stage] = Stage.SIMULATION
    remedy: ClassVar[str] = "Check gears and masses, or take a smaller timestep (physics.timestep)."

    def run(self, subject: Subject) -> Finding:
        if subject.foreign:
            return self._held(subject.stepwise.speed)
        simulation = subject.simulation
        # strong external robots may fling their feet under random control: only speed without control counts
        if subject.built_in or simulation.still_speed > MAX:
            return self._held(simulation.speed if subject.built_in else simulation.still_speed)
        return self.at_most(simulation.speed, FLUNG, f"a body moves at {simulation.speed:.4g} m/s")

    def _held(self, speed: float) -> Finding:
        return self.at_most(speed, MAX, f"a body moves at {speed:.4g} m/s")
