"""The base of all tasks: named terms, as data."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from envgen.core.dist import Dist
from envgen.core.errors import InputError, suggestion
from envgen.core.families import SPAWN_LAYOUTS, TASKS
from envgen.tasks.expr import Expr
from envgen.tasks.spawn import SpawnLayout

register = TASKS.register

Spawn = str | SpawnLayout
"""Name of a registered spawn layout, or a layout of the task's own."""
Goals = Literal["agent", "team", "shared"]
GOAL_MARK = ("cylinder", (0.3, 0.02))
"""A flat disc."""


@dataclass(frozen=True)
class Term:
    """One named part of an observation, a reward or a termination.

    Attributes:
        name: Its name in logs and plots.
        expr: Expression over the agent's state; see `envgen.tasks.expr`.
        weight: Factor of a reward term.
        per: Whether the weight counts once per control step (`step`, for events) or per simulated second
            (`second`): then returns do not depend on the control rate of a robot.
    """

    name: str
    expr: Expr
    weight: float = 1.0
    per: Literal["step", "second"] = "step"


@dataclass(frozen=True)
class TaskTerms:
    """A whole task for one agent.

    Attributes:
        observation: Concatenated in order.
        reward: Weighted and summed.
        terminated: The episode ends in failure when one differs from 0.
        success: The task is done where it differs from 0.
        truncated: The episode is cut off when one differs from 0, which is nobody's failure: a learner
            bootstraps the value of the last state, as at the time limit.
        success_at: `once`: success ends the episode when it first holds. `end`: it is judged in the last step
            of an episode that was cut off or ran out of time, for tasks without a finish.
    """

    observation: tuple[Term, ...]
    reward: tuple[Term, ...]
    terminated: tuple[Term, ...]
    success: Term = field(default=Term("success", 0))
    truncated: tuple[Term, ...] = ()
    success_at: Literal["once", "end"] = "once"

    def to_json(self, weights: Mapping[str, Dist] | None = None) -> dict[str, Any]:
        """Return plain data with an EnvCfg's weights; a drawn one becomes `["param", "weight.<term>"]`."""
        given = {
            name: weight if isinstance(weight, int | float) else ["param", f"weight.{name}"]
            for name, weight in (weights or {}).items()
        }
        success: dict[str, Any] = {"name": self.success.name, "expr": self.success.expr}
        if self.success_at == "end":
            success["at"] = "end"
        data: dict[str, Any] = {
            "observation": [{"name": t.name, "expr": t.expr} for t in self.observation],
            "reward": [
                {"name": t.name, "weight": given.get(t.name, t.weight), "expr": t.expr}
                | ({"per": "second"} if t.per == "second" else {})
                for t in self.reward
            ],
            "terminated": [{"name": t.name, "expr": t.expr} for t in self.terminated],
            "success": success,
        }
        if self.truncated:
            data["truncated"] = [{"name": t.name, "expr": t.expr} for t in self.truncated]
        return data


def _warn_layout(remedy: str, frames: int = 2) -> None:
    """Warn whoever is that many frames above the caller."""
    warnings.warn(f"Task.layout is deprecated: {remedy}", DeprecationWarning, stacklevel=frames + 1)


class _DeprecatedLayout:
    """`Task.layout`, the former name of `Task.spawn`, for those who still read it."""

    def __get__(self, task: object, kind: type[Task]) -> Spawn:
        _warn_layout("read `Task.spawn`")
        return kind.spawn


class Task(ABC):
    """A kind of task. The fields of the (frozen dataclass) subclass are its drawn parameters.

    Attributes:
        kind: Public name.
        spawn: Where agents start and goals lie: a name among `envgen/tasks/spawn_layouts/`, such as `free`
            (anywhere apart), `goal` (each with a goal of its own) or `lanes` (side by side, a finish ahead),
            or a function of the task's own, from a `SpawnArea` to `Spawns` (`envgen/tasks/spawn.py`).
        goals: Which goal an agent has: `goal/<i>` of the i-th agent, of its team, or one for all.
        objects: Kinds of obstacle of which the task moves one, the usual one first; empty for none.
        min_agents: Least number of agents.
        max_agents: Greatest number of agents, or None.
        teams: Least and greatest number of teams that several agents make; None where teams mean nothing.
        roles: Whether agents are chasers and runners.
        planar: Whether robots that move in a vertical plane only can do it.
    """

    kind: ClassVar[str]
    spawn: ClassVar[Spawn] = "free"
    layout: ClassVar[Any] = _DeprecatedLayout()
    goals: ClassVar[Goals] = "agent"
    objects: ClassVar[tuple[str, ...]] = ()
    min_agents: ClassVar[int] = 1
    max_agents: ClassVar[int | None] = None
    teams: ClassVar[tuple[int, int | None] | None] = None
    roles: ClassVar[bool] = False
    planar: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "layout" in vars(cls):
            name = vars(cls)["layout"]
            remedy = f"write `spawn: ClassVar[Spawn] = {name!r}` in place of `layout` in {cls.__name__}"
            _warn_layout(remedy, frames=3)  # the class statement is above ABCMeta
            if "spawn" not in vars(cls):
                cls.spawn = name

    @classmethod
    def spawn_layout(cls) -> SpawnLayout:
        """Return the layout that `spawn` names or is.

        Raises:
            InputError: There is none of that name.
        """
        if not isinstance(cls.spawn, str):
            return cls.spawn
        if cls.spawn not in SPAWN_LAYOUTS:
            raise InputError(
                f"task {cls.kind!r} has an unknown spawn layout {cls.spawn!r}",
                suggestion(cls.spawn, SPAWN_LAYOUTS.names()),
            )
        layout: SpawnLayout = SPAWN_LAYOUTS.get(cls.spawn)
        return layout

    @classmethod
    @abstractmethod
    def terms(cls) -> TaskTerms:
        """Return the terms for one agent; a drawn parameter enters as `["param", name]`."""

    @classmethod
    def roomy(cls, drawn: Mapping[str, float], agents: int, radius: float) -> dict[str, float]:
        """Return parameters to change, where left open, for so many agents of that radius (m)."""
        return {}

    def goal_distance(self) -> float:
        """Return the distance from start (or object) to goal in m, for spawn layouts that have goals."""
        return 0.0

    def mark(self) -> tuple[str, tuple[float, ...]]:
        """Return MuJoCo's type and size (m) of the site that marks a goal."""
        return GOAL_MARK

    @classmethod
    def reward_names(cls) -> list[str]:
        """Return the names of the reward terms, which an EnvCfg may weight."""
        return [term.name for term in cls.terms().reward]


def __getattr__(name: str) -> Any:
    if name == "Layout":
        _warn_layout("import `Spawn` instead of `Layout`")
        return Spawn
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
