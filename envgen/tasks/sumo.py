"""Push the other out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from envgen.core.params import param
from envgen.tasks.base import Goals, Spawn, Task, TaskTerms, Term, register
from envgen.tasks.common import (
    DISTANCE,
    EFFORT,
    ENDINGS,
    FALLEN,
    GOAL_OBSERVATION,
    OPPONENT_OBSERVATION,
    PROPRIOCEPTION,
    flat,
    speed_towards,
    to_nearest,
)
from envgen.tasks.expr import Expr
from envgen.tasks.spawn import circle_radius

OUT: Expr = ["gt", DISTANCE, ["param", "ring"]]


@register
@dataclass(frozen=True)
class Sumo(Task):
    """Push the other out of the ring: who leaves it or falls has lost, the last team in it has won."""

    kind: ClassVar[str] = "sumo"
    spawn: ClassVar[Spawn] = "ring"
    goals: ClassVar[Goals] = "shared"
    min_agents: ClassVar[int] = 2
    teams: ClassVar[tuple[int, int | None] | None] = (2, None)

    ring: float = param("m", 0.2, 200.0, "radius of the ring", default=3.0, scale="radius")

    @classmethod
    def roomy(cls, drawn: Mapping[str, float], agents: int, radius: float) -> dict[str, float]:
        return {"ring": max(drawn["ring"], round(1.25 * circle_radius(agents, radius), 2))}

    def mark(self) -> tuple[str, tuple[float, ...]]:
        return "cylinder", (self.ring, 0.02)

    @classmethod
    def terms(cls) -> TaskTerms:
        lost = ["or", OUT, FALLEN.expr]
        # who falls together with the last opponent has not won
        won = ["and", ["all", "opponents", lost], ["not", lost]]
        reward = (
            Term("approach", speed_towards(flat(to_nearest("opponents"))), 0.2),
            Term("drive", ["any", "opponents", OUT], 5.0),
            Term("won", won, 10.0),
            Term("lost", ["neg", lost], 10.0),
            EFFORT,
        )
        observation = (
            *PROPRIOCEPTION,
            *GOAL_OBSERVATION,
            Term("ring", ["param", "ring"]),
            *OPPONENT_OBSERVATION,
        )
        return TaskTerms(observation, reward, (Term("out", OUT), *ENDINGS), Term("won", won))
