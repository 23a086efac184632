"""Contacts are not softer than MuJoCo's default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, colliding_geoms, locate
from envgen.validate.report import Finding

INFO, MUCH = 0.02, 0.1


@register
class SoftContact(Lint):
    """Time constant of a geom's contacts."""

    kind: ClassVar[str] = "soft_contact"
    title: ClassVar[str] = "contacts have a time constant of at most 20 ms"
    why: ClassVar[str] = "Bodies sink in and rise slowly: right for a mat, wrong for a floor."
    unit: ClassVar[str] = "s"
    bound: ClassVar[str] = "20 ms: info; 100 ms: warning"
    remedy: ClassVar[str] = "Take a shorter time constant in solref, unless the geom is meant to be soft."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        for g in np.flatnonzero(colliding_geoms(subject)):
            constant = float(model.geom_solref[g, 0])
            if constant > INFO * (1 + 1e-6):
                says = f"the time constant of its contacts is {constant:g} s"
                yield self.issue(says, constant, INFO, at=locate(subject, "geom", int(g)),
                                 severity="warning" if constant > MUCH else "info")  # fmt: skip
