"""Leave the centre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from envgen.core.params import param
from envgen.tasks.base import Spawn, Task, TaskTerms, Term, register
from envgen.tasks.common import ARRIVAL, COST_OF_ACTION, ENDINGS, PROPRIOCEPTION, XY, progress, speed_towards
from envgen.tasks.expr import Expr

AWAY: Expr = ["norm", XY]
OUTWARDS: Expr = ["concat", XY, 0]
EDGE: Expr = ["mul", 0.5, ["min", ["constant", "arena_x"], ["constant", "arena_y"]]]


@register
@dataclass(frozen=True)
class Escape(Task):
    """Start in the middle, at its lowest, and get far away from it: dm_control's escape."""

    kind: ClassVar[str] = "escape"
    spawn: ClassVar[Spawn] = "centre"

    # bowls and craters end at 0.9 of the way to the edge
    share: float = param("", 0.2, 0.98, "of the way to the nearest edge with which it is out", default=0.9)

    @classmethod
    def terms(cls) -> TaskTerms:
        way = ["mul", ["param", "share"], EDGE]
        escaped = ["gt", AWAY, way]
        reward = (
            progress(speed_towards(OUTWARDS), way, AWAY),
            Term("escaped", escaped, ARRIVAL),
            COST_OF_ACTION,
        )
        outwards = Term("outwards", ["to_body", ["sensor", "root_quat"], ["div", OUTWARDS, AWAY]])
        observation = (*PROPRIOCEPTION, Term("away", ["div", AWAY, EDGE]), outwards)
        return TaskTerms(observation, reward, ENDINGS, Term("escaped", escaped))
