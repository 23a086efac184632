"""The model has actuators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import BALL, HINGE, SLIDE, Lint
from envgen.validate.report import Finding, Severity


@register
class NoActuators(Lint):
    """Number of actuators of a model with joints that could be driven."""

    kind: ClassVar[str] = "no_actuators"
    title: ClassVar[str] = "the model has actuators"
    why: ClassVar[str] = "A robot without actuators can't act: no policy can be trained for it."
    severity: ClassVar[Severity] = "info"
    remedy: ClassVar[str] = "Add <actuator> elements, unless the file is only part of a model."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        inner = int(np.isin(np.asarray(model.jnt_type), (HINGE, SLIDE, BALL)).sum())
        if inner and not model.nu:
            yield self.issue(f"none of its {inner} joints is driven: it has no actuators", 0, 1)
