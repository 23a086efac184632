"""There is free space around every start."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from envgen.validate.base import Check, Redraw, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage

MIN = 0.05


@register
class Clearance(Check):
    """Least horizontal distance between the bounding circles of an agent at its start and an obstacle."""

    kind: ClassVar[str] = "clearance"
    title: ClassVar[str] = "obstacles stay 5 cm clear of the starts"
    why: ClassVar[str] = "An agent needs free space for its first step in any direction."
    unit: ClassVar[str] = "m"
    redraw: ClassVar[Redraw] = "obstacles"
    stage: ClassVar[Stage] = Stage.START
    remedy: ClassVar[str] = "Lower the density of obstacles, or take a larger terrain.size."

    def applies(self, subject: Subject) -> bool:
        return subject.ours and bool(subject.world.obstacles)

    def run(self, subject: Subject) -> Finding:
        best, between = np.inf, ""
        for agent in subject.world.agents:
            x, y = subject.root_of(agent)[:2]
            radius = subject.size_of(agent).radius
            for obstacle in subject.world.obstacles:
                room = obstacle.distance(float(x), float(y)) - radius
                if room < best:
                    best, between = room, f"{agent} and {obstacle.name}"
        return self.at_least(best, MIN, f"{between} are {best:.2f} m apart")
