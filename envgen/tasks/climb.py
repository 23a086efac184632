"""Gain height."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from envgen.core.params import param
from envgen.tasks.base import Spawn, Task, TaskTerms, Term, register
from envgen.tasks.common import (
    ARRIVAL,
    COST_OF_ACTION,
    ENDINGS,
    GOAL_OBSERVATION,
    PROPRIOCEPTION,
    XY,
    progress,
)
from envgen.tasks.expr import Expr

BOTTOM: Expr = ["ground", ["slice", ["start"], 0, 2]]
RISE: Expr = ["sub", ["ground", XY], BOTTOM]
"""Of the ground under the root since the start: who rears or jumps has climbed nothing."""
STEP = 0.05
"""Time in s over which the rate of the rise is taken."""
BEHIND: Expr = ["sub", XY, ["mul", STEP, ["slice", ["sensor", "root_vel"], 0, 2]]]
RATE: Expr = ["div", ["sub", ["ground", XY], ["ground", BEHIND]], STEP]
"""At which the ground under the root rises (m/s)."""


@register
@dataclass(frozen=True)
class Climb(Task):
    """Start low and gain height, up to the highest point that can be reached."""

    kind: ClassVar[str] = "climb"
    spawn: ClassVar[Spawn] = "top"

    share: float = param("", 0.1, 1.0, "of the way up, in height, with which it is done", default=0.9)

    @classmethod
    def terms(cls) -> TaskTerms:
        top = ["sub", ["slice", ["goal"], 2, 3], BOTTOM]
        # on level ground there is nothing to climb, and nothing is done at the start
        climbed = ["gt", RISE, ["max", ["mul", ["param", "share"], top], 0.05]]
        reward = (
            progress(RATE, top, RISE),
            Term("climbed", climbed, ARRIVAL),
            COST_OF_ACTION,
        )
        observation = (*PROPRIOCEPTION, *GOAL_OBSERVATION, Term("rise", RISE))
        return TaskTerms(observation, reward, ENDINGS, Term("climbed", climbed))
