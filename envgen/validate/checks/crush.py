"""Links are not pressed into one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, display_name, locate, moving_bodies
from envgen.validate.report import Finding
from envgen.validate.stages import Stage

MAX = 0.02


@register
class Crush(Lint):
    """Deepest overlap of two moving bodies within a second at the control of the start."""

    kind: ClassVar[str] = "crush"
    title: ClassVar[str] = "moving bodies overlap by at most 2 cm"
    why: ClassVar[str] = "Links pressed into one another produce forces beyond any motor."
    unit: ClassVar[str] = "m"
    bound: ClassVar[str] = "2 cm"
    stage: ClassVar[Stage] = Stage.LINT_SIMULATION
    remedy: ClassVar[str] = "<exclude> links that are meant to overlap, or correct shapes, limits and gains."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model, seen = subject.model, subject.stepwise
        moves, bodies = moving_bodies(subject), np.asarray(model.geom_bodyid)
        for (one, other), depth in sorted(seen.deepest.items(), key=lambda item: -item[1]):
            known = seen.start.get((one, other), 0.0)
            if one < 0 or not (moves[bodies[one]] and moves[bodies[other]]) or depth <= MAX or known > MAX:
                continue
            says = f"{display_name(locate(subject, 'geom', other))} is pressed {1000 * depth:.0f} mm into it"
            yield self.issue(says, depth, MAX, at=locate(subject, "geom", one))
