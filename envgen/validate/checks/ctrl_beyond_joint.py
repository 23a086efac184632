"""Targets of position servos are within the range of their joint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, locate
from envgen.validate.report import Finding

MIN = 0.05
MUCH = 1.0
"""Beyond by as much as the whole range: a mistake of units, not an intended margin."""


@register
class CtrlBeyondJoint(Lint):
    """Part of a position servo's ctrlrange beyond its joint's range, as a share of that range."""

    kind: ClassVar[str] = "ctrl_beyond_joint"
    title: ClassVar[str] = "ctrlrange of a position servo ends with the joint's range"
    why: ClassVar[str] = (
        "Targets there can't be reached: the servo presses against the stop, and part of the action does "
        "nothing. A small margin against droop is common."
    )
    bound: ClassVar[str] = "5 % beyond: info; 100 %: warning"
    remedy: ClassVar[str] = (
        "Set ctrlrange to the joint's range (inheritrange does), or check the unit of both."
    )

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        for a in range(model.nu):
            joint = int(model.actuator_trnid[a, 0])
            gear = float(model.actuator_gear[a, 0])
            kp = float(model.actuator_gainprm[a, 0])
            position = (
                model.actuator_biastype[a] == _AFFINE and kp > 0 and model.actuator_biasprm[a, 1] == -kp
            )
            if not position or model.actuator_trntype[a] != _JOINT or gear == 0:
                continue
            if not (model.jnt_limited[joint] and model.actuator_ctrllimited[a]):
                continue
            low, high = sorted(float(c) / gear for c in model.actuator_ctrlrange[a])
            first, last = (float(r) for r in model.jnt_range[joint])
            share = max(first - low, high - last, 0.0) / max(last - first, 1e-9)
            if share > MIN:
                says = f"ctrlrange {low:.4g} to {high:.4g} goes beyond the joint: {first:.4g} to {last:.4g}"
                yield self.issue(says, share, MIN, at=locate(subject, "actuator", a),
                                 severity="warning" if share > MUCH else "info")  # fmt: skip


_AFFINE, _JOINT = int(mujoco.mjtBias.mjBIAS_AFFINE), int(mujoco.mjtTrn.mjTRN_JOINT)
