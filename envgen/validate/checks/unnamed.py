"""Joints and actuators have names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import FREE, Lint, locate
from envgen.validate.report import Finding, Severity


@register
class Unnamed(Lint):
    """Joints and actuators without a name, except free joints, which are known by their body."""

    kind: ClassVar[str] = "unnamed"
    title: ClassVar[str] = "joints and actuators have names"
    why: ClassVar[str] = "Programs find them by name, as indices change with each added joint."
    severity: ClassVar[Severity] = "info"
    remedy: ClassVar[str] = "Name the joint or actuator."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        for kind in ("joint", "actuator"):
            for index, element in sorted(subject.elements(kind).items()):
                free = kind == "joint" and int(subject.model.jnt_type[index]) == FREE
                if index >= 0 and not element.name and not free:
                    yield self.issue("it has no name", at=locate(subject, kind, index))
