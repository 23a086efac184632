"""Catch, and don't be caught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from envgen.core.params import param
from envgen.tasks.base import Spawn, Task, TaskTerms, Term, register
from envgen.tasks.common import (
    EFFORT,
    ENDINGS,
    OPPONENT_OBSERVATION,
    PROPRIOCEPTION,
    XY,
    flat,
    speed_towards,
    to_nearest,
)
from envgen.tasks.expr import Expr

CHASER: Expr = ["role", "chaser"]
RUNNER: Expr = ["role", "runner"]
REACH: Expr = ["add", ["add", ["constant", "radius"], ["me", ["constant", "radius"]]], ["param", "reach"]]
NEAR: Expr = ["lt", ["norm", ["sub", XY, ["me", XY]]], REACH]
"""Whether the circles that hold the robots meet."""
CAUGHT: Expr = ["and", RUNNER, ["any", "chasers", NEAR]]


@register
@dataclass(frozen=True)
class Tag(Task):
    """Chasers touch runners: a runner that is reached is out, and with the last one the chasers have won."""

    kind: ClassVar[str] = "tag"
    spawn: ClassVar[Spawn] = "chase"
    min_agents: ClassVar[int] = 2
    teams: ClassVar[tuple[int, int | None] | None] = (2, 2)
    roles: ClassVar[bool] = True
    planar: ClassVar[bool] = False

    reach: float = param(
        "m", 0.0, 10.0, "between the circles of two robots that counts as touch", default=0.1
    )

    @classmethod
    def terms(cls) -> TaskTerms:
        won = ["and", CHASER, ["all", "runners", CAUGHT]]
        closing = speed_towards(flat(to_nearest("opponents")))
        reward = (
            Term("chase", ["mul", CHASER, closing], 1.0),
            Term("flee", ["mul", RUNNER, ["neg", closing]], 1.0),
            Term("free", ["sub", RUNNER, CAUGHT], 0.5),
            Term("catch", ["and", CHASER, ["any", "runners", CAUGHT]], 10.0),
            Term("caught", ["neg", CAUGHT], 10.0),
            EFFORT,
        )
        observation = (*PROPRIOCEPTION, Term("chaser", CHASER), *OPPONENT_OBSERVATION)
        return TaskTerms(observation, reward, (Term("caught", CAUGHT), *ENDINGS), Term("won", won))
