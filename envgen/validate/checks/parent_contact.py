"""Links don't collide with their parents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, colliding_geoms, display_name, locate
from envgen.validate.report import Finding


@register
class ParentContact(Lint):
    """Pairs of a body and its parent whose geoms can touch because the filter is off."""

    kind: ClassVar[str] = "parent_contact"
    title: ClassVar[str] = "contacts between parent and child are filtered"
    why: ClassVar[str] = "Geoms overlap at a joint: the solver pushes the two apart without end."
    remedy: ClassVar[str] = 'Remove <flag filterparent="disable"/>, or <exclude> the pairs.'

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        if not model.opt.disableflags & _FILTER:
            return
        excluded = {int(s) for s in model.exclude_signature}
        touching = {int(b) for b in np.asarray(model.geom_bodyid)[colliding_geoms(subject)]}
        for b in range(1, model.nbody):
            parent = int(model.body_parentid[b])
            pair = {(b << 16) + parent, (parent << 16) + b}
            if (
                parent
                and b in touching
                and parent in touching
                and model.body_dofnum[b]
                and not pair & excluded
            ):
                name = display_name(locate(subject, "body", parent))
                yield self.issue(f"it can touch its parent {name}", at=locate(subject, "body", b))


_FILTER = int(mujoco.mjtDisableBit.mjDSBL_FILTERPARENT)
