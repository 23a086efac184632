"""The base of all tasks: named terms, as data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from envgen.core.dist import Dist
from envgen.core.families import TASKS
from envgen.tasks.expr import Expr

register = TASKS.register

Layout = Literal["free", "goal", "lanes", "top", "centre", "ring", "chase", "push", "pitch"]
Goals = Literal["agent", "team", "shared"]
GOAL_MARK = ("cylinder", (0.3, 0.02))
"""A flat disc."""


@dataclass(frozen=True)
class Term:
    """One named part of an observation, a reward or an ending.

    Attributes:
        name: What logs and plots call it.
        expr: Expression over the agent's state; see `envgen.tasks.expr`.
        weight: Factor of a reward term, per control step.
    """

    name: str
    expr: Expr
    weight: float = 1.0


@dataclass(frozen=True)
class TaskTerms:
    """A whole task for one agent.

    Attributes:
        observation: Concatenated in order.
        reward: Weighted and summed.
        terminated: The episode ends when one differs from 0.
        success: The task is done where it differs from 0; that ends the episode too.
    """

    observation: tuple[Term, ...]
    reward: tuple[Term, ...]
    terminated: tuple[Term, ...]
    success: Term = field(default=Term("success", 0))

    def to_json(self, weights: Mapping[str, Dist] | None = None) -> dict[str, Any]:
        """Plain data, with the weights of an EnvCfg; a drawn one becomes `["param", "weight.<term>"]`."""
        given = {
            name: weight if isinstance(weight, int | float) else ["param", f"weight.{name}"]
            for name, weight in (weights or {}).items()
        }
        return {
            "observation": [{"name": t.name, "expr": t.expr} for t in self.observation],
            "reward": [
                {"name": t.name, "weight": given.get(t.name, t.weight), "expr": t.expr} for t in self.reward
            ],
            "terminated": [{"name": t.name, "expr": t.expr} for t in self.terminated],
            "success": {"name": self.success.name, "expr": self.success.expr},
        }


class Task(ABC):
    """A kind of task. The fields of the (frozen dataclass) subclass are its drawn parameters.

    Attributes:
        kind: Public name.
        layout: How agents and goals are put into the arena: anywhere apart (`free`), each with a goal
            of its own (`goal`), side by side on a line with a finish ahead (`lanes`), low with the highest
            point as goal (`top`), in the middle (`centre`), in a ring (`ring`), chasers away from runners
            (`chase`), before an object and its goal (`push`), in two halves with a ball (`pitch`).
        goals: Which goal an agent has: `goal/<i>` of the i-th agent, of its team, or one for all.
        objects: Kinds of obstacle of which the task moves one, the usual one first; empty for none.
        min_agents: Least number of agents.
        max_agents: Greatest number of agents, or None.
        teams: Least and greatest number of teams that several agents make; None where teams mean nothing.
        roles: Whether agents are chasers and runners.
        planar: Whether robots that move in a plane of their own can do it.
    """

    kind: ClassVar[str]
    layout: ClassVar[Layout] = "free"
    goals: ClassVar[Goals] = "agent"
    objects: ClassVar[tuple[str, ...]] = ()
    min_agents: ClassVar[int] = 1
    max_agents: ClassVar[int | None] = None
    teams: ClassVar[tuple[int, int | None] | None] = None
    roles: ClassVar[bool] = False
    planar: ClassVar[bool] = True

    @classmethod
    @abstractmethod
    def terms(cls) -> TaskTerms:
        """The terms for one agent; what was drawn for a world enters as `["param", name]`."""

    @classmethod
    def roomy(cls, drawn: Mapping[str, float], agents: int, radius: float) -> dict[str, float]:
        """Parameters that have to be other than drawn for so many agents of that radius (m), if left open."""
        return {}

    def goal_distance(self) -> float:
        """Distance from start (or object) to goal in m, for layouts that have goals."""
        return 0.0

    def mark(self) -> tuple[str, tuple[float, ...]]:
        """How a goal is drawn: MuJoCo's type and size (m) of its site."""
        return GOAL_MARK

    @classmethod
    def reward_names(cls) -> list[str]:
        """Names of the reward terms, which an EnvCfg may weight."""
        return [term.name for term in cls.terms().reward]
