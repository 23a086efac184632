"""Something can touch something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import FREE, Lint, moving
from envgen.validate.report import Finding


@register
class NoContacts(Lint):
    """Whether any two geoms can ever touch, by their bits or by <pair>."""

    kind: ClassVar[str] = "no_contacts"
    title: ClassVar[str] = "at least two geoms can touch"
    why: ClassVar[str] = (
        "With contype and conaffinity that never meet, things fall through the floor without a word."
    )
    bound: ClassVar[str] = "error where something can fall, else info"
    order: ClassVar[int] = 121
    remedy: ClassVar[str] = (
        "Give ground and feet bits that meet: contype of the one and conaffinity of the other."
    )

    def look(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        if model.ngeom < 2 or not model.njnt or model.npair or model.nflex or _meet(subject):
            return
        free = bool((model.jnt_type == FREE).any()) and float(np.abs(model.opt.gravity).max()) > 0
        fluid = model.opt.density > 0 or model.opt.viscosity > 0
        off = " (contacts are disabled)" if model.opt.disableflags & _CONTACT else ""
        says = f"no two of the {model.ngeom} geoms can touch{off}"
        yield self.wrong(says, 0, 1, severity="error" if free and not fluid else "info")


_CONTACT = int(mujoco.mjtDisableBit.mjDSBL_CONTACT)


def _meet(subject: Subject) -> bool:
    """Whether the bits of two geoms, one of which moves, meet."""
    model, moves = subject.model, moving(subject)
    if model.opt.disableflags & _CONTACT:
        return False
    kinds = {
        (int(t), int(a), bool(moves[b]))
        for t, a, b in zip(model.geom_contype, model.geom_conaffinity, model.geom_bodyid)
    }
    many = [k for k in kinds if k[2]]
    return any((t & other[1] or other[0] & a) for t, a, _ in many for other in kinds)
