"""Agents start on the ground, not in the air."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding


@register
class StartHeight(Check):
    """Greatest height of an agent's root over where it would stand on flat ground, in legs."""

    kind: ClassVar[str] = "start_height"
    title: ClassVar[str] = "agents start at most half a leg above their stand"
    blame = "terrain"
    order: ClassVar[int] = 45
    remedy: ClassVar[str] = "Lower the difficulty of the terrain: no patch is level enough to stand on."

    def applies(self, subject: Subject) -> bool:
        return subject.ours

    def run(self, subject: Subject) -> Finding:
        worst, who = -np.inf, ""
        for agent in subject.world.agents:
            x, y, z = subject.root_of(agent)
            ground = float(subject.world.ground.at(np.array([x]), np.array([y]))[0])
            leg = subject.size_of(agent).leg
            over = (z - ground) / leg - 1
            if over > worst:
                worst, who = over, agent
        return self.at_most(worst, 0.5, f"{who} starts {worst:.2f} legs above its stand")
