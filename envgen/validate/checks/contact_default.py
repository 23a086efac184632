"""Contact parameters were chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, colliding_geoms
from envgen.validate.report import Finding, Severity


@register
class ContactDefault(Lint):
    """Models in which all colliding geoms have MuJoCo's default solref, which suits locomotion."""

    kind: ClassVar[str] = "contact_default"
    title: ClassVar[str] = "contact parameters were chosen"
    why: ClassVar[str] = (
        "The default of 20 ms suits walking; parts that fit within a millimetre need stiffer contacts."
    )
    severity: ClassVar[Severity] = "info"
    unit: ClassVar[str] = "s"
    remedy: ClassVar[str] = (
        'For manipulation take solref="0.005 1" and a timestep of at most 2 ms; else ignore this.'
    )

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        geoms = np.flatnonzero(colliding_geoms(subject))
        if len(geoms) and model.njnt and (np.asarray(model.geom_solref)[geoms] == [0.02, 1.0]).all():
            yield self.issue(f"all {len(geoms)} colliding geoms have the default solref 0.02 1", 0.02, 0.02)
