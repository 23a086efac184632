"""Nothing flies off."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Blame, Check, Subject, register
from envgen.validate.report import Finding, Severity

MOST = 60.0
"""Random torque whips the feet of unloaded legs to 30 m/s; what explodes passes 1,000 at once."""


@register
class Speed(Check):
    """Greatest speed of a centre of mass within the second; in a file of others without random control."""

    kind: ClassVar[str] = "speed"
    title: ClassVar[str] = "no body is faster than 60 m/s"
    why: ClassVar[str] = "Nothing that walks or drives is that fast: something throws it."
    unit: ClassVar[str] = "m/s"
    blame: ClassVar[Blame] = "obstacles"
    severity: ClassVar[Severity] = "warning"
    order: ClassVar[int] = 72
    remedy: ClassVar[str] = "Check gears and masses, or take a smaller timestep (physics.timestep)."

    def run(self, subject: Subject) -> Finding:
        # a strong robot of somebody may well fling its feet under random control: there, the start is held
        speed = subject.watched.speed if subject.foreign else subject.settled.speed
        return self.at_most(speed, MOST, f"a body moves at {speed:.4g} m/s")
