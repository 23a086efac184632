"""Friction coefficients are realistic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, colliding_geoms, locate
from envgen.validate.report import Finding

SLIDING, TORSION = 10.0, 0.1
"""Torsion in m: the contact patch of a foot or wheel is at most a few cm wide."""


@register
class Friction(Lint):
    """Coefficients of friction: sliding without a unit, torsional and rolling in m."""

    kind: ClassVar[str] = "friction"
    title: ClassVar[str] = (
        "friction is at least 0, sliding at most 10, torsional and rolling at most 0.1 m where they act"
    )
    why: ClassVar[str] = (
        "Torsional and rolling friction are lengths, of the size of the contact patch: 0.5 m acts like glue."
    )
    bound: ClassVar[str] = "sliding 10; torsional and rolling 0.1 m"
    remedy: ClassVar[str] = (
        "Use sliding friction of 0.1 to 2, torsional friction of a few mm, less for rolling, or condim 3."
    )

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        for g in np.flatnonzero(colliding_geoms(subject)):
            slide, torsion, roll = (float(f) for f in model.geom_friction[g])
            dim, at = int(model.geom_condim[g]), locate(subject, "geom", int(g))
            if min(slide, torsion, roll) < 0:
                yield self.issue(
                    "its friction is negative", min(slide, torsion, roll), 0, at=at, severity="error"
                )
            elif dim >= 3 and slide > SLIDING:
                yield self.issue(f"its sliding friction is {slide:g}", slide, SLIDING, at=at)
            elif (dim >= 4 and torsion > TORSION) or (dim >= 6 and roll > TORSION):
                worst = max(torsion, roll if dim >= 6 else 0.0)
                yield self.issue(
                    f"its torsional or rolling friction is {worst:g} m", worst, TORSION, at=at, unit="m"
                )
