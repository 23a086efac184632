"""No obstacle is buried."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Redraw, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage


@register
class Buried(Check):
    """Least height of an obstacle's top over the highest ground under it."""

    kind: ClassVar[str] = "buried"
    title: ClassVar[str] = "every obstacle rises out of the ground"
    why: ClassVar[str] = "An obstacle below the ground has no effect."
    unit: ClassVar[str] = "m"
    redraw: ClassVar[Redraw] = "obstacles"
    stage: ClassVar[Stage] = Stage.START
    remedy: ClassVar[str] = "Raise the obstacle, or take a terrain of lower difficulty."

    def applies(self, subject: Subject) -> bool:
        return subject.ours and bool(subject.world.obstacles)

    def run(self, subject: Subject) -> Finding:
        worst = min(subject.world.obstacle_spans, key=lambda o: o.top)
        return self.at_least(worst.top, 0.005, f"{worst.name} rises {worst.top:.3f} m above the ground")
