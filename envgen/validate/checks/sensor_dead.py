"""Touch sensors can measure contacts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, colliding_geoms, locate
from envgen.validate.report import Finding

_TOUCH = int(mujoco.mjtSensor.mjSENS_TOUCH)


@register
class SensorDead(Lint):
    """Touch sensors on bodies without a geom that collides."""

    kind: ClassVar[str] = "sensor_dead"
    title: ClassVar[str] = "every touch sensor is on a body that can be touched"
    why: ClassVar[str] = "It always reads zero and wastes an observation."
    remedy: ClassVar[str] = "Put the site on a body with geoms that collide, or remove the sensor."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        touching = {int(b) for b in np.asarray(model.geom_bodyid)[colliding_geoms(subject)]}
        paired = {int(model.geom_bodyid[g]) for g in (*model.pair_geom1, *model.pair_geom2)}
        for s in range(model.nsensor):
            body = int(model.site_bodyid[model.sensor_objid[s]]) if model.sensor_type[s] == _TOUCH else None
            if body is not None and body not in touching | paired:
                says = "it always reads zero: no geom of its body collides"
                yield self.issue(says, at=locate(subject, "sensor", s))
