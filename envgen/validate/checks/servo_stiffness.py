"""The timestep is fine enough for servos and springs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import HINGE, SLIDE, Lint, locate
from envgen.validate.report import Finding

_EXPLICIT = (int(mujoco.mjtIntegrator.mjINT_EULER), int(mujoco.mjtIntegrator.mjINT_RK4))
"""Integrators with explicit damping of actuators; implicit ones are stable with any."""
MAX = 1.5
"""The semi-implicit oscillator diverges at 2."""


@register
class ServoStiffness(Lint):
    """Timestep times natural frequency of a servo or spring on its joint; above 2 it diverges."""

    kind: ClassVar[str] = "servo_stiffness"
    title: ClassVar[str] = "timestep times natural frequency of servos and joint springs is at most 1.5"
    why: ClassVar[str] = (
        "A gain too high for the inertia diverges at this timestep: kp dt2 / I must stay below 4."
    )
    bound: ClassVar[str] = "1.5"
    remedy: ClassVar[str] = "Lower kp, raise armature, or take a smaller timestep."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        step = float(model.opt.timestep)
        for a in range(model.nu):
            joint = int(model.actuator_trnid[a, 0])
            if model.actuator_trntype[a] != _JOINT or model.jnt_type[joint] not in (HINGE, SLIDE):
                continue
            if model.actuator_biastype[a] != _AFFINE or model.actuator_dyntype[a] != 0:
                continue
            gear, kp = float(model.actuator_gear[a, 0]), -float(model.actuator_biasprm[a, 1])
            dof = int(model.jnt_dofadr[joint])
            rate = step * float(np.sqrt(max(0.0, kp * gear * gear * model.dof_invweight0[dof])))
            kv = -float(model.actuator_biasprm[a, 2])
            decay = step * max(0.0, kv * gear * gear * float(model.dof_invweight0[dof]))
            if rate > MAX:
                says = f"kp {kp:.4g} makes it {rate:.2g} rad a timestep"
                yield self.issue(says, rate, MAX, at=locate(subject, "actuator", a))
            elif decay > MAX and model.opt.integrator in _EXPLICIT:
                says = f"kv {kv:.4g} removes {decay:.2g} times the velocity a timestep"
                yield self.issue(says, decay, MAX, at=locate(subject, "actuator", a))
        for j in np.flatnonzero((model.jnt_type == HINGE) | (model.jnt_type == SLIDE)):
            stiffness = float(np.max(model.jnt_stiffness[j]))
            rate = step * float(np.sqrt(max(0.0, stiffness * model.dof_invweight0[model.jnt_dofadr[j]])))
            if rate > MAX:
                says = f"its spring of {stiffness:.4g} makes it {rate:.2g} rad a timestep"
                yield self.issue(says, rate, MAX, at=locate(subject, "joint", int(j)))


_JOINT, _AFFINE = int(mujoco.mjtTrn.mjTRN_JOINT), int(mujoco.mjtBias.mjBIAS_AFFINE)
