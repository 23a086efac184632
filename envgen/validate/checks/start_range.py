"""Joints start within their ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, locate
from envgen.validate.report import Finding
from envgen.validate.stages import Stage

MAX = 0.05
"""In rad or m, as in the check `keyframe`."""


@register
class StartRange(Lint):
    """Distance of a joint beyond its range at the start, in rad or m."""

    kind: ClassVar[str] = "start_range"
    title: ClassVar[str] = "joints start within their ranges"
    why: ClassVar[str] = "The joint limit pushes the joint back: the first steps throw the robot."
    bound: ClassVar[str] = "0.05 rad or m"
    stage: ClassVar[Stage] = Stage.LINT_SIMULATION
    remedy: ClassVar[str] = "Give a keyframe with a pose within the ranges, or set the joint's ref."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        for joint, beyond in sorted(subject.stepwise.beyond.items()):
            if beyond > MAX:
                says = f"it starts {beyond:.3g} rad or m out of its range"
                yield self.issue(says, beyond, MAX, at=locate(subject, "joint", joint))
