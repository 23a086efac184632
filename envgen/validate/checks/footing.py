"""Agents start with ground under them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding

MOST = 0.35
"""A start in the air falls half a leg and more in half a second; settling on rough ground takes a tenth."""


@register
class Footing(Check):
    """How far an agent's root comes down in half a second without control, in legs."""

    kind: ClassVar[str] = "footing"
    title: ClassVar[str] = "agents don't fall more than 0.35 legs from their start"
    why: ClassVar[str] = "What falls at the start has no ground under it."
    order: ClassVar[int] = 71
    remedy: ClassVar[str] = "Lower the difficulty of the terrain, or take a larger terrain.size."

    def applies(self, subject: Subject) -> bool:
        return subject.ours

    def run(self, subject: Subject) -> Finding:
        worst, who = -np.inf, ""
        for agent in subject.world.agents:
            body = subject.world.body_names.index(f"{agent}/torso")
            drop = float(subject.settled.drop[body]) / subject.size_of(agent).leg
            if drop > worst:
                worst, who = drop, agent
        return self.at_most(worst, MOST, f"{who} comes down by {worst:.2f} legs")
