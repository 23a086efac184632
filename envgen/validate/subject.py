"""The subject of checks: an MJCF, its compiled model, and results that several checks share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import mujoco
import numpy as np

from envgen.core.deprecation import warn_renamed
from envgen.core.heightfield import Floats
from envgen.core.params import RobotSize
from envgen.validate.simulation import SimulationStats, simulate
from envgen.validate.source import Source
from envgen.validate.stepwise import StepwiseStats, simulate_stepwise
from envgen.worlds.compiled.measure import measure_agent
from envgen.worlds.compiled.state import Snapshot, reset
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import Data, Model, capture_warnings
from envgen.worlds.sampling.teams import Teams

MIN_TIMESTEP, MAX_TIMESTEP = 2e-5, 1.0
"""Timesteps in s with which an external file is simulated; the check `timestep` reports others."""


class UnrunnableError(Exception):
    """The model can't be simulated, so checks that need a simulation don't apply."""


@dataclass(eq=False)
class Subject:
    """An MJCF under examination; expensive results are computed once, on first use.

    Attributes:
        text: The MJCF, as read.
        folder: Folder of the files that it names, or None if `files` has them.
        files: Contents of its files by name.
        model: The compiled model, or None if it could not be compiled.
        problem: Why it could not be compiled.
        warnings: MuJoCo's warnings from compiling it.
        cell: Cell of the ground map where the terrain is boxes, in m.
        sizes: Size of each agent's robot; measured from the model where missing.
        task: The task as data, or None.
        params: The drawn parameters of the task.
        teams: Teams and roles of the agents; None if each is its own team.
        rng: Draws the random control.
        disagreements: Options on which the robots of the world disagree, each with the value taken.
        start_warnings: MuJoCo's warnings from computing the start.
        drawn: Whether this process wrote the text: then it is well-formed if MuJoCo compiles it.
        built_in: Whether all its robots are known to be built-in ones.
        foreign: Whether it is an external file and not a variant that was drawn: lints apply.
        state: A state of the model to work in, or None to make one; see `compiler.borrow_data`.
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
    _elements: dict[str, dict[int, Any]] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def source(self) -> Source:
        """The elements of its text and of included files, with file and line."""
        return Source.read(self.text, self.folder)

    @cached_property
    def world(self) -> World:
        """The compiled world."""
        return World(self.model, self.cell)

    @cached_property
    def data(self) -> Data:
        """MuJoCo's state, which `home` and `simulation` share, as making one takes 0.4 ms."""
        return mujoco.MjData(self.model) if self.state is None else self.state

    @cached_property
    def home(self) -> Snapshot:
        """The state at the start."""
        reset(self.model, self.data)
        with capture_warnings() as caught:
            mujoco.mj_forward(self.model, self.data)
        self.start_warnings = tuple(caught.messages)
        return Snapshot.of(self.data)

    @cached_property
    def simulation(self) -> SimulationStats:
        """Statistics of a second of simulation, which every check uses.

        Raises:
            UnrunnableError: The timestep is out of bounds.
        """
        self._require_runnable()
        return simulate(self.model, self.data, self.rng, full_second=self.foreign)

    @property
    def settled(self) -> SimulationStats:
        """Deprecated name of `simulation`."""
        warn_renamed("Subject.settled", "Subject.simulation")
        return self.simulation

    @property
    def cast(self) -> Teams | None:
        """Deprecated name of `teams`."""
        warn_renamed("Subject.cast", "Subject.teams")
        return self.teams

    @cached_property
    def stepwise(self) -> StepwiseStats:
        """Statistics of the start and of two runs step by step, for lints; slower than `simulation`.

        Raises:
            UnrunnableError: The timestep is out of bounds.
        """
        self._require_runnable()
        return simulate_stepwise(self.model)

    def _require_runnable(self) -> None:
        # else a second could take any number of steps
        if self.foreign and not MIN_TIMESTEP <= float(self.model.opt.timestep) <= MAX_TIMESTEP:
            raise UnrunnableError

    def elements(self, kind: str) -> dict[int, Any]:
        """Return the elements of a kind, such as `joint`, of `spec` by their number in the model."""
        if kind not in self._elements:
            self._elements[kind] = {e.id: e for e in elements_of(self.spec, kind)}
        return self._elements[kind]

    @property
    def ours(self) -> bool:
        """True if envgen made the world: terrain and agents have the names that envgen gives."""
        return self.model is not None and self.world.made_by_envgen

    def root_of(self, agent: str) -> Floats:
        """Return the (3,) position of an agent's root at the start, in m."""
        position: Floats = self.home.xpos[self.world.roots[agent]]
        return position

    def size_of(self, agent: str) -> RobotSize:
        """Return the size of an agent's robot."""
        if agent not in self.sizes:
            self.sizes = {**self.sizes, agent: measure_agent(self.world, self.home, agent)}
        return self.sizes[agent]


_PLURAL = {"body": "bodies", "equality": "equalities", "mesh": "meshes"}


def elements_of(owner: Any, kind: str) -> Iterable[Any]:
    """Return the elements of a kind of an `MjSpec` or of one of its bodies; empty if it has none."""
    found: Iterable[Any] = getattr(owner, _PLURAL.get(kind, f"{kind}s"), ())
    return found
