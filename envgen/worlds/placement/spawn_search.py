"""The search for starts and goals on one ground."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import WorkError
from envgen.core.heightfield import Floats
from envgen.terrains.base import Ground, Zone, around
from envgen.worlds.ground_map import GroundMap
from envgen.worlds.placement.ground_contact import Footing, Pose
from envgen.worlds.placement.scatter import Placed
from envgen.worlds.placement.spawn_layouts import LAYOUTS
from envgen.worlds.sampling.draw import Agent, Draw
from envgen.worlds.traversability import Traversability, traversability

FLAT = 0.05
"""Relief (m) of a start patch that is taken without looking for a flatter one: Isaac Lab, radius 0.5 m."""
GOALS_APART = 1.0
TRIES = 24
"""Places where an agent is stood on trial, until one carries all its soles."""
ENOUGH = 100
"""Flat cells for each agent with which steeper ones need not be sorted."""
LINES = 64
"""Start lines that are looked at."""

Point = tuple[float, float, float]
Starts = tuple[tuple[Pose, ...], tuple[Point, ...]]


class SpawnSearch:
    """Starts and goals for the agents of one draw.

    Attributes:
        notes: What a user should know, such as a goal nearer than was asked for.
        objects: What the task moves, as it was placed.
        lanes: Points (m) on the way of these, which are to stay free.
    """

    def __init__(self, draw: Draw, ground: Ground, map_: GroundMap, rng: np.random.Generator) -> None:
        self.draw, self.ground, self.map, self.rng = draw, ground, map_, rng
        self.footing = Footing(ground, map_)
        self.notes: list[str] = []
        self.objects: list[Placed] = []
        self.lanes: list[tuple[float, float]] = []
        least = min((agent.robot.size for agent in draw.agents), key=lambda size: size.step)
        self.widest = max(agent.robot.size.radius for agent in draw.agents)
        planar = any(agent.robot.planar for agent in draw.agents)
        self.way: Traversability = traversability(map_, least, planar=planar)
        self.main = self._largest_part()
        self.x, self.y = np.tile(self.way.x, len(self.way.y)), np.repeat(self.way.y, len(self.way.x))
        self.relief: Floats = map_.relief(self.widest, self.way.stride).astype(np.float64).ravel()

    def run(self) -> Starts:
        """Starts and goals, one each for every agent.

        Raises:
            WorkError: There is no room for them.
        """
        task = self.draw.task
        if task.layout == "lanes":
            return self._lanes(task.goal_distance())
        if task.layout in LAYOUTS:
            return LAYOUTS[task.layout](self)
        cells, poses = self._starts()
        goals: list[Point] = []
        if task.layout == "goal":
            for i, agent in enumerate(self.draw.agents):
                goals.append(self._goal(agent, cells[i], task.goal_distance(), goals, poses))
                if agent.robot.planar and goals[i][0] < poses[i].pos[0]:  # it faces its goal
                    x, y, _ = poses[i].pos
                    poses[i] = self.footing.stand(agent.robot, x, y, round(math.pi, 4))[0]
        return tuple(poses), tuple(goals)

    def _coarse(self, fine: NDArray[np.float32]) -> Floats:
        rows, cols = self.way.stride
        return fine[::rows, ::cols].astype(np.float64).ravel()

    def _largest_part(self) -> NDArray[np.bool_]:
        """(cells,) whether a cell belongs to the largest part that is connected, floors of pits left out."""
        labels = self.way.labels.ravel()
        # a gap that can be stepped over is a way, but no place to start
        if self.map.pit > -math.inf:
            labels = np.where(self._coarse(self.map.field.heights) > self.map.pit, labels, 0)
        sizes = np.bincount(labels)
        sizes[0] = 0
        if sizes.max(initial=0) == 0:
            raise WorkError("no part of the ground can be walked", "Lower the difficulty of the terrain.")
        main: NDArray[np.bool_] = labels == int(np.argmax(sizes))
        return main

    def _inside(self, margin: float) -> NDArray[np.bool_]:
        return self._within(around(self.draw.size[0] / 2 - margin, self.draw.size[1] / 2 - margin))

    def _within(self, zone: Zone) -> NDArray[np.bool_]:
        """(cells,) whether a cell lies in a rectangle."""
        x0, x1, y0, y1 = zone
        x, y = self.way.x, self.way.y
        along, across = np.minimum(x - x0, x1 - x) >= -1e-9, np.minimum(y - y0, y1 - y) >= -1e-9
        return np.logical_and.outer(across, along).ravel()

    def _inset(self, zone: Zone) -> Floats:
        """(cells,) distance (m) to the nearest side of a rectangle, negative outside."""
        x0, x1, y0, y1 = zone
        along, across = np.minimum(self.x - x0, x1 - self.x), np.minimum(self.y - y0, y1 - self.y)
        inset: Floats = np.minimum(along, across)
        return inset

    def _starts(self) -> tuple[list[int], list[Pose]]:
        """A cell and pose for each agent: apart (Poisson-disk, by dart throwing), on ground that carries."""
        order = self._start_order()
        room = 2 * self.widest + 0.3
        cells: list[int] = []
        poses: list[Pose] = []
        for agent in self.draw.agents:
            best: tuple[float, int, Pose] | None = None
            for cell in order[:TRIES].tolist():
                yaw = 0.0 if agent.robot.planar else round(float(self.rng.uniform(-math.pi, math.pi)), 4)
                pose, carried = self.footing.stand(agent.robot, float(self.x[cell]), float(self.y[cell]), yaw)
                if best is None or carried > best[0]:
                    best = (carried, cell, pose)
                if carried > 0.99:
                    break
            if best is None:
                raise WorkError(
                    f"only {len(cells)} of {len(self.draw.agents)} robots find a start {room:.2g} m apart",
                    "Take a larger terrain.size or fewer robots.",
                )
            cells.append(best[1])
            poses.append(best[2])
            dx, dy = self.x[order] - self.x[best[1]], self.y[order] - self.y[best[1]]
            order = order[dx * dx + dy * dy >= room * room]
        return cells, poses

    def _start_order(self, where: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
        """Cells where an agent may start, the best first; of those (cells,) in `where`, if it is given."""
        may = self.main & self._inside(self.widest + 0.1)
        if where is not None:
            may &= where
        if self.ground.start and self.ground.course:
            may &= self._within(self.ground.start)
        allowed = np.flatnonzero(may)
        if not len(allowed):
            raise WorkError(
                f"no start for a robot of {2 * self.widest:.2g} m in {self.draw.size[0]:g} x"
                f" {self.draw.size[1]:g} m",
                "Take a larger terrain.size or a lower difficulty.",
            )
        relief = self.relief[allowed]
        # where hardly a patch is flat, the flattest twentieth; the rest, flattest first, if these don't do
        flat = relief <= FLAT
        if np.count_nonzero(flat) < 4 * len(self.draw.agents):
            twentieth = len(relief) // 20
            flat = relief <= float(np.partition(relief, twentieth)[twentieth])
        order = self.rng.permutation(allowed[flat])
        if len(order) < ENOUGH * len(self.draw.agents):
            steep = self.rng.permutation(np.flatnonzero(~flat))
            steep = steep[np.argsort(np.round(relief[steep], 2), kind="stable")]
            order = np.concatenate([order, allowed[steep]])
        if self.ground.start and bool(np.any(may & self._within(self.ground.start))):
            # where all of a robot is inside first; one that is wider than the zone fits in its middle
            beyond = np.maximum(self.widest - self._inset(self.ground.start)[order], 0.0)
            order = order[np.argsort(np.round(beyond / max(self.widest, 0.1)), kind="stable")]
        return order

    def _goal(
        self, agent: Agent, cell: int, distance: float, others: list[Point], starts: list[Pose]
    ) -> Point:
        """A cell of the same part about that far away; for a planar robot, ahead in its own lane."""
        dx, dy = self.x - self.x[cell], self.y - self.y[cell]
        away = np.hypot(dx, dy)
        allowed = self.main & self._inside(0.3) & (away > 1.0)
        if agent.robot.planar:
            allowed &= (np.abs(dy) < 1e-6) & self._same_lane(cell)
        for x, y, _ in others:
            allowed &= self._beyond(x, y, GOALS_APART)
        for start in starts:
            allowed &= self._beyond(*start.pos[:2], self.widest + 0.3)
        if self.ground.start:
            beyond = allowed & ~self._within(self.ground.start)
            allowed = beyond if beyond.any() else allowed
        if self.ground.goal and self.ground.course:
            allowed &= self._within(self.ground.goal)
        cells = np.flatnonzero(allowed)
        if not len(cells):
            raise WorkError("no goal can be reached from the start", "Lower the difficulty of the terrain.")
        off = np.abs(away[cells] - distance)
        near = cells[off <= max(float(off.min()) + 0.1, 0.05 * distance)]
        clear = near[self._clear_of_pits()[near]]
        goal = int(self.rng.choice(clear if len(clear) else near))
        if abs(away[goal] - distance) > 0.25 * distance:
            self.notes.append(f"{agent.id}: its goal is {away[goal]:.1f} m away, {distance:g} m did not fit")
        return self._point(float(self.x[goal]), float(self.y[goal]))

    def _clear_of_pits(self) -> NDArray[np.bool_]:
        """(cells,) whether the widest robot can stand there with no part of it over a pit."""
        clear: NDArray[np.bool_] = self._coarse(self.map.field.heights) - self.relief > self.map.pit
        return clear

    def _beyond(self, x: float, y: float, distance: float) -> NDArray[np.bool_]:
        """(cells,) whether a cell is farther (m) from a point (m) than that."""
        dx, dy = self.x - x, self.y - y
        return np.asarray(dx * dx + dy * dy > distance * distance)

    def cell_of(self, x: float, y: float) -> int:
        """The cell nearest to a point (m)."""
        row, col = self.way.cell_of(x, y)
        return row * len(self.way.x) + col

    def _same_lane(self, cell: int) -> NDArray[np.bool_]:
        """(cells,) whether a cell is reached from another along its row alone."""
        row, col = divmod(cell, len(self.way.x))
        steps = self.way.steps_x[row]
        part = np.concatenate([[0], np.cumsum(~steps)])
        mask = np.zeros(self.way.heights.shape, dtype=bool)
        mask[row] = part == part[col]
        return mask.ravel()

    def _lanes(self, distance: float) -> Starts:
        """Side by side along y, the finish ahead along x; of many lines, one that is flat and carries."""
        agents = self.draw.agents
        widths = [2 * agent.robot.size.radius + 0.3 for agent in agents]
        offsets = np.cumsum(widths) - np.array(widths) / 2 - sum(widths) / 2
        slack = self.draw.size[1] / 2 - sum(widths) / 2
        ends = self._ends(distance) if slack >= 0 else None
        if ends is None:
            raise WorkError(
                f"{len(agents)} lanes of {max(widths):.2g} m do not fit into {self.draw.size[0]:g} x"
                f" {self.draw.size[1]:g} m",
                "Take a larger terrain.size or fewer robots.",
            )
        start, finish = ends
        if self.ground.goal:  # to the top: as much of the lanes as can ends on it
            slack = min(slack, max(self.ground.goal[3] - sum(widths) / 2, 0.0))
        y = self.rng.uniform(-slack, slack, LINES)[:, None] + offsets
        start_x, finish_x = (np.broadcast_to(end[:, None], y.shape) for end in (start, finish))
        cost = self._line_cost(start_x, y) + 0.2 * self._line_cost(finish_x, y)
        worst = cost.max(axis=1)
        order = self.rng.permutation(np.flatnonzero(np.isfinite(worst)))
        order = order[np.argsort(np.maximum(np.round(worst[order], 2), FLAT), kind="stable")]
        best: tuple[float, int, list[Pose]] | None = None
        for line in order[:TRIES].tolist():
            stood = [
                self.footing.stand(a.robot, float(start[line]), float(v), 0.0)
                for a, v in zip(agents, y[line])
            ]
            carried = min(share for _, share in stood)
            if best is None or carried > best[0]:
                best = (carried, line, [pose for pose, _ in stood])
            if carried > 0.99:
                break
        if best is None:
            raise WorkError("no start line from which the finish can be reached", "Lower the difficulty.")
        line = best[1]
        goals = tuple(self._point(float(finish[line]), float(v)) for v in y[line])
        return tuple(best[2]), goals

    def _ends(self, distance: float) -> tuple[Floats, Floats] | None:
        """X (LINES,) of start and finish lines, in m, or None where a race doesn't fit."""
        half = self.draw.size[0] / 2
        left = -half + self.widest + 0.1
        zone = self.ground.start if self.ground.course else None
        if self.ground.goal:
            x0, x1 = self.ground.goal[0], min(self.ground.goal[1], half - 0.3)
            last = min(x0 - 1.0, zone[1]) if zone else x0 - 1.0
            start = np.repeat(np.linspace(left, max(left, last), LINES // 2), 2)
            return start, self.rng.uniform(0.9 * x0 + 0.1 * x1, 0.1 * x0 + 0.9 * x1, LINES)
        reach = min(distance, self.draw.size[0] - 2 * self.widest - 1.0)
        slack = (self.draw.size[0] - reach - 2 * self.widest - 0.6) / 2
        if reach < 1.0 or slack < 0:
            return None
        if reach < distance:
            self.notes.append(f"the race is {reach:.1f} m long: {distance:g} m do not fit the arena")
        start = np.repeat(np.linspace(-slack, slack, LINES // 2), 2) - reach / 2
        if zone:
            start = np.repeat(np.linspace(left, min(max(zone[1], left), left + 2 * slack), LINES // 2), 2)
        return start, start + reach

    def _line_cost(self, x: Floats, y: Floats) -> Floats:
        """Relief around points (m), infinite where they are not in the largest part."""
        cols = np.rint((x - self.way.x[0]) / (self.way.x[1] - self.way.x[0])).astype(np.intp)
        rows = np.rint((y - self.way.y[0]) / (self.way.y[1] - self.way.y[0])).astype(np.intp)
        cells = rows.clip(0, len(self.way.y) - 1) * len(self.way.x) + cols.clip(0, len(self.way.x) - 1)
        cost: Floats = np.where(self.main[cells], self.relief[cells], np.inf)
        return cost

    def _point(self, x: float, y: float) -> Point:
        x, y = round(x, 3), round(y, 3)
        return x, y, round(self.map.field.at_point(x, y), 3)
