"""Without actuators, energy does not grow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint
from envgen.validate.report import Finding
from envgen.validate.stages import Stage

MAX = 0.1
SMALL = 0.01
"""Height in m: gains below the energy of a lift by this height don't count."""


@register
class EnergyGrowth(Lint):
    """Energy gained within a second without actuators, over the greatest kinetic energy."""

    kind: ClassVar[str] = "energy_growth"
    title: ClassVar[str] = "the passive system gains at most 10 % energy"
    why: ClassVar[str] = "The timestep is too large for a spring, a joint or a contact."
    bound: ClassVar[str] = "10 %"
    stage: ClassVar[Stage] = Stage.LINT_SIMULATION
    remedy: ClassVar[str] = (
        "Take a smaller timestep or another integrator (implicitfast, RK4), and remove overlaps at the start."
    )

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model, seen = subject.model, subject.stepwise
        if max(seen.start.values(), default=0.0) > 0.001 or seen.beyond:
            return  # overlaps at the start release energy; `penetration` reports them
        mass = float(model.body_subtreemass[0])
        scale = max(seen.kinetic, mass * float(np.linalg.norm(model.opt.gravity)) * SMALL, 1e-9)
        share = seen.gained / scale
        if share > MAX:
            yield self.issue(f"it gains {seen.gained:.3g} J without actuators", share, MAX)
