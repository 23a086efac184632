"""Placing: the arena of a variant, with starts and goals found by search and obstacles that keep out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envgen.build.ground import GroundMap, Traversability, traversability
from envgen.build.sample import Agent, Attempt, Draw
from envgen.build.scatter import Disc, Placed, scatter
from envgen.core.errors import WorkError
from envgen.core.heightfield import Floats, Heightfield
from envgen.core.rng import Streams
from envgen.terrains.base import Ground, Patch

CLEARANCE = 0.002
"""Height of the lowest point of a robot over the ground at the start, in m."""
FLAT = 0.05
"""Relief (m) of a start patch that is taken without looking for a flatter one: Isaac Lab, radius 0.5 m."""
GOAL_KEEP_OUT = 0.6
GOALS_APART = 1.0
LINES = 64
"""Start lines that are looked at."""


@dataclass(frozen=True)
class Pose:
    """Where a root starts: position in m, heading in rad about z."""

    pos: tuple[float, float, float]
    yaw: float


@dataclass(frozen=True)
class Arena:
    """Terrain, obstacles, starts and goals in one frame (m, z up).

    Attributes:
        size: Extent (x, y).
        ground: As the terrain made it.
        map: Height of the highest terrain surface.
        starts: One pose for each agent.
        goals: One point for each agent, or none.
        obstacles: What was placed.
        notes: What a user should know, such as obstacles that found no room.
    """

    size: tuple[float, float]
    ground: Ground
    map: GroundMap
    starts: tuple[Pose, ...]
    goals: tuple[tuple[float, float, float], ...]
    obstacles: tuple[Placed, ...]
    notes: tuple[str, ...]


def place(draw: Draw, streams: Streams, attempt: Attempt) -> Arena:
    """Lay out one variant.

    Raises:
        InputError: The terrain's parameters don't fit its size.
        WorkError: No start or goal can be found; the next draw may have one.
    """
    patch = Patch.of(draw.size, draw.cell)
    ground = draw.terrain.ground(patch, streams("terrain", attempt.terrain))
    map_ = GroundMap(Heightfield.centred(ground.surface, draw.size), sharp=bool(ground.solids))
    rng = streams("starts", attempt.terrain)
    search = _Search(draw, map_, rng)
    starts, goals = search.run()
    keep_outs = [
        Disc(pose.pos[0], pose.pos[1], 1.1 * agent.robot.size.radius + 0.2)
        for pose, agent in zip(starts, draw.agents)
    ]
    keep_outs += [Disc(x, y, GOAL_KEEP_OUT) for x, y, _ in goals]
    placed, notes = scatter(draw.obstacles, map_, draw.size, keep_outs, streams, attempt)
    return Arena(draw.size, ground, map_, starts, goals, placed, (*search.notes, *notes))


class _Search:
    """The search for starts and goals on one ground."""

    def __init__(self, draw: Draw, ground: GroundMap, rng: np.random.Generator) -> None:
        self.draw = draw
        self.ground = ground
        self.rng = rng
        self.notes: list[str] = []
        least = min((agent.robot.size for agent in draw.agents), key=lambda size: size.leg)
        self.widest = max(agent.robot.size.radius for agent in draw.agents)
        self.way: Traversability = traversability(ground, least)
        self.main = self._largest_part()
        grid = np.meshgrid(self.way.x, self.way.y)
        self.x, self.y = grid[0].ravel(), grid[1].ravel()
        relief = ground.relief(self.widest)
        self.relief = self._coarse(relief)

    def run(self) -> tuple[tuple[Pose, ...], tuple[tuple[float, float, float], ...]]:
        """Starts and goals, one each for every agent."""
        task = self.draw.task
        if task.layout == "lanes":
            return self._lanes(task.goal_distance())
        cells = self._starts()
        goals: list[tuple[float, float, float]] = []
        if task.layout == "goal":
            for agent, cell in zip(self.draw.agents, cells):
                goals.append(self._goal(agent, cell, task.goal_distance(), goals))
        starts = []
        for i, (agent, cell) in enumerate(zip(self.draw.agents, cells)):
            yaw = 0.0 if agent.robot.planar else round(float(self.rng.uniform(-math.pi, math.pi)), 4)
            if agent.robot.planar and goals and goals[i][0] < self.x[cell]:
                yaw = round(math.pi, 4)
            starts.append(self._pose(agent, float(self.x[cell]), float(self.y[cell]), yaw))
        return tuple(starts), tuple(goals)

    def _coarse(self, fine: NDArray[np.float32]) -> Floats:
        field = self.ground.field
        cols = np.rint((self.way.x - field.origin[0]) / field.cell[0]).astype(np.intp)
        rows = np.rint((self.way.y - field.origin[1]) / field.cell[1]).astype(np.intp)
        return fine[np.ix_(rows, cols)].ravel().astype(np.float64)

    def _largest_part(self) -> NDArray[np.bool_]:
        """(cells,) whether a cell belongs to the largest part that is connected, floors of pits left out."""
        labels = self.way.labels.ravel()
        # a gap that can be stepped over is a way, but no place to start
        labels = np.where(self._coarse(self.ground.field.heights) > self.ground.pit, labels, 0)
        sizes = np.bincount(labels)
        sizes[0] = 0
        if sizes.max(initial=0) == 0:
            raise WorkError("no part of the ground can be walked", "Lower the difficulty of the terrain.")
        main: NDArray[np.bool_] = labels == int(np.argmax(sizes))
        return main

    def _inside(self, margin: float) -> NDArray[np.bool_]:
        half = self.draw.size[0] / 2 - margin, self.draw.size[1] / 2 - margin
        inside: NDArray[np.bool_] = (np.abs(self.x) <= half[0] + 1e-9) & (np.abs(self.y) <= half[1] + 1e-9)
        return inside

    def _starts(self) -> list[int]:
        """A cell for each agent: flat, within the largest part, apart (dart throwing, i.e. Poisson-disk)."""
        allowed = np.flatnonzero(self.main & self._inside(self.widest + 0.1))
        if not len(allowed):
            raise WorkError(
                f"no start for a robot of {2 * self.widest:.2g} m in {self.draw.size[0]:g} x"
                f" {self.draw.size[1]:g} m",
                "Take a larger terrain.size or a lower difficulty.",
            )
        relief = self.relief[allowed]
        # where hardly a patch is flat, the flattest twentieth; the rest, flattest first, if these don't do
        few = np.count_nonzero(relief <= FLAT) < 4 * len(self.draw.agents)
        flat = relief <= (float(np.quantile(relief, 0.05)) if few else FLAT)
        steep = self.rng.permutation(np.flatnonzero(~flat))
        steep = steep[np.argsort(np.round(relief[steep], 2), kind="stable")]
        order = np.concatenate([self.rng.permutation(allowed[flat]), allowed[steep]])
        chosen: list[int] = []
        room = 2 * self.widest + 0.3
        for cell in order:
            dx, dy = self.x[chosen] - self.x[cell], self.y[chosen] - self.y[cell]
            if not chosen or float(np.min(dx * dx + dy * dy)) >= room * room:
                chosen.append(int(cell))
                if len(chosen) == len(self.draw.agents):
                    return chosen
        raise WorkError(
            f"only {len(chosen)} of {len(self.draw.agents)} robots find a start {room:.2g} m apart",
            "Take a larger terrain.size or fewer robots.",
        )

    def _goal(
        self, agent: Agent, cell: int, distance: float, others: list[tuple[float, float, float]]
    ) -> tuple[float, float, float]:
        """A cell of the same part about that far away; for a planar robot, ahead in its own lane."""
        dx, dy = self.x - self.x[cell], self.y - self.y[cell]
        away = np.hypot(dx, dy)
        allowed = self.main & self._inside(0.3) & (away > 1.0)
        if agent.robot.planar:
            allowed &= (np.abs(dy) < 1e-6) & self._same_lane(cell)
        for x, y, _ in others:
            allowed &= np.hypot(self.x - x, self.y - y) > GOALS_APART
        cells = np.flatnonzero(allowed)
        if not len(cells):
            raise WorkError("no goal can be reached from the start", "Lower the difficulty of the terrain.")
        off = np.abs(away[cells] - distance)
        near = cells[off <= max(float(off.min()) + 0.1, 0.05 * distance)]
        goal = int(self.rng.choice(near))
        if abs(away[goal] - distance) > 0.25 * distance:
            self.notes.append(f"{agent.id}: its goal is {away[goal]:.1f} m away, {distance:g} m did not fit")
        return self._point(float(self.x[goal]), float(self.y[goal]))

    def _same_lane(self, cell: int) -> NDArray[np.bool_]:
        """(cells,) whether a cell is reached from another along its row alone."""
        row, col = divmod(cell, len(self.way.x))
        steps = self.way.steps_x[row]
        part = np.concatenate([[0], np.cumsum(~steps)])
        mask = np.zeros(self.way.heights.shape, dtype=bool)
        mask[row] = part == part[col]
        return mask.ravel()

    def _lanes(self, distance: float) -> tuple[tuple[Pose, ...], tuple[tuple[float, float, float], ...]]:
        """Side by side along y, the finish ahead along x; the flattest of many lines is taken."""
        agents = self.draw.agents
        widths = [2 * agent.robot.size.radius + 0.3 for agent in agents]
        offsets = np.cumsum(widths) - np.array(widths) / 2 - sum(widths) / 2
        slack_y = self.draw.size[1] / 2 - sum(widths) / 2
        reach = min(distance, self.draw.size[0] - 2 * self.widest - 1.0)
        slack_x = (self.draw.size[0] - reach - 2 * self.widest - 0.6) / 2
        if slack_y < 0 or reach < 1.0 or slack_x < 0:
            raise WorkError(
                f"{len(agents)} lanes of {max(widths):.2g} m do not fit into {self.draw.size[0]:g} x"
                f" {self.draw.size[1]:g} m",
                "Take a larger terrain.size or fewer robots.",
            )
        if reach < distance:
            self.notes.append(f"the race is {reach:.1f} m long: {distance:g} m do not fit the arena")
        shift_x = np.repeat(np.linspace(-slack_x, slack_x, LINES // 2), 2)
        shift_y = self.rng.uniform(-slack_y, slack_y, LINES)
        start_x = np.broadcast_to(shift_x[:, None] - reach / 2, (LINES, len(agents)))
        y = shift_y[:, None] + offsets
        cost = self._line_cost(start_x, y) + 0.2 * self._line_cost(start_x + reach, y)
        worst = cost.max(axis=1)
        best = int(self.rng.choice(np.flatnonzero(worst <= max(FLAT, float(worst.min())))))
        if not np.isfinite(worst[best]):
            raise WorkError("no start line from which the finish can be reached", "Lower the difficulty.")
        starts, goals = [], []
        for i, agent in enumerate(agents):
            x, lane = float(start_x[best, i]), float(y[best, i])
            starts.append(self._pose(agent, x, lane, 0.0))
            goals.append(self._point(x + reach, lane))
        return tuple(starts), tuple(goals)

    def _line_cost(self, x: Floats, y: Floats) -> Floats:
        """Relief around points (m), infinite where they are not in the largest part."""
        cols = np.rint((x - self.way.x[0]) / (self.way.x[1] - self.way.x[0])).astype(np.intp)
        rows = np.rint((y - self.way.y[0]) / (self.way.y[1] - self.way.y[0])).astype(np.intp)
        cells = rows.clip(0, len(self.way.y) - 1) * len(self.way.x) + cols.clip(0, len(self.way.x) - 1)
        cost: Floats = np.where(self.main[cells], self.relief[cells], np.inf)
        return cost

    def _pose(self, agent: Agent, x: float, y: float, yaw: float) -> Pose:
        """The pose in which the robot stands just above the ground."""
        x, y = round(x, 3), round(y, 3)
        under = agent.robot.underside
        c, s = math.cos(yaw), math.sin(yaw)
        px = x + c * under[:, 0] - s * under[:, 1]
        py = y + s * under[:, 0] + c * under[:, 1]
        z = float(np.max(self.ground.above(px, py, 0.025) - under[:, 2])) + CLEARANCE
        return Pose((x, y, math.ceil(z * 10_000) / 10_000), yaw)

    def _point(self, x: float, y: float) -> tuple[float, float, float]:
        x, y = round(x, 3), round(y, 3)
        z = float(self.ground.at(np.array([x]), np.array([y]))[0])
        return x, y, round(z, 3)
