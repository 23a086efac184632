"""Agents start on the ground, not in the air."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage


@register
class StartHeight(Check):
    """Greatest height of a root over its standing height on the highest ground around it, in leg lengths."""

    kind: ClassVar[str] = "start_height"
    title: ClassVar[str] = "agents start at most half a leg above their standing height"
    why: ClassVar[str] = "An episode that starts in the air begins with an impact."
    stage: ClassVar[Stage] = Stage.START
    remedy: ClassVar[str] = "Lower the difficulty of the terrain: no patch is level enough to stand on."

    def applies(self, subject: Subject) -> bool:
        return subject.ours

    def run(self, subject: Subject) -> Finding:
        worst, who = -np.inf, ""
        for agent in subject.world.agents:
            x, y, z = subject.root_of(agent)
            around = subject.size_of(agent).radius * _DISC
            ground = float(subject.world.ground.at(x + around[0], y + around[1]).max())
            size = subject.size_of(agent)
            over = (z - ground - size.stand) / size.leg
            if over > worst:
                worst, who = over, agent
        return self.at_most(worst, 0.5, f"{who} starts {worst:.2f} legs above its standing height")


_DISC = np.stack(np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 7))).reshape(2, -1)
"""Samples (2, 49) around an agent, in its radii: its root may be over a gap that its feet straddle."""
