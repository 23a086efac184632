"""The interface between tasks and the search for start poses.

A spawn layout is a function that gets a `SpawnArea` and returns `Spawns`. A task names one of the registered
layouts (`envgen/tasks/spawn_layouts/`, one a file) or brings its own function; see `Task.spawn`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from envgen.core.families import SPAWN_LAYOUTS
from envgen.core.heightfield import Floats

Cells = NDArray[np.intp]
"""(n,) indices of cells, the best first."""
Mask = NDArray[np.bool_]
"""(cells,) a flag for each cell."""
Point = tuple[float, float, float]
"""x, y, z in m."""
Zone = tuple[float, float, float, float]
"""Rectangle: least and greatest x, least and greatest y, in m."""
Place = tuple[float, float, float]
"""x and y in m, heading in rad."""

FLAT = 0.05
"""Relief (m) below which no flatter start is looked for: Isaac Lab's flat patches, radius 0.5 m."""


@dataclass(frozen=True)
class Pose:
    """Start pose of a robot's root.

    Attributes:
        pos: Position, in m.
        yaw: Heading about z, in rad.
        pitch: Turn about its own y before that, in rad; uphill is below 0.
        roll: Turn about its own x before both, in rad.
    """

    pos: Point
    yaw: float
    pitch: float = 0.0
    roll: float = 0.0


@dataclass(frozen=True)
class Spawns:
    """The result of a layout.

    Attributes:
        starts: One pose for each agent, in the order of the agents.
        goals: No goal, or one for each agent, for each team or for all, as `Task.goals` says.
        keep_clear: Circles (x, y, radius) in m where no obstacle may stand, such as the way of the object.
    """

    starts: tuple[Pose, ...]
    goals: tuple[Point, ...] = ()
    keep_clear: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True)
class LaidObject:
    """The task's object where it lies.

    Attributes:
        x: Of its middle, in m.
        y: Of its middle, in m.
        radius: Of the circle that holds it, in m.
    """

    x: float
    y: float
    radius: float


class SpawnAgent(Protocol):
    """An agent, as far as layouts know it."""

    @property
    def id(self) -> str:
        """Such as `ant_0`."""

    @property
    def team(self) -> str | None:
        """Its team, or None."""

    @property
    def role(self) -> str | None:
        """`chaser`, `runner` or None."""

    @property
    def planar(self) -> bool:
        """True if it moves in a vertical plane along x only."""

    @property
    def radius(self) -> float:
        """Radius (m) of the circle around its root that holds it."""


