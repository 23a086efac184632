"""No obstacle floats."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Redraw, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage

MAX = 0.02


@register
class Resting(Check):
    """Greatest height of an obstacle's lowest point over the ground under it."""

    kind: ClassVar[str] = "resting"
    title: ClassVar[str] = "no obstacle floats"
    why: ClassVar[str] = "It looks as if it stood on the ground, and a robot passes below it."
    unit: ClassVar[str] = "m"
    redraw: ClassVar[Redraw] = "obstacles"
    stage: ClassVar[Stage] = Stage.START
    remedy: ClassVar[str] = "Lower the obstacle, or take a terrain of lower difficulty."

    def applies(self, subject: Subject) -> bool:
        return subject.ours and bool(subject.world.obstacles)

    def run(self, subject: Subject) -> Finding:
        worst = max(subject.world.obstacle_spans, key=lambda o: o.bottom)
        return self.at_most(worst.bottom, MAX, f"{worst.name} hangs {worst.bottom:.3f} m over the ground")
