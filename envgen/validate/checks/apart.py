"""Agents start apart."""

from __future__ import annotations

import itertools
from typing import ClassVar

import numpy as np

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage


@register
class Apart(Check):
    """Least horizontal distance between the bounding circles of two agents at the start."""

    kind: ClassVar[str] = "apart"
    title: ClassVar[str] = "agents start at least 10 cm apart"
    why: ClassVar[str] = "The solver pushes robots apart that touch at the start."
    unit: ClassVar[str] = "m"
    stage: ClassVar[Stage] = Stage.START
    remedy: ClassVar[str] = "Take a larger terrain.size or fewer robots."

    def applies(self, subject: Subject) -> bool:
        return subject.ours and len(subject.world.agents) > 1

    def run(self, subject: Subject) -> Finding:
        best, pair = np.inf, ""
        for a, b in itertools.combinations(subject.world.agents, 2):
            away = subject.root_of(a)[:2] - subject.root_of(b)[:2]
            room = float(np.hypot(*away)) - subject.size_of(a).radius - subject.size_of(b).radius
            if room < best:
                best, pair = room, f"{a} and {b}"
        return self.at_least(best, 0.1, f"{pair} are {best:.2f} m apart")
