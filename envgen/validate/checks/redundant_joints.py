"""The joints of a body are independent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import HINGE, SLIDE, Lint, display_name, locate
from envgen.validate.report import Finding


@register
class RedundantJoints(Lint):
    """Missing rank of the joints of a body, such as two with the same motion."""

    kind: ClassVar[str] = "redundant_joints"
    title: ClassVar[str] = "the joints of a body are independent"
    why: ClassVar[str] = "Two hinges about one axis make the mass matrix singular, unless they have armature."
    remedy: ClassVar[str] = "Remove one of the joints, or turn its axis."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        for b in range(1, model.nbody):
            first, many = int(model.body_jntadr[b]), int(model.body_jntnum[b])
            joints = [j for j in range(first, first + many) if model.jnt_type[j] in (HINGE, SLIDE)]
            if len(joints) < 2:
                continue
            twists = np.array([_twist(subject, j) for j in joints])
            lacking = len(joints) - int(np.linalg.matrix_rank(twists, tol=1e-6))
            if lacking:
                names = ", ".join(display_name(locate(subject, "joint", j)) for j in joints)
                yield self.issue(
                    f"of {names} not all are independent", lacking, at=locate(subject, "body", b)
                )


def _twist(subject: Subject, joint: int) -> np.ndarray:
    """Return the (6,) twist of a joint: rotation, then translation of the body's origin."""
    model = subject.model
    axis = np.asarray(model.jnt_axis[joint], dtype=float)
    if model.jnt_type[joint] == SLIDE:
        return np.concatenate([np.zeros(3), axis])
    return np.concatenate([axis, np.cross(model.jnt_pos[joint], axis)])
