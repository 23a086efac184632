"""The values of one variant, before anything has a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from envgen.core.rng import Streams
from envgen.obstacles.base import Obstacle, Shape
from envgen.tasks.base import Task
from envgen.terrains.base import Ground
from envgen.worlds.physics_options import PhysicsOptions
from envgen.worlds.robots.robot_model import RobotModel


@dataclass(frozen=True)
class Attempt:
    """Number of a draw of the same variant: rejected ones are drawn again, obstacles before the ground.

    Attributes:
        terrain: 0 for the first ground.
        obstacles: 0 for the first obstacles on that ground.
        memory: Number of times that the memory for this very world was found too small; each quadruples it.
    """

    terrain: int = 0
    obstacles: int = 0
    memory: int = 0


@dataclass(frozen=True)
class Agent:
    """One robot of the world.

    Attributes:
        id: Such as `ant_0`.
        robot: Its model.
        team: Its team in the task, or None: then it is a team of its own.
        role: Its role, or None.
        colour: Number of its team's colour, as returned by `team_colours.colour_number`.
    """

    id: str
    robot: RobotModel
    team: str | None
    role: str | None
    colour: int

    @property
    def planar(self) -> bool:
        """True if it moves in a vertical plane along x only."""
        return self.robot.planar

    @property
    def radius(self) -> float:
        """Radius (m) of the circle around its root that holds it."""
        return self.robot.size.radius


@dataclass(frozen=True)
class Scatter:
    """Obstacles of one kind with the same parameters, and their number."""

    kind: Obstacle
    count: int


@dataclass(frozen=True)
class TaskObject:
    """The ball or crate that a task moves.

    Attributes:
        kind: Its kind of obstacle.
        shape: Its geoms.
    """

    kind: Obstacle
    shape: Shape

    @property
    def name(self) -> str:
        """`<kind>_0`: it is the first of its kind, whatever else is scattered."""
        return f"{self.kind.kind}_0"


class Terrain(Protocol):
    """The kinds and parameters of the ground, before it is made."""

    @property
    def size(self) -> tuple[float, float]:
        """Extent (x, y) of the arena, in m."""

    def ground(self, streams: Streams, attempt: int) -> Ground:
        """Make it.

        Raises:
            InputError: Parameters don't fit the size.
        """


@dataclass(frozen=True)
class Draw:
    """All that is decided about a variant before anything is placed.

    Attributes:
        values: Drawn values by path, for the pack and its tables.
        notes: Remarks for the user, such as solver options that disagreed.
    """

    difficulty: float
    size: tuple[float, float]
    cell: float
    terrain: Terrain
    obstacles: tuple[Scatter, ...]
    agents: tuple[Agent, ...]
    task: Task
    object: TaskObject | None
    physics: PhysicsOptions
    values: Mapping[str, Any]
    notes: tuple[str, ...]
