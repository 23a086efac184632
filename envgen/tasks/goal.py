"""Reach a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from envgen.core.params import param
from envgen.tasks.base import Spawn, Task, TaskTerms, Term, register
from envgen.tasks.common import (
    ARRIVAL,
    COST_OF_ACTION,
    DISTANCE,
    ENDINGS,
    GOAL_OBSERVATION,
    HEADING,
    PROPRIOCEPTION,
    WAY,
    progress,
    speed_towards,
)


@register
@dataclass(frozen=True)
class Goal(Task):
    """Reach a point on the ground."""

    kind: ClassVar[str] = "goal"
    spawn: ClassVar[Spawn] = "goal"

    distance: float = param("m", 0.5, 400.0, "from start to goal", easy=3.0, hard=8.0)
    radius: float = param("m", 0.05, 10.0, "within which the goal is reached", default=0.5)

    def goal_distance(self) -> float:
        return self.distance

    @classmethod
    def terms(cls) -> TaskTerms:
        arrived = ["lt", DISTANCE, ["param", "radius"]]
        reward = (
            progress(speed_towards(HEADING), WAY, ["sub", WAY, DISTANCE]),
            Term("arrived", arrived, ARRIVAL),
            COST_OF_ACTION,
        )
        return TaskTerms((*PROPRIOCEPTION, *GOAL_OBSERVATION), reward, ENDINGS, Term("arrived", arrived))
