"""Driven joints have a range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco

from envgen.validate.base import Subject, register
from envgen.validate.lint import HINGE, SLIDE, Lint, locate
from envgen.validate.report import Finding, Severity


@register
class JointUnlimited(Lint):
    """Hinges and slides with an actuator and without a range, which is right for wheels."""

    kind: ClassVar[str] = "joint_unlimited"
    title: ClassVar[str] = "every driven joint has a range"
    why: ClassVar[str] = "A policy can turn it without end, which is right for a wheel and wrong for a knee."
    severity: ClassVar[Severity] = "info"
    remedy: ClassVar[str] = "Give the joint a range, unless it is a wheel or a propeller."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        driven = {
            int(model.actuator_trnid[a, 0]) for a in range(model.nu) if model.actuator_trntype[a] in _JOINTS
        }
        for j in sorted(driven):
            if model.jnt_type[j] in (HINGE, SLIDE) and not model.jnt_limited[j]:
                yield self.issue("it is driven and has no range", at=locate(subject, "joint", j))


_JOINTS = (int(mujoco.mjtTrn.mjTRN_JOINT), int(mujoco.mjtTrn.mjTRN_JOINTINPARENT))
