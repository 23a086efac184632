"""Be first at the finish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from envgen.core.params import param
from envgen.tasks.base import Spawn, Task, TaskTerms, Term, register
from envgen.tasks.common import ARRIVAL, COST_OF_ACTION, ENDINGS, PROPRIOCEPTION, TO_GOAL, in_body, progress


@register
@dataclass(frozen=True)
class Race(Task):
    """Start side by side and cross the finish line ahead, along x; who crosses it first wins for its team."""

    kind: ClassVar[str] = "race"
    spawn: ClassVar[Spawn] = "lanes"
    teams: ClassVar[tuple[int, int | None] | None] = (2, None)

    distance: float = param("m", 0.5, 400.0, "from start to finish; cut to fit the arena", default=10.0)

    def goal_distance(self) -> float:
        return self.distance

    @classmethod
    def terms(cls) -> TaskTerms:
        ahead = ["slice", TO_GOAL, 0, 1]
        way = ["slice", ["sub", ["goal"], ["start"]], 0, 1]
        finished = ["lt", ahead, 0]
        reward = (
            progress(["slice", ["sensor", "root_vel"], 0, 1], way, ["sub", way, ahead]),
            Term("finished", finished, ARRIVAL),
            COST_OF_ACTION,
        )
        remaining = Term("remaining", ahead)
        beaten = Term("beaten", ["any", "opponents", finished])
        won = ["or", finished, ["any", "teammates", finished]]
        # without it a robot could not tell which way it faces
        heading = Term("heading", in_body(["concat", 1, 0, 0]))
        observation = (*PROPRIOCEPTION, remaining, heading)
        return TaskTerms(observation, reward, (*ENDINGS, beaten), Term("finished", won))
