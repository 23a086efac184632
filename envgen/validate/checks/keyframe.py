"""Keyframes are valid states of the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import HINGE, SLIDE, Lint, display_name, locate, parse_numbers
from envgen.validate.report import Finding

MAX = 0.05
"""In rad or m: three degrees, as poses are often written by hand."""

TURN = 6.3
"""A full turn in rad: angles beyond are likely degrees."""
RADIANS = "Give the angles of keyframes in radians: <compiler angle> does not apply to them."


@register
class Keyframe(Lint):
    """Distance of a joint or control beyond its range in a keyframe (rad or m), and missing numbers."""

    kind: ClassVar[str] = "keyframe"
    title: ClassVar[str] = "keyframes are complete, and within the ranges of joints and controls"
    why: ClassVar[str] = "After a reset to it the joint limit pushes the joint back, which throws the robot."
    bound: ClassVar[str] = "0.05 rad or m"
    remedy: ClassVar[str] = "Bring the keyframe's qpos and ctrl into the ranges."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        yield from self._incomplete(subject)
        for k in sorted(subject.elements("key")):
            for j in range(model.njnt):
                low, high = (float(end) for end in model.jnt_range[j])
                if not model.jnt_limited[j] or model.jnt_type[j] not in (HINGE, SLIDE):
                    continue
                value = float(model.key_qpos[k, model.jnt_qposadr[j]])
                beyond = max(low - value, value - high)
                if beyond > MAX:
                    name = display_name(locate(subject, "joint", j))
                    says = f"{name} is at {value:.4g}, out of its range {low:.4g} to {high:.4g}"
                    degrees = model.jnt_type[j] == HINGE and abs(value) > TURN
                    yield self.issue(
                        says, beyond, MAX, at=locate(subject, "key", k), remedy=RADIANS if degrees else ""
                    )
            for a in range(model.nu):
                low, high = (float(end) for end in model.actuator_ctrlrange[a])
                value = float(model.key_ctrl[k, a])
                beyond = max(low - value, value - high)
                if model.actuator_ctrllimited[a] and beyond > MAX * max(1.0, high - low):
                    name = display_name(locate(subject, "actuator", a))
                    says = f"the control of {name} is {value:.4g}, out of {low:.4g} to {high:.4g}"
                    yield self.issue(says, beyond, MAX, at=locate(subject, "key", k))

    def _incomplete(self, subject: Subject) -> Iterator[Finding]:
        """Yield keyframes with fewer numbers than the model has, which MuJoCo fills silently."""
        model = subject.model
        sizes = {"qpos": model.nq, "qvel": model.nv, "act": model.na, "ctrl": model.nu}
        for node in subject.source.tagged("key"):
            for name, size in sizes.items():
                given = len(parse_numbers(node.attrib.get(name, "")))
                if 0 < given < size:
                    says = f"its {name} has {given} of {size} numbers; MuJoCo fills the rest with the default"
                    remedy = "Give a number for each joint coordinate, velocity, activation or control."
                    yield self.issue(says, given, size, at=node, remedy=remedy)
