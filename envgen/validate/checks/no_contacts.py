"""Geoms can collide."""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import combinations_with_replacement, product
from typing import ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import FREE, Lint, colliding_geoms, locate, moving_bodies
from envgen.validate.report import Finding


@register
class NoContacts(Lint):
    """Models in which no geoms can collide, and free bodies that can't touch fixed geoms."""

    kind: ClassVar[str] = "no_contacts"
    title: ClassVar[str] = "geoms can collide, and free bodies can touch fixed geoms"
    why: ClassVar[str] = "If contype and conaffinity never match, bodies silently fall through the floor."
    bound: ClassVar[str] = "error where something can fall, else info"
    remedy: ClassVar[str] = (
        "Give ground and feet matching bits: contype of the one and conaffinity of the other."
    )

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        if model.ngeom < 2 or not model.njnt or model.nflex:
            return
        fluid = model.opt.density > 0 or model.opt.viscosity > 0
        falls = float(np.abs(model.opt.gravity).max()) > 0 and not fluid
        if model.npair or _meet(subject):
            if falls and not model.opt.disableflags & _CONTACT:
                yield from self._through(subject)
            return
        free = bool((model.jnt_type == FREE).any())
        off = " (contacts are disabled)" if model.opt.disableflags & _CONTACT else ""
        says = f"no two of the {model.ngeom} geoms can touch{off}"
        yield self.issue(says, 0, 1, severity="error" if free and falls else "info")

    def _through(self, subject: Subject) -> Iterator[Finding]:
        """Yield each free body that falls through all fixed geoms."""
        model = subject.model
        fixed_geoms = ~moving_bodies(subject)[np.asarray(model.geom_bodyid)] & colliding_geoms(subject)
        if not fixed_geoms.any():  # `no_ground` reports it
            return
        fixed = {
            (int(model.geom_contype[g]), int(model.geom_conaffinity[g])) for g in fixed_geoms.nonzero()[0]
        }
        trees: dict[int, set[Bits]] = {}
        for g in range(model.ngeom):
            tree = trees.setdefault(int(model.body_rootid[model.geom_bodyid[g]]), set())
            tree.add((int(model.geom_contype[g]), int(model.geom_conaffinity[g])))
        held = _held(subject)
        for j in np.flatnonzero(np.asarray(model.jnt_type) == FREE):
            root = int(model.jnt_bodyid[j])
            bits = trees.get(root, set())
            if root in held or float(model.body_gravcomp[root]) >= 1 or _touch(bits, fixed):
                continue
            # one that collides with nothing may be a marker, one in a hand is held by moving bodies
            others = (other for key, other in trees.items() if key not in (root, 0))
            stray = not any(t or a for t, a in bits) or any(_touch(bits, other) for other in others)
            says = "it falls through fixed geoms: none of its geoms can touch any of them"
            at = locate(subject, "body", root)
            yield self.issue(says, 0, 1, at=at, severity="warning" if stray else "error")


Bits = tuple[int, int]
"""contype and conaffinity."""
_CONTACT = int(mujoco.mjtDisableBit.mjDSBL_CONTACT)
_BODY, _SITE = int(mujoco.mjtObj.mjOBJ_BODY), int(mujoco.mjtObj.mjOBJ_SITE)


def _touch(some: Set[Bits], others: Set[Bits]) -> bool:
    """Return whether the bits of two geoms, one of each, match."""
    return any(t & b or u & a for (t, a), (u, b) in product(some, others))


def _meet(subject: Subject) -> bool:
    """Return whether the bits match of two geoms that move against one another."""
    model = subject.model
    if model.opt.disableflags & _CONTACT:
        return False
    # bodies welded together share a number, which is 0 for fixed ones
    bodies: dict[Bits, set[int]] = {}
    for t, a, b in zip(model.geom_contype, model.geom_conaffinity, model.geom_bodyid):
        bodies.setdefault((int(t), int(a)), set()).add(int(model.body_weldid[b]))
    return any(
        _touch({one}, {other}) and len(bodies[one] | bodies[other]) > 1
        for one, other in combinations_with_replacement(bodies, 2)
    )


def _held(subject: Subject) -> set[int]:
    """Return the roots of trees that an equality or a <pair> joins to another tree or to the world."""
    model = subject.model
    joined = [
        (model.geom_bodyid[a], model.geom_bodyid[b]) for a, b in zip(model.pair_geom1, model.pair_geom2)
    ]
    for kind, one, other in zip(model.eq_objtype, model.eq_obj1id, model.eq_obj2id):
        if kind == _BODY:
            joined.append((one, other))
        elif kind == _SITE:
            joined.append((model.site_bodyid[one], model.site_bodyid[other]))
    roots = [(int(model.body_rootid[one]), int(model.body_rootid[other])) for one, other in joined]
    return {root for pair in roots if pair[0] != pair[1] for root in pair}
