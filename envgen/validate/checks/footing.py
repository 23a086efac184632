"""Agents start with ground under them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage
from envgen.worlds.robots.support import up_axis

MAX = 0.35
"""In leg lengths: a start in the air falls by 0.5 or more; settling on rough ground takes 0.1."""

FALL_TIME, MIN = 0.4, 0.1
"""Time in s in which a robot of any size falls by `MAX`, and the least bound, in leg lengths."""


@register
class Footing(Check):
    """Descent of an agent's feet in half a second without control, in leg lengths.

    Its feet and not its root: a robot driven by torques collapses where it stands.
    """

    kind: ClassVar[str] = "footing"
    title: ClassVar[str] = "agents don't fall more than 0.35 legs from their start"
    why: ClassVar[str] = "An agent that falls has no ground under its feet."
    stage: ClassVar[Stage] = Stage.SIMULATION
    remedy: ClassVar[str] = "Lower the difficulty of the terrain, or take a larger terrain.size."

    def applies(self, subject: Subject) -> bool:
        return subject.ours

    def run(self, subject: Subject) -> Finding:
        worst, who, bound = -np.inf, "", MAX
        for agent in subject.world.agents:
            leg = subject.size_of(agent).leg
            feet = _feet(subject, subject.world.roots[agent], 0.1 * leg)
            drop = float(np.maximum(subject.simulation.drop[feet], 0.0).mean()) / leg
            most = _bound(subject, leg)
            if drop - most > worst - bound:
                worst, who, bound = drop, agent, most
        return self.at_most(worst, bound, f"{who} comes down by {worst:.2f} legs")


def _bound(subject: Subject, leg: float) -> float:
    """Return the bound, lower if the first half is too short to fall that far: 0.6 of a free fall."""
    still = subject.simulation.still
    if still >= FALL_TIME:
        return MAX
    fall = 0.5 * float(abs(subject.model.opt.gravity[2])) * still**2
    return min(MAX, max(MIN, 0.6 * fall / leg))


def _feet(subject: Subject, root: int, near: float) -> NDArray[np.intp]:
    """Return the bodies on which a robot stands: within `near` (m) of its lowest geom along its up axis."""
    model = subject.model
    own = (model.body_rootid[model.geom_bodyid] == root) & (
        (model.geom_contype | model.geom_conaffinity) != 0
    )
    up = up_axis(subject.home.xmat[root])
    axes = up @ subject.home.geom_xmat[own].reshape(-1, 3, 3)  # the robot's up in each geom's frame
    centre, half = model.geom_aabb[own, :3], model.geom_aabb[own, 3:]
    bottom = subject.home.geom_xpos[own] @ up + (axes * centre - np.abs(axes) * half).sum(axis=1)
    bodies = sorted({*model.geom_bodyid[own][bottom <= bottom.min() + near].tolist()})
    return np.array(bodies, dtype=np.intp)  # np.unique would import numpy.ma, 20 ms in each worker
