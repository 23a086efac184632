"""Actuators have an effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, locate
from envgen.validate.report import Finding


@register
class DeadActuator(Lint):
    """Actuators whose gear, gain, ctrlrange or forcerange is zero, or that move nothing."""

    kind: ClassVar[str] = "dead_actuator"
    title: ClassVar[str] = "every actuator can have an effect"
    why: ClassVar[str] = "Its action has no effect, which slows learning."
    remedy: ClassVar[str] = "Give it a nonzero gear, gain and range, or remove it."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        for a in range(model.nu):
            why = ""
            if not model.actuator_gear[a].any():
                why = "its gear is zero"
            elif model.actuator_gaintype[a] == _FIXED and model.actuator_gainprm[a, 0] == 0:
                why = "its gain is zero"
            elif model.actuator_ctrllimited[a] and np.ptp(model.actuator_ctrlrange[a]) < 1e-9:
                why = "its ctrlrange is a single value"
            elif model.actuator_forcelimited[a] and not model.actuator_forcerange[a].any():
                why = "its forcerange is zero"
            elif _holds_still(subject, a):
                why = "its target can't move"
            if why:
                yield self.issue(f"it has no effect: {why}", at=locate(subject, "actuator", a))


_FIXED = int(mujoco.mjtGain.mjGAIN_FIXED)
_SITE, _BODY = int(mujoco.mjtTrn.mjTRN_SITE), int(mujoco.mjtTrn.mjTRN_BODY)


def _holds_still(subject: Subject, a: int) -> bool:
    """Return whether its target is fixed to the world."""
    model, target = subject.model, int(subject.model.actuator_trnid[a, 0])
    if model.actuator_trntype[a] == _SITE:
        reference = int(model.actuator_trnid[a, 1])
        return reference < 0 and int(model.body_weldid[model.site_bodyid[target]]) == 0
    return bool(model.actuator_trntype[a] == _BODY and model.body_weldid[target] == 0)
