"""Inertias fit the masses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import SLIDE, Lint, body_extent, locate
from envgen.validate.report import Finding

MIN, MAX = 1e-4, 10.0
BEYOND = 3.0
"""Bound as a multiple of the size of the body's own geoms; valid models stay below 0.3."""


@register
class InertiaScale(Lint):
    """Radius of gyration of a moving body (root of inertia over mass), absolute and relative to its geoms."""

    kind: ClassVar[str] = "inertia_scale"
    title: ClassVar[str] = "radii of gyration are between 0.1 mm and 10 m"
    why: ClassVar[str] = (
        "Inertia in g mm2 or kg mm2 is off by 10^6 to 10^9: the link spins freely or hardly turns at all."
    )
    unit: ClassVar[str] = "m"
    bound: ClassVar[str] = (
        "under 1e-4 m: error (with armature: warning); over 10 m, or 3 times its geoms: warning"
    )
    remedy: ClassVar[str] = "Give the inertia in kg m2, or leave it to the geoms."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        for b in range(1, model.nbody):
            mass = float(model.body_mass[b])
            if model.body_weldid[b] != b or mass <= 0 or not model.body_dofnum[b]:
                continue
            dofs = slice(int(model.body_dofadr[b]), int(model.body_dofadr[b] + model.body_dofnum[b]))
            radii = np.sqrt(np.asarray(model.body_inertia[b], dtype=float) / mass)
            turns = not (
                model.jnt_type[model.body_jntadr[b] : model.body_jntadr[b] + model.body_jntnum[b]] == SLIDE
            ).all()
            box = body_extent(subject, b)
            most = min(MAX, BEYOND * float(np.linalg.norm(box[1] - box[0]))) if box else MAX
            if radii.max() < MIN and turns:
                held = bool((model.dof_armature[dofs] > 0).all())
                says = f"its inertia is that of a body of {1000 * radii.max():.3g} mm, with {mass:.4g} kg"
                yield self.issue(
                    says, float(radii.max()), MIN, at=locate(subject, "body", b),
                    severity="warning" if held else "error",
                )  # fmt: skip
            elif radii.max() > most:
                says = f"its inertia is that of a body of {radii.max():.3g} m, with {mass:.4g} kg"
                yield self.issue(says, float(radii.max()), most, at=locate(subject, "body", b))
