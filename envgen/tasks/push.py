"""Move a thing to a goal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from envgen.core.params import param
from envgen.tasks.base import Goals, Spawn, Task, TaskTerms, Term, register
from envgen.tasks.common import (
    EFFORT,
    ENDINGS,
    OBJECT,
    OBJECT_OBSERVATION,
    OBJECT_OUTSIDE,
    OBJECT_VELOCITY,
    PROPRIOCEPTION,
    TO_OBJECT,
    flat,
    in_body,
    speed_towards,
    velocity_along,
)
from envgen.tasks.expr import Expr

WAY: Expr = flat(["sub", ["goal"], OBJECT])
LEFT: Expr = ["norm", WAY]


@register
@dataclass(frozen=True)
class Push(Task):
    """Move a ball or crate to a goal, together."""

    kind: ClassVar[str] = "push"
    spawn: ClassVar[Spawn] = "push"
    goals: ClassVar[Goals] = "shared"
    objects: ClassVar[tuple[str, ...]] = ("ball", "crate")
    planar: ClassVar[bool] = False

    distance: float = param("m", 0.5, 400.0, "from the object to the goal", easy=2.0, hard=6.0)
    radius: float = param("m", 0.05, 10.0, "within which the object has arrived", default=0.75)

    def goal_distance(self) -> float:
        return self.distance

    @classmethod
    def terms(cls) -> TaskTerms:
        delivered = ["lt", LEFT, ["param", "radius"]]
        reward = (
            Term("progress", velocity_along(OBJECT_VELOCITY, WAY), 2.0),
            Term("approach", speed_towards(TO_OBJECT), 0.2),
            Term("delivered", delivered, 10.0),
            EFFORT,
        )
        observation = (*PROPRIOCEPTION, *OBJECT_OBSERVATION, Term("object_to_goal", in_body(WAY)))
        endings = (*ENDINGS, OBJECT_OUTSIDE)
        return TaskTerms(observation, reward, endings, Term("delivered", delivered))
