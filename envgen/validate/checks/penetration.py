"""Geoms don't overlap at the start."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from envgen.validate.base import Check, Redraw, Subject, register
from envgen.validate.lint import display_name, locate
from envgen.validate.report import Finding, Severity
from envgen.validate.stages import Stage

DEEP = 0.02
"""Between moving bodies: the solver produces forces that throw the robot."""
BURIED = 0.25
"""Between a body and the world: programs often set the height of the start, so less is a warning only."""
SHALLOW = 0.005


@register
class Penetration(Check):
    """Greatest depth of a contact in the start state."""

    kind: ClassVar[str] = "penetration"
    title: ClassVar[str] = "no penetration over 1 mm at the start"
    why: ClassVar[str] = "The solver pushes overlapping bodies apart: the first steps throw the robot."
    unit: ClassVar[str] = "m"
    bound: ClassVar[str] = "1 mm: info; 5 mm: warning; 2 cm into a link, 25 cm into the world: error"
    redraw: ClassVar[Redraw] = "obstacles"
    stage: ClassVar[Stage] = Stage.START
    remedy: ClassVar[str] = "Lift the bodies or move them apart; start poses belong into keyframe 0."

    def run(self, subject: Subject) -> Finding:
        model, geoms = subject.model, subject.home.contact_geom
        distances = subject.home.contact_dist
        if subject.ours:  # overlaps within a robot are part of its design
            trees = model.body_rootid[model.geom_bodyid[geoms]]
            distances = np.where((trees[:, 0] == trees[:, 1]) & (trees[:, 0] != 0), 0.0, distances)
        if not len(distances):
            return self.at_most(0.0, 0.001)
        worst = int(distances.argmin())
        geoms = subject.home.contact_geom[worst].tolist()
        names = [subject.world.geom_names[g] or f"geom {g}" for g in geoms if g >= 0]
        depth = max(0.0, -float(distances[worst]))
        return self.at_most(depth, 0.001, f"{' and '.join(names)} overlap by {1000 * depth:.1f} mm")

    def examine(self, subject: Subject) -> tuple[Finding, ...]:
        """Return a finding for each overlapping pair of geoms of an external file, with its severity."""
        if not subject.foreign or subject.spec is None:
            return (self.run(subject),)
        found = []
        for (one, other), depth in sorted(subject.stepwise.start.items(), key=lambda item: -item[1]):
            if depth <= 0.001:
                continue
            if one >= 0 and subject.model.body_weldid[subject.model.geom_bodyid[one]] == 0:
                one, other = other, one  # the finding is about the one that can move
            name = display_name(locate(subject, "geom", other)) if other >= 0 else "a flex"
            says = f"it overlaps {name} by {1000 * depth:.1f} mm at the start"
            finding = self.finding(depth, 0.001, ok=False, detail=says)
            finding = replace(finding, severity=_severity(subject, one, other, depth))
            found.append(self.with_location(locate(subject, "geom", max(one, 0)), finding))
        return tuple(found[:50]) or (self.run(subject),)


def _severity(subject: Subject, one: int, other: int, depth: float) -> Severity:
    """Return the severity: programs often correct an overlap with the world, never one between links."""
    model = subject.model
    if min(one, other) < 0:
        return "warning"
    fixed = any(model.body_weldid[model.geom_bodyid[geom]] == 0 for geom in (one, other))
    if depth > (BURIED if fixed else DEEP):
        return "error"
    return "warning" if depth > SHALLOW else "info"
