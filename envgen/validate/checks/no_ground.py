"""There is ground under free bodies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import FREE, Lint, colliding_geoms, moving_bodies
from envgen.validate.report import Finding, Severity


@register
class NoGround(Lint):
    """Number of fixed geoms that collide, in models with free bodies."""

    kind: ClassVar[str] = "no_ground"
    title: ClassVar[str] = "free bodies have something to fall on"
    why: ClassVar[str] = (
        "A free body falls without end. A robot's file may leave the ground to the scene that includes it."
    )
    severity: ClassVar[Severity] = "info"
    remedy: ClassVar[str] = (
        'Add <geom type="plane" size="0 0 1"/> to the worldbody, unless the file is included in a scene.'
    )

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        free = int((np.asarray(model.jnt_type) == FREE).sum())
        if not free or not np.abs(model.opt.gravity).max() or model.opt.density > 100:
            return
        fixed = ~moving_bodies(subject)[np.asarray(model.geom_bodyid)] & colliding_geoms(subject)
        paired = {int(g) for g in (*model.pair_geom1, *model.pair_geom2)}
        if not fixed.any() and not any(model.body_weldid[model.geom_bodyid[g]] == 0 for g in paired):
            yield self.issue(f"{free} free bodies have nothing to fall on", 0, 1)
