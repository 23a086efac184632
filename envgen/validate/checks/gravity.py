"""Gravity points down and is that of a planet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint
from envgen.validate.report import Finding

MAX = 30.0
"""Jupiter has 24.8."""


@register
class Gravity(Lint):
    """Magnitude and direction of gravity."""

    kind: ClassVar[str] = "gravity"
    title: ClassVar[str] = "gravity points down, at most 30 m/s2"
    why: ClassVar[str] = (
        "Positive z lifts everything; 981 is in cm/s2; 9.81 along y comes from a tool whose up axis is y."
    )
    unit: ClassVar[str] = "m/s2"
    bound: ClassVar[str] = "30 m/s2, down"
    remedy: ClassVar[str] = 'Set <option gravity="0 0 -9.81"/>, or turn the model so that z is up.'

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        x, y, z = (float(g) for g in subject.model.opt.gravity)
        size = float(np.sqrt(x * x + y * y + z * z))
        node = next((o for o in subject.source.tagged("option") if "gravity" in o.attrib), None)
        if size > MAX:
            yield self.issue(f"gravity is {size:.4g} m/s2", size, MAX, at=node)
        elif size > 0 and -z < 0.5 * size:
            yield self.issue(f"gravity {x:g} {y:g} {z:g} does not point down (-z)", -z, 0.5 * size, at=node)
