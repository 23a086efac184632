"""The reference pose is free of overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, display_name, locate
from envgen.validate.report import Finding, Severity
from envgen.validate.stages import Stage

MAX = 0.001


@register
class ZeroPose(Lint):
    """Pairs of links that overlap in the reference pose, but not in keyframe 0."""

    kind: ClassVar[str] = "zero_pose"
    title: ClassVar[str] = "links don't overlap in qpos0 alone"
    why: ClassVar[str] = "A reset without the keyframe (mj_resetData) starts with an impact."
    severity: ClassVar[Severity] = "info"
    unit: ClassVar[str] = "m"
    bound: ClassVar[str] = "1 mm"
    stage: ClassVar[Stage] = Stage.LINT_SIMULATION
    remedy: ClassVar[str] = "Reset to keyframe 0, or choose a reference pose without overlaps."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model, seen = subject.model, subject.stepwise
        if not model.nkey:
            return
        for (one, other), depth in seen.zero.items():
            if depth > MAX and seen.start.get((one, other), 0.0) <= MAX:
                name = display_name(locate(subject, "geom", other))
                says = f"{name} overlaps by {1000 * depth:.1f} mm in qpos0"
                yield self.issue(says, depth, MAX, at=locate(subject, "geom", one))
