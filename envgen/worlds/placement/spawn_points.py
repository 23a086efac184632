"""Standing robots one after another, each on the best place that is left."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import WorkError
from envgen.worlds.placement.ground_contact import Pose
from envgen.worlds.sampling.draw import Agent

if TYPE_CHECKING:
    from envgen.worlds.placement.spawn_search import SpawnSearch

TRIES = 24
"""Places where an agent is stood on trial, until one carries all its soles."""
FLAT = 0.05
"""Relief (m) with which nobody looks for flatter ground."""
Cells = NDArray[np.intp]
Mask = NDArray[np.bool_]


class SpawnPoints:
    """The agents that stand already, each with room around it."""

    def __init__(self, search: SpawnSearch) -> None:
        self.search = search
        self.poses: dict[int, Pose] = {}
        self.taken: list[tuple[float, float, float]] = []

    def keep(self, x: float, y: float, radius: float) -> None:
        """Leave a circle free, in m."""
        self.taken.append((x, y, radius))

    def seat(self, number: int, order: Cells, facing: tuple[float, float] | None = None) -> Pose:
        """Stand an agent on the first cell that carries all its soles, or the best of many.

        Args:
            number: Of the agent.
            order: Cells, the best first.
            facing: The point (m) it looks at; by default it looks anywhere.
        """
        search, agent = self.search, self.search.draw.agents[number]
        free = order
        for x, y, radius in self.taken:
            room = radius + search.widest
            free = free[np.hypot(search.x[free] - x, search.y[free] - y) >= room]
        best: tuple[float, Pose] | None = None
        for cell in free[:TRIES].tolist():
            x, y = float(search.x[cell]), float(search.y[cell])
            pose, carried = search.footing.stand(agent.robot, x, y, self._yaw(agent, x, y, facing))
            if best is None or carried > best[0]:
                best = carried, pose
            if carried > 0.99:
                break
        if best is None:
            raise WorkError(
                f"only {len(self.poses)} of {len(search.draw.agents)} robots find a start",
                "Take a larger terrain.size, fewer robots or a lower difficulty.",
            )
        self.poses[number] = best[1]
        self.keep(best[1].pos[0], best[1].pos[1], search.widest + 0.3)
        return best[1]

    def all(self) -> tuple[Pose, ...]:
        """The poses in the order of the agents."""
        return tuple(self.poses[i] for i in range(len(self.poses)))

    def _yaw(self, agent: Agent, x: float, y: float, facing: tuple[float, float] | None) -> float:
        if facing is None:
            return 0.0 if agent.robot.planar else round(float(self.search.rng.uniform(-math.pi, math.pi)), 4)
        return towards(agent, x, y, facing)


def towards(agent: Agent, x: float, y: float, point: tuple[float, float]) -> float:
    """Heading (rad) from a place to a point; a planar robot looks along x or against it."""
    if agent.robot.planar:
        return 0.0 if point[0] >= x else round(math.pi, 4)
    return round(math.atan2(point[1] - y, point[0] - x), 4)


def standing_cells(search: SpawnSearch) -> Mask:
    """Where an agent may stand."""
    allowed = search.main & search._inside(search.widest + 0.1)
    if not allowed.any():
        raise WorkError(
            f"no start for a robot of {2 * search.widest:.2g} m in {search.draw.size[0]:g} x"
            f" {search.draw.size[1]:g} m",
            "Take a larger terrain.size or a lower difficulty.",
        )
    return allowed


def near_cells(search: SpawnSearch, allowed: Mask, x: float, y: float) -> Cells:
    """Cells by their distance from a point (m), in steps of half a robot; within one the flatter first."""
    cells = search.rng.permutation(np.flatnonzero(allowed))
    step = max(0.5 * search.widest, 0.1)
    away = np.round(np.hypot(search.x[cells] - x, search.y[cells] - y) / step)
    return cells[np.lexsort((np.maximum(np.round(search.relief[cells], 2), FLAT), away))]