class SpawnArea(Protocol):
    """The ground of one variant as a grid of cells, and the means to put agents on it.

    Cells are numbered row by row; arrays of shape (cells,) have a value for each.
    """

    @property
    def agents(self) -> Sequence[SpawnAgent]:
        """The agents in the order of the world."""

    @property
    def size(self) -> tuple[float, float]:
        """Extent (x, y) of the arena around the origin, in m."""

    @property
    def rng(self) -> np.random.Generator:
        """The only source of randomness."""

    @property
    def robot_radius(self) -> float:
        """Radius of the widest robot, in m."""

    @property
    def goal_distance(self) -> float:
        """`Task.goal_distance()` of the task, in m."""

    def param(self, name: str) -> float:
        """Return the drawn value of a parameter of the task.

        Raises:
            EnvgenError: The task has none of that name.
        """

    # --- cells ------------------------------------------------------------------------------------

    @property
    def x(self) -> Floats:
        """(cells,) coordinates, in m."""

    @property
    def y(self) -> Floats:
        """(cells,) coordinates, in m."""

    @property
    def columns(self) -> int:
        """Number of cells in a row along x."""

    @property
    def heights(self) -> Floats:
        """(cells,) heights of the ground, in m."""

    @property
    def relief(self) -> Floats:
        """(cells,) greatest minus least height (m) within the radius of the widest robot."""

    @property
    def connected(self) -> Mask:
        """(cells,) the largest part of the ground within which every robot gets around, without pits."""

    @property
    def clear_of_pits(self) -> Mask:
        """(cells,) where no part of the widest robot is over a pit."""

    @property
    def start_zone(self) -> Zone | None:
        """Zone in which the terrain has agents start, or None."""

    @property
    def goal_zone(self) -> Zone | None:
        """Zone of the terrain's goals, or None."""

    @property
    def course(self) -> bool:
        """True if the terrain binds every task to its start and goal zone."""

    def inside(self, margin: float) -> Mask:
        """Return the cells that are at least `margin` (m) inside the arena."""

    def within(self, zone: Zone) -> Mask:
        """Return the cells in a rectangle."""

    def beyond(self, x: float, y: float, distance: float) -> Mask:
        """Return the cells farther than `distance` (m) from a point (m)."""

    def cell_of(self, x: float, y: float) -> int:
        """Return the cell nearest to a point (m)."""

    def lane_of(self, cell: int) -> Mask:
        """Return the cells that are reached from a cell along its row alone."""

    def start_cells(self) -> Mask:
        """Return the cells where the widest robot may start.

        Raises:
            WorkError: There are none.
        """

    def start_order(self, allowed: Mask | None = None) -> Cells:
        """Return the cells where agents may start, flat ones in random order first.

        Raises:
            WorkError: There are none.
        """

    def cells_near(self, x: float, y: float, allowed: Mask) -> Cells:
        """Return allowed cells, the nearest to a point (m) first; of equally near ones, the flatter first."""

    def relief_at(self, x: Floats, y: Floats) -> Floats:
        """Return the relief (m) at points (m), infinite outside the connected part."""

    # --- poses, goals, the object -------------------------------------------------------------------

    def point(self, x: float, y: float) -> Point:
        """Return the point of the ground at (x, y) in m: where a goal is put."""

    def stand(self, agent: int, x: float, y: float, yaw: float) -> tuple[Pose, float]:
        """Return the pose of an agent just above the ground, and the share of its soles that carry it."""

    def place(self, agent: int, order: Cells, facing: tuple[float, float] | None = None) -> Pose:
        """Put an agent on the first free cell that carries all its soles, or the best of the first ones.

        Args:
            agent: Number of the agent.
            order: Cells, the best first.
            facing: Point (m) that it faces; by default its heading is random.

        Raises:
            WorkError: All of these cells are taken.
        """

    def place_apart(self) -> list[Pose]:
        """Put every agent anywhere on flat ground, apart from one another.

        Raises:
            WorkError: There is no room for all.
        """

    def place_together(self, options: Iterable[Sequence[Place]]) -> tuple[int, tuple[Pose, ...]] | None:
        """Return the first option in which all agents stand well, or the best of the first ones.

        Args:
            options: Places of all agents, the best option first.

        Returns:
            Number of the option and its poses, or None if there are no options.
        """

    def reserve(self, x: float, y: float, radius: float) -> None:
        """Keep a circle (m) free of the agents that `place` puts down later."""

    def lay_object(self, cost: Callable[[Floats], Floats]) -> LaidObject:
        """Put the task's object where it stays and `cost` is least.

        Args:
            cost: Of points (n, 2) in m, (n,); infinite where it may not lie.

        Raises:
            WorkError: It stays nowhere.
        """

    def note(self, text: str) -> None:
        """Add a remark for the user, such as a goal nearer than asked for."""


SpawnLayout = Callable[[SpawnArea], Spawns]


def register(layout: SpawnLayout) -> SpawnLayout:
    """Register a layout under the name of its function."""
    SPAWN_LAYOUTS.add(layout.__name__, layout)
    return layout


def heading(agent: SpawnAgent, x: float, y: float, point: tuple[float, float]) -> float:
    """Return the heading (rad) from a place to a point (m); a planar robot faces along x or against it."""
    if agent.planar:
        return 0.0 if point[0] >= x else round(math.pi, 4)
    return round(math.atan2(point[1] - y, point[0] - x), 4)


def turn_towards(area: SpawnArea, number: int, pose: Pose, point: tuple[float, float], spread: float) -> Pose:
    """Return the pose of an agent at the same place, facing a point give or take a random angle.

    Args:
        area: Where it stands.
        number: Of the agent.
        pose: Its pose.
        point: What it faces (m).
        spread: Most that it is turned away to either side, in rad; a planar robot isn't.
    """
    agent, (x, y, _) = area.agents[number], pose.pos
    yaw = heading(agent, x, y, point)
    if not agent.planar:
        yaw = round(math.remainder(yaw + float(area.rng.uniform(-spread, spread)), 2 * math.pi), 4)
    return area.stand(number, x, y, yaw)[0]


def circle_radius(agents: int, radius: float) -> float:
    """Return the radius (m) of a circle on which so many agents of that radius (m) stand 30 cm apart."""
    return (radius + 0.15) / math.sin(math.pi / agents)
