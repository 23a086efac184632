"""Servos have a limited force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, locate
from envgen.validate.report import Finding, Severity


@register
class ForceUnlimited(Lint):
    """Position and velocity servos without forcerange and without actuatorfrcrange at their joint."""

    kind: ClassVar[str] = "force_unlimited"
    title: ClassVar[str] = "every servo has a forcerange"
    why: ClassVar[str] = "A step of the target produces more torque than a real motor has."
    severity: ClassVar[Severity] = "info"
    remedy: ClassVar[str] = "Give the actuator a forcerange, or its joint an actuatorfrcrange."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        for a in range(model.nu):
            servo = model.actuator_biastype[a] == _AFFINE and model.actuator_biasprm[a, 1:3].any()
            joint = int(model.actuator_trnid[a, 0]) if model.actuator_trntype[a] == _JOINT else -1
            held = joint >= 0 and model.jnt_actfrclimited[joint]
            if servo and not model.actuator_forcelimited[a] and not held:
                yield self.issue("it is a servo of unlimited force", at=locate(subject, "actuator", a))


_AFFINE, _JOINT = int(mujoco.mjtBias.mjBIAS_AFFINE), int(mujoco.mjtTrn.mjTRN_JOINT)
