"""Sensors can feel something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, colliding, place
from envgen.validate.report import Finding


@register
class SensorDead(Lint):
    """Sensors whose reading can never change: touch where nothing collides, limits of joints without one."""

    kind: ClassVar[str] = "sensor_dead"
    title: ClassVar[str] = "every sensor can read something"
    why: ClassVar[str] = "It reads zero for ever, and an observation is wasted on it."
    order: ClassVar[int] = 130
    remedy: ClassVar[str] = "Put the site on a body with geoms that collide, or remove the sensor."

    def look(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        touching = {int(b) for b in np.asarray(model.geom_bodyid)[colliding(subject)]}
        paired = {int(model.geom_bodyid[g]) for g in (*model.pair_geom1, *model.pair_geom2)}
        for s in range(model.nsensor):
            kind, target = int(model.sensor_type[s]), int(model.sensor_objid[s])
            why = ""
            if kind == _TOUCH and int(model.site_bodyid[target]) not in touching | paired:
                why = "no geom of its body collides"
            elif kind in _JOINT_LIMITS and not model.jnt_limited[target]:
                why = "its joint has no limit"
            elif kind in _TENDON_LIMITS and not model.tendon_limited[target]:
                why = "its tendon has no limit"
            if why:
                yield self.wrong(f"it reads nothing but zero: {why}", at=place(subject, "sensor", s))


_TOUCH = int(mujoco.mjtSensor.mjSENS_TOUCH)
_JOINT_LIMITS, _TENDON_LIMITS = (
    tuple(int(getattr(mujoco.mjtSensor, f"mjSENS_{of}LIMIT{what}")) for what in ("POS", "VEL", "FRC"))
    for of in ("JOINT", "TENDON")
)
