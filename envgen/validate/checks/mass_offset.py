"""The centre of mass is at the body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, body_extent, locate
from envgen.validate.report import Finding
from envgen.validate.stages import Stage

BEYOND = 1.0
"""Bound as a multiple of the size of the body's geoms; valid models stay below 0.3."""


@register
class MassOffset(Lint):
    """Distance of the centre of mass of a moving body from the box around its own geoms."""

    kind: ClassVar[str] = "mass_offset"
    title: ClassVar[str] = "centres of mass lie at the geoms of their bodies"
    why: ClassVar[str] = "An <inertial> in mm or in another frame puts an invisible weight far from the link."
    unit: ClassVar[str] = "m"
    bound: ClassVar[str] = "outside by the size of the geoms"
    stage: ClassVar[Stage] = Stage.LINT_SIMULATION
    remedy: ClassVar[str] = "Give the pos of <inertial> in m, in the frame of its body."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model, home = subject.model, subject.home
        for b in np.flatnonzero((model.body_mass > 0) & (model.body_weldid == np.arange(model.nbody))):
            box = body_extent(subject, int(b))
            if box is None or not b:
                continue
            low, high = box
            centre = home.xpos[b] + home.xmat[b].reshape(3, 3) @ model.body_ipos[b]
            outside = float(np.linalg.norm(np.maximum(np.maximum(low - centre, centre - high), 0.0)))
            size = float(np.linalg.norm(high - low))
            if outside > BEYOND * size:
                says = (
                    f"its centre of mass is {outside:.3g} m outside its geoms, which are {size:.3g} m large"
                )
                yield self.issue(says, outside, BEYOND * size, at=locate(subject, "body", int(b)))
