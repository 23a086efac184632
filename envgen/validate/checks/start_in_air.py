"""Free bodies start near the ground."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import FREE, Lint, colliding_geoms, locate, moving_bodies
from envgen.validate.report import Finding, Severity
from envgen.validate.stages import Stage

MIN = 0.3


@register
class StartInAir(Lint):
    """Fall of a free body in half a second without control, in m."""

    kind: ClassVar[str] = "start_in_air"
    title: ClassVar[str] = "free bodies start at most their own size above the ground"
    why: ClassVar[str] = "It falls at once: an episode begins with an impact."
    severity: ClassVar[Severity] = "info"
    unit: ClassVar[str] = "m"
    bound: ClassVar[str] = "its own size, at least 0.3 m"
    stage: ClassVar[Stage] = Stage.LINT_SIMULATION
    remedy: ClassVar[str] = "Lower the start: the root's pos, or keyframe 0."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model, home = subject.model, subject.home
        gravity = float(-model.opt.gravity[2])
        bodies, roots = np.asarray(model.geom_bodyid), np.asarray(model.body_rootid)
        if (
            gravity <= 0
            or model.opt.density > 100
            or not (~moving_bodies(subject)[bodies] & colliding_geoms(subject)).any()
        ):
            return
        for j in np.flatnonzero(np.asarray(model.jnt_type) == FREE):
            body = int(model.jnt_bodyid[j])
            mine = [int(g) for g in np.flatnonzero(roots[bodies] == body) if model.geom_rbound[g] > 0]
            reach = np.asarray(model.geom_rbound)[mine]
            if not mine or np.isin(home.contact_geom, mine).any() or model.body_gravcomp[body] > 0:
                continue
            size = float((home.geom_xpos[mine, 2] + reach).max() - (home.geom_xpos[mine, 2] - reach).min())
            fall = float(subject.simulation.drop[body])
            if fall > max(size, MIN) and model.nu + model.ntendon + model.neq < 100:
                says = f"it falls {fall:.2f} m in half a second"
                yield self.issue(says, fall, max(size, MIN), at=locate(subject, "body", body))
