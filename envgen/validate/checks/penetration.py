"""Nothing penetrates at the start."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from envgen.validate.base import Blame, Check, Subject, register
from envgen.validate.report import Finding


@register
class Penetration(Check):
    """Greatest depth of a contact in the start state."""

    kind: ClassVar[str] = "penetration"
    title: ClassVar[str] = "no penetration over 1 mm at the start"
    unit: ClassVar[str] = "m"
    blame: ClassVar[Blame] = "obstacles"
    order: ClassVar[int] = 40
    remedy: ClassVar[str] = "Lift or move apart what is named; start poses belong into keyframe 0."

    def run(self, subject: Subject) -> Finding:
        model, geoms = subject.model, subject.home.contact_geom
        distances = subject.home.contact_dist
        if subject.ours:  # how a robot folds itself at home is its own affair
            trees = model.body_rootid[model.geom_bodyid[geoms]]
            distances = np.where((trees[:, 0] == trees[:, 1]) & (trees[:, 0] != 0), 0.0, distances)
        if not len(distances):
            return self.at_most(0.0, 0.001)
        worst = int(distances.argmin())
        geoms = subject.home.contact_geom[worst].tolist()
        names = [subject.world.geom_names[g] or f"geom {g}" for g in geoms if g >= 0]
        depth = max(0.0, -float(distances[worst]))
        return self.at_most(depth, 0.001, f"{' and '.join(names)} overlap by {1000 * depth:.1f} mm")
