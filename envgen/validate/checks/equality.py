"""Equalities hold at the start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, locate
from envgen.validate.report import Finding
from envgen.validate.stages import Stage

LENGTH, TURN = 0.005, 0.05


@register
class Equality(Lint):
    """Violation of an equality at the start, in m or rad."""

    kind: ClassVar[str] = "equality"
    title: ClassVar[str] = "equalities are violated by at most 5 mm or 0.05 rad at the start"
    why: ClassVar[str] = "The first steps pull the joined bodies together with a jerk."
    bound: ClassVar[str] = "5 mm or 0.05 rad"
    stage: ClassVar[Stage] = Stage.LINT_SIMULATION
    remedy: ClassVar[str] = "Move the bodies to their joint, or correct anchor, relpose or polycoef."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        for index, residual in sorted(subject.stepwise.equality.items()):
            bound = TURN if int(subject.model.eq_type[index]) in _COUPLED else LENGTH
            if residual > bound:
                says = f"it is violated by {residual:.3g} at the start"
                yield self.issue(says, residual, bound, at=locate(subject, "equality", index))


_COUPLED = (int(mujoco.mjtEq.mjEQ_JOINT), int(mujoco.mjtEq.mjEQ_TENDON))
