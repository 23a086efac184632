"""Angles are in the unit that <compiler angle> states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import HINGE, Lint, locate
from envgen.validate.report import Finding

MAX = 4 * np.pi
"""Two turns: wrists turn once, and joints that turn without end have no range."""
MANY = 3
"""From this number on, hinges that all move by less than 6 degrees are a mistake of units."""


@register
class AngleUnit(Lint):
    """Ranges of hinges that look like degrees where radians are meant, or the other way round."""

    kind: ClassVar[str] = "angle_unit"
    title: ClassVar[str] = "ranges of hinges fit the unit of <compiler angle>"
    why: ClassVar[str] = (
        "MJCF is in degrees unless <compiler angle> says radian: the joint hardly moves, or turns many times."
    )
    unit: ClassVar[str] = "rad"
    bound: ClassVar[str] = "4π rad; or all below 2π °"
    remedy: ClassVar[str] = "Set <compiler angle> to the unit of the ranges."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        hinges = np.flatnonzero((model.jnt_type == HINGE) & model.jnt_limited.astype(bool))
        reach = {int(j): float(np.abs(model.jnt_range[j]).max()) for j in hinges}
        if subject.spec.compiler.degree:
            given = {j: np.degrees(value) for j, value in reach.items()}
            small = [j for j, value in given.items() if value <= 2 * np.pi]
            if len(small) == len(given) and (len(small) >= MANY or any(_of_pi(given[j]) for j in small)):
                for j in small:
                    detail = f"its range reaches {given[j]:.4g} degrees, which looks like radians"
                    yield self.issue(detail, given[j], 2 * np.pi, at=locate(subject, "joint", j), unit="°")
            return
        for j, value in reach.items():
            if value > MAX:
                yield self.issue(f"its range reaches {value:.4g} rad, which looks like degrees", value, MAX,
                                 at=locate(subject, "joint", j))  # fmt: skip


def _of_pi(value: float) -> bool:
    """Return whether a number is a multiple of pi / 6, such as 1.57 or 3.14."""
    parts = value / (np.pi / 6)
    return bool(abs(parts - round(parts)) < 0.005 and round(parts) > 0)
