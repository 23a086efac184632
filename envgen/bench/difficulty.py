"""Effect of difficulty on each kind of terrain, measured on generated terrain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from envgen.core.families import ROBOTS, TERRAINS
from envgen.core.params import FileParam, RobotSize, draw, specs
from envgen.core.rng import Streams
from envgen.terrains.base import Patch
from envgen.terrains.tools.measures import MEASURES
from envgen.worlds.robots.robot_model import robot_model
from envgen.worlds.sampling.sampler import round_parameters

DIFFICULTIES = (0.1, 0.3, 0.5, 0.7, 0.9)
SIZE = 16.0
"""Side of the ground that is measured, in m."""
CELLS = {"gap": 0.02, "void": 0.05, "walls": 0.05}
"""Cell (m) at which a measure is taken; else 0.1, that of worlds. Gaps and walls are narrow."""
SEEDS = 6
"""Grounds of each difficulty; means are shown."""


@dataclass(frozen=True)
class DifficultyRow:
    """One kind of ground for one robot.

    Attributes:
        kind: Of terrain.
        robot: Whose size sets the scale.
        measure: What was measured: a name in `envgen/terrains/tools/measures.py`.
        unit: Its unit.
        values: At each of `DIFFICULTIES`.
    """

    kind: str
    robot: str
    measure: str
    unit: str
    values: tuple[float, ...]

    @property
    def grows(self) -> bool:
        """True if it is larger at each difficulty than at the one before."""
        return all(b > a for a, b in zip(self.values, self.values[1:]))


def difficulty_table(
    robots: tuple[str, ...] = ("ant", "quadruped"), kinds: tuple[str, ...] = ()
) -> list[DifficultyRow]:
    """Measure kinds at five difficulties; flat ground, which has none, and files are left out.

    Args:
        robots: Whose sizes set the scale.
        kinds: Which terrains; by default all.
    """
    rows = []
    for kind in kinds or TERRAINS.names():
        measure = TERRAINS.get(kind).measure
        if not measure or any(isinstance(spec, FileParam) for spec in specs(TERRAINS.get(kind)).values()):
            continue
        for robot in robots:
            values = measured(kind, size_of(robot))
            rows.append(DifficultyRow(kind, robot, measure, MEASURES[measure][1], values))
    return rows


def size_of(robot: str) -> RobotSize:
    """The size of a robot with its default parameters."""
    params = {key: spec.at(0.5, RobotSize()) for key, spec in ROBOTS.get(robot).params.items()}
    return robot_model(robot, params).size


def measured(kind: str, size: RobotSize, **given: Any) -> tuple[float, ...]:
    """The measure of a kind at each of `DIFFICULTIES`.

    Args:
        kind: Of terrain.
        size: What sets the scale.
        given: Files that the kind needs.
    """
    cls = TERRAINS.get(kind)
    patch = Patch.of((SIZE, SIZE), CELLS.get(cls.measure, 0.1))
    values = []
    for difficulty in DIFFICULTIES:
        found = []
        for seed in range(SEEDS):
            streams = Streams(seed, 0)
            drawn = draw(specs(cls), given, streams, "terrain", difficulty=difficulty, size=size)
            ground = cls(**round_parameters(drawn)).ground(patch, streams("terrain"))
            found.append(MEASURES[cls.measure][0](ground, patch, size))
        values.append(float(np.mean(found)))
    return tuple(values)
