"""Damping and gains of servos are not negative."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, locate
from envgen.validate.report import Finding


@register
class NegativeGain(Lint):
    """Joints with negative damping, friction loss or armature, and servos with a negative kp or kv."""

    kind: ClassVar[str] = "negative_gain"
    title: ClassVar[str] = "damping, frictionloss, armature, kp and kv are not negative"
    why: ClassVar[str] = "They accelerate the motion that they should brake: the smallest disturbance grows."
    remedy: ClassVar[str] = (
        "Change its sign; to reverse a servo, change the sign of its gear or of the joint's axis."
    )

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        for name, values in (
            ("damping", model.dof_damping),
            ("frictionloss", model.dof_frictionloss),
            ("armature", model.dof_armature),
        ):
            # newer MuJoCo has a polynomial: its linear part, as higher ones may be negative
            linear = values[:, 0] if np.ndim(values) > 1 else values
            least = np.full(model.njnt, np.inf)
            np.minimum.at(least, model.dof_jntid, linear)
            for j in np.flatnonzero(least < 0):
                value = float(least[j])
                yield self.issue(f"its {name} is {value:g}", value, at=locate(subject, "joint", int(j)))
        for a in np.flatnonzero(model.actuator_biastype == _AFFINE):
            for name, bias in (("kp", model.actuator_biasprm[a, 1]), ("kv", model.actuator_biasprm[a, 2])):
                if bias > 0:
                    says = f"its {name} is {-bias:g}"
                    yield self.issue(says, -float(bias), at=locate(subject, "actuator", int(a)))


_AFFINE = int(mujoco.mjtBias.mjBIAS_AFFINE)
