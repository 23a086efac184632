"""Free joints move freely."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import FREE, Lint, locate
from envgen.validate.report import Finding


@register
class FreeJoint(Lint):
    """Free joints with damping, friction loss, stiffness or armature from defaults.

    Values on the joint itself are taken as intended, except stiffness.
    """

    kind: ClassVar[str] = "free_joint"
    title: ClassVar[str] = "free joints have no damping, friction loss, stiffness or armature"
    why: ClassVar[str] = "The robot is slowed as in a viscous fluid, or held by a spring to the origin."
    remedy: ClassVar[str] = "Use <freejoint/>, which takes no defaults."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        for j in np.flatnonzero(model.jnt_type == FREE):
            dofs = slice(int(model.jnt_dofadr[j]), int(model.jnt_dofadr[j]) + 6)
            has = {
                "damping": float(model.dof_damping[dofs].max()),
                "frictionloss": float(model.dof_frictionloss[dofs].max()),
                "armature": float(model.dof_armature[dofs].max()),
                "stiffness": float(np.max(model.jnt_stiffness[j])),
            }
            node = subject.source.node_of(subject.elements("joint").get(int(j)), "joint", "freejoint")
            meant = node.attrib if node else {}
            wrong = [
                f"{key} {value:g}"
                for key, value in has.items()
                if value > 0 and (key not in meant or key == "stiffness")
            ]
            if wrong:
                yield self.issue(
                    f"it has {', '.join(wrong)}", max(has.values()), at=locate(subject, "joint", int(j))
                )
