"""EnvCfg, schema 1: a distribution of environments; frozen, closed and JSON-serialisable."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_serializer, model_validator

from envgen.core import dist
from envgen.core.errors import suggestion
from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.core.frozen import FrozenDict
from envgen.core.kind_cfg import ClosedModel, KindCfg, check_params, lookup
from envgen.core.registry import Registry

SCHEMA = 1
MAX_CELLS = 4_000_000
"""Largest heightfield, in samples: 16 MB of float32 for each variant."""
MAX_AGENTS = 64


def slug(text: str, longest: int = 60) -> str:
    """Return lower-case words joined by hyphens, for names of files and worlds."""
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return words[:longest].rstrip("-") or "env"


class SubTerrainCfg(KindCfg):
    """One kind of ground; further keys are the parameters of the kind."""

    registry: ClassVar[Registry[Any]] = TERRAINS
    weight: dist.number(0.0, 1e9) = Field(  # type: ignore[valid-type]
        default=1.0, description="share among its siblings"
    )


class TerrainCfg(ClosedModel):
    """The ground."""

    layout: Literal["single", "grid", "track", "blend"] = "single"
    size: tuple[dist.number(2.0, 500.0, "m"), dist.number(2.0, 500.0, "m")] = Field(  # type: ignore[valid-type]
        default=(16.0, 16.0), description="extent x, y of the arena (of one patch in grid, track), m"
    )
    cell: dist.number(0.01, 2.0, "m") = Field(  # type: ignore[valid-type]
        default=0.1, description="m per heightfield cell"
    )
    levels: dist.number(1, 40, integer=True) = Field(  # type: ignore[valid-type]
        default=5, description="columns of a grid, from easy to hard"
    )
    border: dist.number(0.0, 50.0, "m") = Field(  # type: ignore[valid-type]
        default=1.0, description="width of the level strips around the patches of a grid or track, m"
    )
    sub_terrains: tuple[SubTerrainCfg, ...] = Field(
        default_factory=lambda: (SubTerrainCfg(kind="flat"),), min_length=1
    )

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not any(dist.bounds(s.weight)[1] > 0 for s in self.sub_terrains):
            raise ValueError("the weights of all sub_terrains are 0: give one a weight above 0")
        cell, border = dist.bounds(self.cell)[0], dist.bounds(self.border)[1]
        sides = [dist.bounds(v)[1] for v in self.size]
        if self.layout in ("grid", "track"):
            number = len(self.sub_terrains)
            count = (dist.bounds(self.levels)[1], number) if self.layout == "grid" else (number, 1)
            sides = [n * (side + border) + border for n, side in zip(count, sides)]
        across, along = (side / cell for side in sides)
        if across * along > MAX_CELLS:
            raise ValueError(
                f"a heightfield of {math.ceil(across)} x {math.ceil(along)} cells is over the bound of"
                f" {MAX_CELLS:,}: take a larger cell or a smaller size"
                f"{' or fewer levels' if self.layout == 'grid' else ''}"
            )
        return self


class ObstacleCfg(KindCfg):
    """One kind of obstacle, by density or count; further keys are the parameters of the kind."""

    registry: ClassVar[Registry[Any]] = OBSTACLES
    density: dist.number(0.0, 5.0, "per m2") | None = Field(  # type: ignore[valid-type]
        default=None, description="per square metre of ground"
    )
    count: dist.number(0, 2000, integer=True) | None = Field(  # type: ignore[valid-type]
        default=None, description="number in the world"
    )

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.density is not None and self.count is not None:
            raise ValueError("density and count are both given: keep one of the two")
        if self.density is None and self.count is None:
            raise ValueError("neither density nor count is given: give one of the two")
        return self


class RobotCfg(ClosedModel):
    """Robots of one model."""

    model: str = "ant"
    count: dist.number(1, MAX_AGENTS, integer=True) = 1  # type: ignore[valid-type]
    team: str | None = Field(default=None, min_length=1, max_length=40)
    role: Literal["chaser", "runner"] | None = None
    params: Mapping[str, Any] = Field(default_factory=dict)

    @field_validator("model", mode="before")
    @classmethod
    def _known(cls, model: Any) -> Any:
        lookup(ROBOTS, model)
        return model

    @model_validator(mode="after")
    def _parameters(self) -> Self:
        known = ROBOTS.get(self.model).params
        parsed = check_params("RobotCfg", known, self.params, f"robot {self.model!r}", "params")
        object.__setattr__(self, "params", FrozenDict(parsed))
        return self

    @model_serializer
    def _serialise(self) -> dict[str, Any]:
        return {name: dist.to_plain(getattr(self, name)) for name in type(self).model_fields}


class TaskCfg(KindCfg):
    """The task; further keys are its parameters."""

    registry: ClassVar[Registry[Any]] = TASKS
    weights: Mapping[str, dist.number(-1e9, 1e9)] = Field(  # type: ignore[valid-type]
        default_factory=dict, description="weight of reward terms by name"
    )

    @model_validator(mode="after")
    def _terms(self) -> Self:
        known = TASKS.get(self.kind).reward_names()
        for name in self.weights:
            if name not in known:
                raise ValueError(f"no reward term {name!r}. {suggestion(name, known)}")
        return self


class PhysicsCfg(ClosedModel):
    """Physics of the world; null takes the value that the robot asks for."""

    gravity: dist.number(0.0, 100.0, "m/s2") = Field(  # type: ignore[valid-type]
        default=9.81, description="magnitude, m/s2: Earth 9.81, Moon 1.62, Mars 3.71"
    )
    friction: dist.number(0.0, 10.0) = Field(  # type: ignore[valid-type]
        default=1.0, description="sliding friction of ground and obstacles: ice 0.05-0.15, wet 0.3-0.5"
    )
    wind: tuple[
        dist.number(-60.0, 60.0, "m/s"),  # type: ignore[valid-type]
        dist.number(-60.0, 60.0, "m/s"),  # type: ignore[valid-type]
        dist.number(-60.0, 60.0, "m/s"),  # type: ignore[valid-type]
    ] = Field(default=(0, 0, 0), description="m/s along x, y, z")
    fluid: Literal["air", "water", "none"] = "air"
    timestep: dist.number(0.0001, 0.05, "s") | None = Field(  # type: ignore[valid-type]
        default=None, description="s; null: the finest of the robots"
    )
    integrator: Literal["Euler", "RK4", "implicit", "implicitfast"] | None = None

    @model_validator(mode="after")
    def _wind_needs_fluid(self) -> Self:
        if self.fluid == "none" and any(dist.bounds(w) != (0, 0) for w in self.wind):
            raise ValueError("wind needs a fluid: set fluid to 'air' or 'water', or wind to [0, 0, 0]")
        return self


class ControlCfg(ClosedModel):
    """Control rate and length of an episode."""

    frame_skip: dist.number(1, 1000, integer=True) = Field(  # type: ignore[valid-type]
        default=5, description="physics steps per control step"
    )
    episode: dist.number(0.01, 100_000.0, "s") = Field(  # type: ignore[valid-type]
        default=20.0, description="s until truncation"
    )


class RandomizeCfg(ClosedModel):
    """Drawn at every reset, as multipliers on the compiled model; the defaults change nothing."""

    friction_scale: dist.number(0.0, 10.0) = Field(  # type: ignore[valid-type]
        default=1.0, description="factor on every friction"
    )
    mass_scale: dist.number(0.05, 20.0) = Field(  # type: ignore[valid-type]
        default=1.0, description="factor on every mass"
    )
    gear_scale: dist.number(0.0, 20.0) = Field(  # type: ignore[valid-type]
        default=1.0, description="factor on every actuator's gear, one for all"
    )
    push: dist.number(0.0, 20.0, "m/s") = Field(  # type: ignore[valid-type]
        default=0.0, description="m/s at every push_interval; 0: as the task says"
    )
    push_interval: dist.number(0.05, 1000.0, "s") = Field(  # type: ignore[valid-type]
        default=5.0, description="s between pushes"
    )
    motor_scale: dist.number(0.0, 20.0) = Field(  # type: ignore[valid-type]
        default=1.0, description="factor on each actuator's force, drawn for each by itself"
    )
    latency: dist.number(0, 20, integer=True) = Field(  # type: ignore[valid-type]
        default=0, description="control steps until an action takes effect"
    )
    start_noise: dist.number(0.0, 1.0) = Field(  # type: ignore[valid-type]
        default=0.0, description="of the start: rad or m of joints, rad/s or m/s of their velocities"
    )
    observation_noise: dist.number(0.0, 1.0) = Field(  # type: ignore[valid-type]
        default=0.0, description="standard deviation of noise in every number of an observation, in its unit"
    )


class EnvCfg(ClosedModel):
    """A distribution of environments; see the vocabulary in docs/config.md.

    Raises:
        ValidationError: On direct construction; `cfgio.parse` raises InputError with the path instead.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    name: str = Field(default="env", pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)
    prompt: str | None = None
    terrain: TerrainCfg = Field(default_factory=TerrainCfg)
    obstacles: tuple[ObstacleCfg, ...] = ()
    robots: tuple[RobotCfg, ...] = Field(default_factory=lambda: (RobotCfg(),), min_length=1)
    task: TaskCfg = Field(default_factory=lambda: TaskCfg(kind="walk"))
    physics: PhysicsCfg = PhysicsCfg()
    control: ControlCfg = ControlCfg()
    randomize: RandomizeCfg = RandomizeCfg()
    difficulty: dist.number(0.0, 1.0) = (0.0, 1.0)  # type: ignore[valid-type]

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_by_name=True, validate_by_alias=True
    )

    @model_validator(mode="after")
    def _agents(self) -> Self:
        most = sum(int(dist.bounds(robot.count)[1]) for robot in self.robots)
        if most > MAX_AGENTS:
            raise ValueError(f"{most} robots in one world are over the bound of {MAX_AGENTS}")
        return self
