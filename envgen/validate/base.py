"""The base of all checks, and what they look at."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import mujoco
import numpy as np

from envgen.core.heightfield import Floats
from envgen.core.params import RobotSize
from envgen.core.registry import Registry
from envgen.validate.report import Finding, Severity, rounded
from envgen.validate.simulation import Settled, settle
from envgen.validate.source import Place, Source
from envgen.validate.stages import Stage, sort_key, stage_of_order
from envgen.validate.stepwise import Watched, watch
from envgen.worlds.compiled.state import Snapshot, reset
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import Data, Model, listening
from envgen.worlds.sampling.teams import Teams

CHECKS: Registry[type[Check]] = Registry("check", "envgen.validate.checks")
register = CHECKS.register
Blame = Literal["obstacles", "terrain"]
Scope = Literal["all", "foreign"]

SHORTEST, LONGEST = 2e-5, 1.0
"""Timesteps in s with which a file of others is simulated; the check `timestep` tells of others."""


class UnrunnableError(Exception):
    """The model can't be simulated: checks of what happens then don't apply."""


@dataclass(eq=False)
class Subject:
    """An MJCF under examination; what is costly is computed once, when first asked for.

    Attributes:
        text: The MJCF, as read.
        folder: Where the files that it names must be, or None if they are given.
        files: Contents of its files by name.
        model: The compiled model, or None if it could not be compiled.
        problem: Why it could not be.
        warnings: What MuJoCo warned of.
        cell: Cell of the ground map where the terrain is boxes, in m.
        sizes: What each agent's robot measures; measured from the model where missing.
        task: The task as data, or None.
        params: The drawn parameters of the task.
        teams: Teams and roles of the agents, or None: then each is its own team.
        rng: Draws the random control.
        disagreements: On what the robots of the world disagree, and what was taken.
        start_warnings: What MuJoCo warned of when it computed the start.
        drawn: Whether its text was written in this process: then it is well-formed if MuJoCo compiles it.
        built_in: Whether all its robots are known to be built-in ones.
        foreign: Whether it is a file that somebody wrote, not a variant that was drawn: lints apply.
        state: A state of the model to work in, or None to make one; see `engine.borrowed`.
        spec: The `MjSpec` that the model was compiled from, with defaults resolved; foreign only.
    """

    text: bytes
    folder: Path | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    model: Model = None
    problem: str = ""
    warnings: tuple[str, ...] = ()
    cell: float = 0.1
    sizes: Mapping[str, RobotSize] = field(default_factory=dict)
    task: Mapping[str, Any] | None = None
    params: Mapping[str, float] = field(default_factory=dict)
    teams: Teams | None = None
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    disagreements: tuple[str, ...] = ()
    start_warnings: tuple[str, ...] = ()
    foreign: bool = False
    drawn: bool = False
    built_in: bool = False
    state: Data = None
    spec: Any = None

    @cached_property
    def source(self) -> Source:
        """The elements of its text and of what it includes, with file and line."""
        return Source.read(self.text, self.folder)

    @cached_property
    def watched(self) -> Watched:
        """What lints look at: the start and a second step by step. Dearer than `settled`."""
        self._can_run()
        return watch(self.model)

    def _can_run(self) -> None:
        """A second in a bounded number of steps, or not at all."""
        if self.foreign and not SHORTEST <= float(self.model.opt.timestep) <= LONGEST:
            raise UnrunnableError

    @cached_property
    def world(self) -> World:
        """The compiled world."""
        return World(self.model, self.cell)

    @cached_property
    def data(self) -> Data:
        """MuJoCo's state; `home` and `settled` take turns at it, as making one costs 0.4 ms."""
        return mujoco.MjData(self.model) if self.state is None else self.state

    @cached_property
    def home(self) -> Snapshot:
        """The state at the start."""
        reset(self.model, self.data)
        with listening() as caught:
            mujoco.mj_forward(self.model, self.data)
        self.start_warnings = tuple(caught.messages)
        return Snapshot.of(self.data)

    @cached_property
    def settled(self) -> Settled:
        """What happened in a second of simulation."""
        self._can_run()
        return settle(self.model, self.data, self.rng, whole=self.foreign)

    def root_of(self, agent: str) -> Floats:
        """(3,) position of an agent's root at the start, in m."""
        position: Floats = self.home.xpos[self.world.roots[agent]]
        return position

    @property
    def ours(self) -> bool:
        """Whether it is a world of ours: with terrain and agents named as in the vocabulary."""
        return self.model is not None and self.world.ours

    def size_of(self, agent: str) -> RobotSize:
        """What an agent's robot measures."""
        if agent not in self.sizes:
            from envgen.worlds.compiled.measure import measure_agent

            self.sizes = {**self.sizes, agent: measure_agent(self.world, self.home, agent)}
        return self.sizes[agent]


