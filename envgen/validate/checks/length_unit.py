"""Lengths are in metres."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, locate, moving_bodies
from envgen.validate.report import Finding

MIN, MAX = 1e-3, 100.0


@register
class LengthUnit(Lint):
    """Extent of each tree of moving bodies."""

    kind: ClassVar[str] = "length_unit"
    title: ClassVar[str] = "moving trees are between 1 mm and 100 m large"
    why: ClassVar[str] = "Meshes in the wrong unit make a robot a kilometre tall or a millimetre small."
    unit: ClassVar[str] = "m"
    bound: ClassVar[str] = "1 mm to 100 m"
    remedy: ClassVar[str] = 'Scale meshes to metres: <mesh scale="0.001 0.001 0.001"/>.'

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model, home = subject.model, subject.home
        moves = moving_bodies(subject)[np.asarray(model.geom_bodyid)]
        for root in np.unique(np.asarray(model.body_rootid)[model.geom_bodyid][moves]):
            mine = np.flatnonzero(moves & (np.asarray(model.body_rootid)[model.geom_bodyid] == root))
            solid = [int(g) for g in mine if model.geom_rbound[g] > 0]
            if not solid:
                continue
            centres, reach = home.geom_xpos[solid], np.asarray(model.geom_rbound)[solid][:, None]
            size = float(((centres + reach).max(axis=0) - (centres - reach).min(axis=0)).max())
            if not MIN <= size <= MAX:
                says = f"it and its children are {size:.4g} m large"
                yield self.issue(
                    says, size, MAX if size > MAX else MIN, at=locate(subject, "body", int(root))
                )
