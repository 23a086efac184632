"""Stand your ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from envgen.core.params import param
from envgen.tasks.base import Task, TaskTerms, Term, register
from envgen.tasks.common import ALIVE, COST_OF_ACTION, ENDINGS, HEIGHT, PROPRIOCEPTION, UP, XY
from envgen.tasks.expr import Expr

TALL: Expr = ["div", HEIGHT, ["constant", "stand"]]
"""Height of the root as a share of that at home: 1 where it stands, less where it sits or lies."""
MOVED: Expr = ["norm", ["sub", XY, ["slice", ["start"], 0, 2]]]


@register
@dataclass(frozen=True)
class Stand(Task):
    """Stay upright and where you are, while being pushed."""

    kind: ClassVar[str] = "stand"

    push: float = param("m/s", 0.0, 20.0, "change of velocity by each push; 0: none", default=0.5)
    push_interval: float = param("s", 0.05, 1000.0, "time between pushes", default=2.0)

    @classmethod
    def terms(cls) -> TaskTerms:
        speed = ["norm", ["sensor", "root_vel"]]
        standing = ["and", ["gt", TALL, 0.75], ["gt", UP, 0.7]]
        there = ["and", standing, ["lt", MOVED, ["constant", "stand"]]]
        reward = (
            # dm_control's stand: height and uprightness together
            Term("upright", ["mul", ["max", 0, ["min", 1, TALL]], ["max", 0, UP]], 1.0, "second"),
            Term("standing", there, 1.0, "second"),
            Term("still", ["mul", standing, ["exp", ["mul", -4, ["square", speed]]]], 0.25, "second"),
            ALIVE,
            COST_OF_ACTION,
        )
        return TaskTerms(PROPRIOCEPTION, reward, ENDINGS, Term("standing", there), success_at="end")
