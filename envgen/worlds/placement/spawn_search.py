"""The search for start poses and goals: runs the spawn layout of a task on the ground of one variant."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import numpy as np

from envgen.core.errors import EnvgenError, WorkError, suggestion
from envgen.core.heightfield import Floats
from envgen.core.params import specs
from envgen.tasks.spawn import Cells, LaidObject, Place, Pose, SpawnArea, Spawns, heading
from envgen.terrains.base import Ground
from envgen.worlds.ground_map import GroundMap
from envgen.worlds.placement.ground_contact import GroundContact
from envgen.worlds.placement.lay_object import lay_object
from envgen.worlds.placement.scatter import Placed
from envgen.worlds.placement.spawn_cells import SpawnCells
from envgen.worlds.sampling.draw import Draw

TRIES = 24
"""Greatest number of cells or places tried, until an agent stands on all its soles."""
CARRIED = 0.99
"""Share of its soles on the ground with which an agent stands well."""


class SpawnSearch(SpawnCells):
    """Start poses and goals of one draw: the `SpawnArea` that its layout works on.

    Attributes:
        notes: Remarks for the user, such as a goal nearer than asked for.
        objects: The task's object, once it is laid.
    """

    def __init__(self, draw: Draw, ground: Ground, map_: GroundMap, rng: np.random.Generator) -> None:
        super().__init__(draw, ground, map_, rng)
        self.notes: list[str] = []
        self.objects: list[Placed] = []
        self._draw = draw
        self._contact = GroundContact(ground, map_)
        self._placed = 0
        self._reserved: list[tuple[float, float, float]] = []

    def run(self) -> Spawns:
        """Run the layout of the task.

        Raises:
            WorkError: There is no room for agents or goals.
            InputError: The layout is unknown, or the task's parameters don't fit the arena.
            EnvgenError: The layout returned too few starts or goals.
        """
        area: SpawnArea = self
        spawns = self._draw.task.spawn_layout()(area)
        self._check(spawns)
        return spawns

    @property
    def goal_distance(self) -> float:
        return self._draw.task.goal_distance()

    def param(self, name: str) -> float:
        task = self._draw.task
        known = specs(type(task))
        if name not in known:
            raise EnvgenError(
                f"task {task.kind!r} must have a parameter {name!r}, which its spawn layout reads",
                suggestion(name, known),
            )
        return float(getattr(task, name))

    def stand(self, agent: int, x: float, y: float, yaw: float) -> tuple[Pose, float]:
        return self._contact.stand(self.agents[agent].robot, x, y, yaw)

    def place(self, agent: int, order: Cells, facing: tuple[float, float] | None = None) -> Pose:
        free = order
        for x, y, radius in self._reserved:
            room = radius + self.robot_radius
            free = free[np.hypot(self.x[free] - x, self.y[free] - y) >= room]
        found = self._best_cell(agent, free, facing)
        if found is None:
            raise WorkError(
                f"only {self._placed} of {len(self.agents)} robots find a start",
                "Take a larger terrain.size, fewer robots or a lower difficulty.",
            )
        pose = found[1]
        self._placed += 1
        self.reserve(pose.pos[0], pose.pos[1], self.robot_radius + 0.3)
        return pose

    def place_apart(self) -> list[Pose]:
        """See `SpawnArea.place_apart`: Poisson-disk sampling by dart throwing."""
        order = self.start_order()
        room = 2 * self.robot_radius + 0.3
        poses: list[Pose] = []
        for agent in range(len(self.agents)):
            found = self._best_cell(agent, order, None)
            if found is None:
                raise WorkError(
                    f"only {len(poses)} of {len(self.agents)} robots find a start {room:.2g} m apart",
                    "Take a larger terrain.size or fewer robots.",
                )
            cell, pose = found
            poses.append(pose)
            dx, dy = self.x[order] - self.x[cell], self.y[order] - self.y[cell]
            order = order[dx * dx + dy * dy >= room * room]
            self.reserve(pose.pos[0], pose.pos[1], self.robot_radius + 0.3)
        self._placed += len(poses)
        return poses

    def place_together(self, options: Iterable[Sequence[Place]]) -> tuple[int, tuple[Pose, ...]] | None:
        best: tuple[float, int, tuple[Pose, ...]] | None = None
        for number, places in enumerate(islice(options, TRIES)):
            stood = [self.stand(agent, *place) for agent, place in enumerate(places)]
            carried = min(share for _, share in stood)
            if best is None or carried > best[0]:
                best = carried, number, tuple(pose for pose, _ in stood)
            if carried > CARRIED:
                break
        return None if best is None else best[1:]

    def reserve(self, x: float, y: float, radius: float) -> None:
        self._reserved.append((x, y, radius))

    def lay_object(self, cost: Callable[[Floats], Floats]) -> LaidObject:
        task_object = self._draw.object
        if task_object is None:
            raise EnvgenError(
                f"task {self._draw.task.kind!r} must have an object, which its spawn layout lays",
                "Give Task.objects the kinds of obstacle that will do.",
            )
        placed = lay_object(task_object, self, cost)
        self.objects.append(placed)
        return LaidObject(placed.pos[0], placed.pos[1], placed.shape.radius)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def _check(self, spawns: Spawns) -> None:
        """Refuse too few starts or goals."""
        task, agents = self._draw.task, len(self.agents)
        teams = len({agent.team or agent.id for agent in self.agents})
        goals = {"agent": agents, "team": teams, "shared": 1}[task.goals]
        if len(spawns.starts) != agents:
            raise EnvgenError(
                f"the spawn layout of task {task.kind!r} must return a start for each of {agents} agents,"
                f" got {len(spawns.starts)}",
                "Return Spawns with one pose for each of area.agents, in their order.",
            )
        if spawns.goals and len(spawns.goals) < goals:
            raise EnvgenError(
                f"the spawn layout of task {task.kind!r} must return {goals} goals or none,"
                f" got {len(spawns.goals)}",
                f"Return one goal for each, or set Task.goals, which is {task.goals!r}.",
            )

    def _best_cell(
        self, number: int, cells: Cells, facing: tuple[float, float] | None
    ) -> tuple[int, Pose] | None:
        """Return the first cell where an agent stands on all its soles, or the best of those tried."""
        agent = self.agents[number]
        best: tuple[float, int, Pose] | None = None
        for cell in cells[:TRIES].tolist():
            x, y = float(self.x[cell]), float(self.y[cell])
            if facing is not None:
                yaw = heading(agent, x, y, facing)
            else:
                yaw = 0.0 if agent.planar else round(float(self.rng.uniform(-math.pi, math.pi)), 4)
            pose, carried = self.stand(number, x, y, yaw)
            if best is None or carried > best[0]:
                best = carried, cell, pose
            if carried > CARRIED:
                break
        return None if best is None else best[1:]
