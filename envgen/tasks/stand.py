"""Stand still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from envgen.tasks.base import Task, TaskTerms, Term, register
from envgen.tasks.common import ALIVE, EFFORT, ENDINGS, PROPRIOCEPTION, UP


@register
@dataclass(frozen=True)
class Stand(Task):
    """Stay upright and where you are."""

    kind: ClassVar[str] = "stand"

    @classmethod
    def terms(cls) -> TaskTerms:
        speed = ["norm", ["sensor", "root_vel"]]
        reward = (
            ALIVE,
            Term("upright", UP),
            Term("still", ["exp", ["mul", -4, ["square", speed]]]),
            EFFORT,
        )
        return TaskTerms(PROPRIOCEPTION, reward, ENDINGS)
