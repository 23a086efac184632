"""Two teams, a ball, two goals."""

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
    OPPONENT_OBSERVATION,
    POSITION,
    PROPRIOCEPTION,
    TEAMMATE_OBSERVATION,
    TO_OBJECT,
    flat,
    in_body,
    speed_towards,
    velocity_along,
)
from envgen.tasks.expr import Expr

GOAL_X: Expr = ["slice", ["goal"], 0, 1]
BALL_X: Expr = ["slice", OBJECT, 0, 1]
BALL_Y: Expr = ["slice", OBJECT, 1, 2]
MOUTH: Expr = ["lt", ["abs", BALL_Y], ["mul", 0.5, ["param", "width"]]]
OWN_GOAL: Expr = ["neg", ["goal"]]
"""The goals lie opposite, through the middle; its height is not meant."""


def past(goal_x: Expr) -> Expr:
    """Return the condition that the ball is behind the goal line, between the posts."""
    return ["and", MOUTH, ["gt", ["mul", BALL_X, goal_x], ["square", goal_x]]]


@register
@dataclass(frozen=True)
class Soccer(Task):
    """Two teams and a ball: the first goal decides. The first team attacks goal/0, the other goal/1."""

    kind: ClassVar[str] = "soccer"
    spawn: ClassVar[Spawn] = "pitch"
    goals: ClassVar[Goals] = "team"
    objects: ClassVar[tuple[str, ...]] = ("ball",)
    min_agents: ClassVar[int] = 2
    teams: ClassVar[tuple[int, int | None] | None] = (2, 2)
    planar: ClassVar[bool] = False

    width: float = param("m", 0.2, 100.0, "of the goals", default=4.0, scale="radius")

    def mark(self) -> tuple[str, tuple[float, ...]]:
        return "box", (0.05, self.width / 2, 0.02)

    @classmethod
    def terms(cls) -> TaskTerms:
        scored, conceded = past(GOAL_X), past(["neg", GOAL_X])
        reward = (
            Term("progress", velocity_along(OBJECT_VELOCITY, flat(["sub", ["goal"], OBJECT])), 2.0),
            Term("approach", speed_towards(TO_OBJECT), 0.2),
            Term("scored", scored, 10.0),
            Term("conceded", ["neg", conceded], 10.0),
            EFFORT,
        )
        observation = (
            *PROPRIOCEPTION,
            *OBJECT_OBSERVATION,
            Term("goal", in_body(flat(["sub", ["goal"], POSITION]))),
            Term("own_goal", in_body(flat(["sub", OWN_GOAL, POSITION]))),
            *TEAMMATE_OBSERVATION,
            *OPPONENT_OBSERVATION,
        )
        endings = (Term("conceded", conceded), *ENDINGS, OBJECT_OUTSIDE)
        return TaskTerms(observation, reward, endings, Term("scored", scored))
