"""Visual meshes have no mass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, colliding_geoms, locate, moving_bodies
from envgen.validate.meshes import mesh_volume
from envgen.validate.report import Finding

MAX = 0.1


@register
class VisualMass(Lint):
    """Share of a body's mass from visual meshes, in bodies with colliding geoms."""

    kind: ClassVar[str] = "visual_mass"
    title: ClassVar[str] = "visual meshes add no mass to bodies with colliding geoms"
    why: ClassVar[str] = (
        "Without <inertial> MuJoCo adds up all geoms: a body with both kinds weighs twice as much."
    )
    bound: ClassVar[str] = "10 %"
    remedy: ClassVar[str] = (
        'Give visual geoms mass="0" or a group outside inertiagrouprange, or the body an <inertial>.'
    )

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        touching = colliding_geoms(subject)
        bodies, geoms = subject.elements("body"), subject.elements("geom")
        for b in np.flatnonzero(moving_bodies(subject)):
            body = bodies.get(int(b))
            mine = np.flatnonzero(model.geom_bodyid == b)
            if body is None or body.explicitinertial or not touching[mine].any():
                continue
            seen = [int(g) for g in mine if not touching[g] and model.geom_type[g] == _MESH]
            weight = sum(_mass(subject, g, geoms) for g in seen)
            share = weight / max(float(model.body_mass[b]), 1e-12)
            if share > MAX:
                says = f"{100 * share:.0f} % of its mass is that of visual meshes"
                yield self.issue(says, share, MAX, at=locate(subject, "body", int(b)))


_MESH = int(mujoco.mjtGeom.mjGEOM_MESH)


def _mass(subject: Subject, g: int, geoms: dict[int, Any]) -> float:
    """Return the mass that a mesh adds to its body, in kg."""
    geom, model = geoms.get(g), subject.model
    groups = subject.spec.compiler.inertiagrouprange
    if geom is None or not groups[0] <= geom.group <= groups[1]:
        return 0.0
    if np.isfinite(geom.mass):
        return float(geom.mass)
    data = int(model.geom_dataid[g])
    return float(geom.density) * mesh_volume(model, data)
