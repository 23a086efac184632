"""Nothing flies off."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Blame, Check, Subject, register
from envgen.validate.report import Finding

MOST = 60.0
"""Random torque whips the feet of unloaded legs to 30 m/s; what explodes passes 1,000 at once."""


@register
class Speed(Check):
    """Greatest speed of a centre of mass within the second."""

    kind: ClassVar[str] = "speed"
    title: ClassVar[str] = "no body is faster than 60 m/s"
    unit: ClassVar[str] = "m/s"
    blame: ClassVar[Blame] = "obstacles"
    order: ClassVar[int] = 72
    remedy: ClassVar[str] = "Check gears and masses, or take a smaller physics.timestep."

    def run(self, subject: Subject) -> Finding:
        settled = subject.settled
        return self.at_most(settled.speed, MOST, f"a body moves at {settled.speed:.4g} m/s")
