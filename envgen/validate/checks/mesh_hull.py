"""Colliding meshes are convex."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, colliding_geoms, locate
from envgen.validate.meshes import hull_volume, mesh_volume
from envgen.validate.report import Finding, Severity

MAX = 1.5


@register
class MeshHull(Lint):
    """Volume of a colliding mesh's convex hull over that of the mesh."""

    kind: ClassVar[str] = "mesh_hull"
    title: ClassVar[str] = "the convex hull of a colliding mesh has at most 1.5 times its volume"
    why: ClassVar[str] = "MuJoCo collides the convex hull: hollow or concave parts are filled, invisibly."
    severity: ClassVar[Severity] = "info"
    bound: ClassVar[str] = "1.5"
    remedy: ClassVar[str] = (
        "Use primitives, or split the mesh into convex parts (CoACD, V-HACD) for collision."
    )

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        told: set[int] = set()
        for g in np.flatnonzero(colliding_geoms(subject) & (np.asarray(model.geom_type) == _MESH)):
            mesh = int(model.geom_dataid[g])
            if mesh in told or model.mesh_graphadr[mesh] < 0:
                continue
            told.add(mesh)
            own, hull = mesh_volume(model, mesh), hull_volume(model, mesh)
            if own > 0 and hull / own > MAX:
                says = (
                    f"its convex hull, which MuJoCo collides, is {hull / own:.1f} times as large as the mesh"
                )
                yield self.issue(says, hull / own, MAX, at=locate(subject, "geom", int(g)))


_MESH = int(mujoco.mjtGeom.mjGEOM_MESH)
