"""Walk along a heading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from envgen.core.params import param
from envgen.tasks.base import Spawn, Task, TaskTerms, Term, register
from envgen.tasks.common import (
    ALIVE,
    COST_OF_ACTION,
    FALLEN,
    OUTSIDE,
    PROPRIOCEPTION,
    XY,
    in_body,
)
from envgen.tasks.expr import Expr

SPEED: Expr = ["param", "speed"]
COURSE: Expr = ["sub", ["slice", ["goal"], 0, 2], ["slice", ["start"], 0, 2]]
LENGTH: Expr = ["norm", COURSE]
HEADING: Expr = ["div", COURSE, LENGTH]
"""Level unit vector from the start to the end of the course: the commanded heading."""
PLANNED: Expr = ["mul", SPEED, ["time"]]
"""Metres that the command has asked for by now."""


@register
@dataclass(frozen=True)
class Walk(Task):
    """Move at a commanded speed along a commanded heading, on a course that the arena has room for."""

    kind: ClassVar[str] = "walk"
    spawn: ClassVar[Spawn] = "course"

    speed: float = param("m/s", 0.0, 10.0, "commanded speed", default=1.0)
    distance: float = param("m", 1.0, 400.0, "length of the course; cut to fit the arena", default=10.0)

    def goal_distance(self) -> float:
        return self.distance

    @classmethod
    def terms(cls) -> TaskTerms:
        velocity = ["sub", ["slice", ["sensor", "root_vel"], 0, 2], ["mul", SPEED, HEADING]]
        error = ["div", ["norm", velocity], ["max", SPEED, 0.3]]
        facing = ["slice", in_body(["concat", HEADING, 0]), 0, 1]
        reward = (
            # exponential tracking kernel: legged_gym and Isaac Lab have sigma^2 = 0.25 at commands of 1 m/s;
            # here relative to the command, so that slow and fast robots earn alike
            Term("velocity", ["exp", ["mul", -4, ["square", error]]], 2.0, "second"),
            Term("heading", ["mul", 0.5, ["add", 1, facing]], 0.25, "second"),
            ALIVE,
            COST_OF_ACTION,
        )
        observation = (
            *PROPRIOCEPTION,
            Term("command", SPEED),
            Term("heading", in_body(["concat", HEADING, 0])),
        )
        # the end of the course and the edge of the arena are nobody's failure
        finished = Term("course", ["gt", PLANNED, LENGTH])
        offset = ["sub", ["sub", XY, ["slice", ["start"], 0, 2]], ["mul", PLANNED, HEADING]]
        tolerance = ["max", ["mul", 0.3, PLANNED], ["mul", 0.5, ["constant", "radius"]]]
        return TaskTerms(
            observation,
            reward,
            (FALLEN,),
            Term("on_course", ["lt", ["norm", offset], tolerance]),
            truncated=(finished, OUTSIDE),
            success_at="end",
        )
