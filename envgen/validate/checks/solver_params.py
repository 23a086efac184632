"""Contact parameters are valid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, colliding_geoms, locate
from envgen.validate.report import Finding

DAMPED = 5.0


@register
class SolverParams(Lint):
    """solref and solimp of geoms that MuJoCo silently replaces or clips."""

    kind: ClassVar[str] = "solver_params"
    title: ClassVar[str] = "solref has one sign; solimp is within 0 and 1; damping ratios are at most 5"
    why: ClassVar[str] = "MuJoCo clips them to valid values: the contact differs from what the file says."
    remedy: ClassVar[str] = "Give solref as two positive or two negative numbers, and solimp between 0 and 1."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        for g in np.flatnonzero(colliding_geoms(subject)):
            ref, imp = np.asarray(model.geom_solref[g]), np.asarray(model.geom_solimp[g])
            at = locate(subject, "geom", int(g))
            if (ref[0] > 0) != (ref[1] > 0):
                yield self.issue(f"solref {ref[0]:g} {ref[1]:g} mixes signs: MuJoCo uses its default", at=at)
            elif ref[0] > 0 and ref[1] > DAMPED:
                yield self.issue(
                    f"the damping ratio of solref is {ref[1]:g}: contacts creep",
                    float(ref[1]),
                    DAMPED,
                    at=at,
                )
            low = bool((imp[:2] < 0).any() or (imp[:2] > 1).any())
            if low or imp[2] < 0 or not 0 <= imp[3] <= 1 or imp[4] < 1:
                text = " ".join(f"{v:g}" for v in imp)
                yield self.issue(f"solimp {text} is out of range: MuJoCo clips it", at=at)
