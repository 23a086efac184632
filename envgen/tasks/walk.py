"""Walk along a heading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from envgen.core.params import param
from envgen.tasks.base import Task, TaskTerms, Term, register
from envgen.tasks.common import ALIVE, EFFORT, ENDINGS, PROPRIOCEPTION
from envgen.tasks.expr import Expr

SPEED: Expr = ["param", "speed"]


@register
@dataclass(frozen=True)
class Walk(Task):
    """Move at a commanded velocity along the robot's own heading, its x axis."""

    kind: ClassVar[str] = "walk"

    speed: float = param("m/s", 0.0, 10.0, "commanded velocity", default=1.0)

    @classmethod
    def terms(cls) -> TaskTerms:
        velocity = ["sensor", "root_linvel"]
        forward, sideways = ["slice", velocity, 0, 1], ["slice", velocity, 1, 2]
        error = ["add", ["square", ["sub", forward, SPEED]], ["square", sideways]]
        turning = ["slice", ["sensor", "root_angvel"], 2, 3]
        # exponential tracking kernels with sigma^2 = 0.25: legged_gym, Isaac Lab velocity task
        reward = (
            Term("velocity", ["exp", ["mul", -4, error]], 1.5),
            Term("straight", ["exp", ["mul", -4, ["square", turning]]], 0.5),
            ALIVE,
            EFFORT,
        )
        command = Term("command", SPEED)
        return TaskTerms((*PROPRIOCEPTION, command), reward, ENDINGS)
