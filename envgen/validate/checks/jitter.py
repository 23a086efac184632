"""Joints don't oscillate at the rate of the timestep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, locate
from envgen.validate.report import Finding
from envgen.validate.stages import Stage

MAX = 0.5
QUIET = 0.05
"""In rad/s or m/s: slower motion is noise of contacts at rest."""


@register
class Jitter(Lint):
    """Share of steps in which a joint's velocity changes its sign, in the second half of a second."""

    kind: ClassVar[str] = "jitter"
    title: ClassVar[str] = "no joint velocity changes sign in over half of all steps"
    why: ClassVar[str] = (
        "An oscillation at the rate of the timestep is a numerical instability that damping hides."
    )
    bound: ClassVar[str] = "50 %"
    stage: ClassVar[Stage] = Stage.LINT_SIMULATION
    remedy: ClassVar[str] = "Take a smaller timestep, lower gains, more armature or softer contacts."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model, seen = subject.model, subject.stepwise
        for dof in np.flatnonzero((seen.flips > MAX) & (seen.swing > QUIET)):
            joint = int(model.dof_jntid[dof])
            share, swing = float(seen.flips[dof]), float(seen.swing[dof])
            says = f"its velocity changes sign in {100 * share:.0f} % of steps, at {swing:.2g} rad/s or m/s"
            yield self.issue(says, share, MAX, at=locate(subject, "joint", joint))