class Check(ABC):
    """One check.

    Attributes:
        kind: Public name.
        title: What it holds, in a line.
        unit: SI unit of what it measures.
        blame: What a failed variant draws again first.
        stage: When it runs; see `envgen.validate.stages` for the order within a stage.
        remedy: What to loosen or change when it fails.
        why: What goes wrong otherwise, in a line or two.
        scope: `all`, or `foreign` for what only files of others need: never run on variants that are drawn.
        severity: How bad a failure is in a file of others; in a variant it is always an error.
        bound: The bound for people, such as `1 mm`; empty where `title` says it all.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str] = ""
    blame: ClassVar[Blame] = "terrain"
    stage: ClassVar[Stage] = Stage.SIMULATION
    remedy: ClassVar[str] = ""
    why: ClassVar[str] = ""
    scope: ClassVar[Scope] = "all"
    severity: ClassVar[Severity] = "error"
    bound: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "order" in vars(cls):
            message = f"{cls.__name__}.order is deprecated; state a stage, such as `stage = Stage.START`"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            if "stage" not in vars(cls):
                cls.stage = stage_of_order(vars(cls)["order"])

    def applies(self, subject: Subject) -> bool:
        """Whether there is anything to check; by default a model that compiled."""
        return subject.model is not None

    @abstractmethod
    def run(self, subject: Subject) -> Finding:
        """Measure, and compare with the bound."""

    def examine(self, subject: Subject) -> tuple[Finding, ...]:
        """All that it finds: of a variant one finding, of a file of others one for each element."""
        finding = self.run(subject)
        if subject.foreign and not finding.ok and finding.severity == "error":
            finding = replace(finding, severity=self.severity)
        return (finding,)

    def at(self, place: Place, finding: Finding) -> Finding:
        """A finding about an element."""
        return replace(finding, element=place.element, file=place.file, line=place.line)

    def finding(
        self, measured: float, bound: float, *, ok: bool, detail: str = "", remedy: str = ""
    ) -> Finding:
        """A finding of this check; with a remedy of its own if the check's does not fit."""
        return Finding(
            self.kind,
            ok,
            rounded(float(measured)),
            rounded(float(bound)),
            self.unit,
            "" if ok else detail,
            "" if ok else remedy or self.remedy,
        )

    def at_most(self, measured: float, bound: float, detail: str = "") -> Finding:
        """Passed if measured <= bound."""
        return self.finding(measured, bound, ok=bool(measured <= bound), detail=detail)

    def at_least(self, measured: float, bound: float, detail: str = "") -> Finding:
        """Passed if measured >= bound."""
        return self.finding(measured, bound, ok=bool(measured >= bound), detail=detail)


def checks_in_order(scope: Scope | None = None) -> list[type[Check]]:
    """Return the registered checks in the order in which they run.

    Args:
        scope: Only checks of this scope; by default all.
    """
    kinds = [kind for _, kind in CHECKS if scope in (None, kind.scope)]
    return sorted(kinds, key=lambda kind: sort_key(kind.kind, kind.stage))
