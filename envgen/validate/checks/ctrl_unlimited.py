"""Actuators have a ctrlrange."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, locate
from envgen.validate.report import Finding, Severity


@register
class CtrlUnlimited(Lint):
    """Actuators without ctrlrange."""

    kind: ClassVar[str] = "ctrl_unlimited"
    title: ClassVar[str] = "every actuator has a ctrlrange"
    why: ClassVar[str] = "A policy's action in [-1, 1] can't be mapped onto it, and any control is accepted."
    severity: ClassVar[Severity] = "info"
    remedy: ClassVar[str] = "Give the actuator a ctrlrange."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        for a in range(subject.model.nu):
            if not subject.model.actuator_ctrllimited[a]:
                yield self.issue("it has no ctrlrange", at=locate(subject, "actuator", a))
