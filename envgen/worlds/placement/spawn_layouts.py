"""Starts, goals and objects of the tasks that want more than places apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from envgen.core.errors import InputError, WorkError
from envgen.core.heightfield import Floats
from envgen.tasks.sumo import start_circle
from envgen.worlds.placement.ground_contact import Pose
from envgen.worlds.placement.scatter import Placed
from envgen.worlds.placement.spawn_points import (
    FLAT,
    TRIES,
    Cells,
    SpawnPoints,
    near_cells,
    standing_cells,
    towards,
)
from envgen.worlds.sampling.draw import Agent
from envgen.worlds.sampling.task_object import lying, resting_places
from envgen.worlds.sampling.teams import CHASER

if TYPE_CHECKING:
    from envgen.worlds.placement.spawn_search import Point, SpawnSearch, Starts

SPOTS = 256
"""Places at which the object of a task is laid on trial."""


# --- climb ------------------------------------------------------------------------------------


def top(search: SpawnSearch) -> Starts:
    """Starts on low ground; the goal of each is the highest point that it can reach."""
    height = search._coarse(search.map.field.heights)
    allowed = standing_cells(search)
    if search.ground.start and search.ground.course:  # low where everybody begins
        begin = allowed & search._within(search.ground.start)
        allowed = begin if begin.any() else allowed
    low = np.quantile(height[allowed], 0.2)
    seats, goals = SpawnPoints(search), list[tuple[float, float, float]]()
    order = search._start_order(allowed & (height <= low + 0.02))
    for i, agent in enumerate(search.draw.agents):
        cells = order
        if agent.robot.planar:  # its lane has to lead up
            cells = _lanes_up(search, order, height)
        pose = seats.seat(i, cells)
        goals.append(_summit(search, agent, pose, goals, height))
        if agent.robot.planar and goals[i][0] < pose.pos[0]:
            seats.poses[i] = search.footing.stand(agent.robot, pose.pos[0], pose.pos[1], round(math.pi, 4))[0]
    x, y, _ = seats.poses[0].pos
    if goals[0][2] - search._point(x, y)[2] < 0.05:
        search.notes.append("the ground is level: there is nothing to climb")
    return seats.all(), tuple(goals)


def _lanes_up(search: SpawnSearch, order: Cells, height: Floats) -> Cells:
    """Cells in the order of what their row rises, for robots that can't leave it."""
    ncol = len(search.way.x)
    highest = height.reshape(-1, ncol).max(axis=1)
    rise = np.round(highest[order // ncol] - height[order], 1)
    return order[np.argsort(-rise, kind="stable")]


def _summit(
    search: SpawnSearch, agent: Agent, pose: Pose, others: list[tuple[float, float, float]], height: Floats
) -> Point:
    x, y, _ = pose.pos
    allowed = search.main & search._inside(0.3)
    if agent.robot.planar:
        allowed &= (np.abs(search.y - y) < 1e-3) & search._same_lane(search.cell_of(x, y))
    if not allowed.any():
        raise WorkError("no goal can be reached from the start", "Lower the difficulty of the terrain.")
    for gx, gy, _ in others:
        apart = allowed & (np.hypot(search.x - gx, search.y - gy) > 1.0)
        allowed = apart if apart.any() else allowed
    cells = np.flatnonzero(allowed)
    highest = cells[height[cells] >= height[cells].max() - 0.02]
    # of a plateau, the point that is farthest from its edge would do; any does
    goal = int(search.rng.choice(highest))
    return search._point(float(search.x[goal]), float(search.y[goal]))


# --- escape -----------------------------------------------------------------------------------


def centre(search: SpawnSearch) -> Starts:
    """In the middle, where it is lowest."""
    allowed = standing_cells(search)
    away = np.hypot(search.x, search.y)
    height = np.round(search._coarse(search.map.field.heights), 1)
    inner = max(0.25 * min(search.draw.size) / 2, 2.0 * search.widest)
    if search.ground.start:  # an island in a pit is not to be left for the pit
        inner = 0.0
    cells = search.rng.permutation(np.flatnonzero(allowed))
    ring = np.where(away[cells] <= inner, 0, np.ceil(away[cells] / max(0.5 * search.widest, 0.1)))
    relief = np.maximum(np.round(search.relief[cells], 2), FLAT)
    order = cells[np.lexsort((relief, np.where(ring == 0, height[cells], 0.0), ring))]
    seats = SpawnPoints(search)
    for i in range(len(search.draw.agents)):
        seats.seat(i, order)
    return seats.all(), ()


# --- sumo -------------------------------------------------------------------------------------


def ring(search: SpawnSearch) -> Starts:
    """On a circle inside the ring, facing its middle; goal/0 is the middle."""
    agents, radius = search.draw.agents, float(getattr(search.draw.task, "ring"))  # noqa: B009
    least = start_circle(len(agents), search.widest)
    circle = max(0.5 * radius, least)
    if circle > 0.9 * radius:
        raise InputError(
            f"a ring of {radius:g} m is too small for {len(agents)} robots of {2 * search.widest:.2g} m",
            f"Set task.ring to {math.ceil(10 * least / 0.9) / 10:g} m or more, or take fewer robots.",
        )
    slack = [side / 2 - radius - 0.1 for side in search.draw.size]
    if min(slack) < 0:
        raise InputError(
            f"a ring of {radius:g} m does not fit into {search.draw.size[0]:g} x {search.draw.size[1]:g} m",
            f"Set terrain.size to {math.ceil(2 * radius + 0.2)} m or more, or task.ring to less.",
        )
    tries = 64
    middle = search.rng.uniform(-1, 1, (tries, 2)) * slack
    middle[0] = 0.0  # the first choice, where it does
    turn = search.rng.uniform(-math.pi, math.pi, tries)
    if any(agent.robot.planar for agent in agents):
        turn[:] = math.pi  # along x; the first on the left
    angle = turn[:, None] + 2 * math.pi * np.arange(len(agents)) / len(agents)
    x, y = middle[:, :1] + circle * np.cos(angle), middle[:, 1:] + circle * np.sin(angle)
    cost = np.maximum(search._line_cost(x, y).max(axis=1), search._line_cost(*middle.T))
    rank = np.lexsort((np.hypot(*middle.T), np.maximum(np.round(cost, 1), FLAT)))
    best: tuple[float, int, list[Pose]] | None = None
    for i in rank[np.isfinite(cost[rank])][:TRIES].tolist():
        centre_ = float(middle[i, 0]), float(middle[i, 1])
        stood = [
            search.footing.stand(a.robot, float(u), float(v), towards(a, float(u), float(v), centre_))
            for a, u, v in zip(agents, x[i], y[i])
        ]
        carried = min(share for _, share in stood)
        if best is None or carried > best[0]:
            best = carried, i, [pose for pose, _ in stood]
        if carried > 0.99:
            break
    if best is None:
        raise WorkError("no ring on ground where all can stand", "Lower the difficulty of the terrain.")
    return tuple(best[2]), (search._point(*(float(v) for v in middle[best[1]])),)


# --- tag --------------------------------------------------------------------------------------


def chase(search: SpawnSearch) -> Starts:
    """Chasers together, runners far from them."""
    agents, seats = search.draw.agents, SpawnPoints(search)
    order = search._start_order()
    chasers = [i for i, agent in enumerate(agents) if agent.role == CHASER]
    first = seats.seat(chasers[0], order)
    allowed = standing_cells(search)
    for i in chasers[1:]:
        seats.seat(i, near_cells(search, allowed, *first.pos[:2]))
    apart = max(4 * search.widest + 0.5, 0.3 * min(search.draw.size))
    for i in range(len(agents)):
        if i in chasers:
            continue
        away = np.min(
            [np.hypot(search.x - seats.poses[c].pos[0], search.y - seats.poses[c].pos[1]) for c in chasers],
            axis=0,
        )
        far = order[away[order] >= apart]
        rest = np.flatnonzero(allowed & (away < apart))
        seats.seat(i, np.concatenate([far, rest[np.argsort(-away[rest], kind="stable")]]))
    return seats.all(), ()


# --- push and soccer --------------------------------------------------------------------------


def _lay(search: SpawnSearch, near: Callable[[Floats], Floats]) -> Placed:
    """Put the task's object where it stays, at the place (n, 2) of which `near` (n,) is least.

    Raises:
        WorkError: Nowhere.
    """
    thing = search.draw.object
    assert thing is not None  # the layouts of tasks that have one
    shape = thing.shape
    cells = np.stack([search.x, search.y], axis=1)[search.main]
    spots = np.round(resting_places(shape, search.map, cells), 3)
    margin = shape.radius + search.widest + 0.3
    inside = (np.abs(spots) <= np.array(search.draw.size) / 2 - margin).all(axis=1)
    spots = spots[inside]
    spots = spots[np.isfinite(search._line_cost(spots[:, 0], spots[:, 1]))]
    away = near(spots)
    spots = search.rng.permutation(spots[np.isfinite(away)])
    spots = spots[np.argsort(np.round(near(spots), 1), kind="stable")][:SPOTS]
    for first in range(0, len(spots), 16):  # mostly one of the nearest will do
        part = spots[first : first + 16]
        lies = lying(shape, part, search.map)
        good = np.flatnonzero(lies.stays & (lies.z > search.map.pit))
        if len(good):
            x, y = (float(v) for v in part[good[0]])
            w, i, j, k = (float(v) for v in lies.quat[good[0]])
            return Placed(thing.name, shape, (x, y, float(lies.z[good[0]])), (w, i, j, k))
    raise WorkError(
        f"the {thing.kind.kind} of the task finds no place to lie",
        "Take another terrain, a larger terrain.size or a lower difficulty.",
    )


def push(search: SpawnSearch) -> Starts:
    """The agents, the object and the goal in a row."""
    distance = search.draw.task.goal_distance()
    placed = _lay(search, lambda spots: 0.3 * np.hypot(*spots.T))
    search.objects.append(placed)
    x, y, _ = placed.pos
    away = np.hypot(search.x - x, search.y - y)
    allowed = search.main & search._inside(0.5)
    cells = np.flatnonzero(allowed & (away > placed.shape.radius + 1.0))
    if not len(cells):
        raise WorkError("no goal can be reached from the start", "Lower the difficulty of the terrain.")
    off = np.abs(away[cells] - distance)
    goal = int(search.rng.choice(cells[off <= max(float(off.min()) + 0.1, 0.05 * distance)]))
    if abs(away[goal] - distance) > 0.25 * distance:
        search.notes.append(f"the goal is {away[goal]:.1f} m away, {distance:g} m did not fit")
    gx, gy = float(search.x[goal]), float(search.y[goal])
    clear = placed.shape.radius + search.widest + 0.3
    # behind the object, seen from the goal
    bx, by = (a - (b - a) / away[goal] * (clear + 0.2) for a, b in ((x, gx), (y, gy)))
    seats = SpawnPoints(search)
    seats.keep(x, y, placed.shape.radius + 0.3)
    seats.keep(gx, gy, 0.3)
    order = near_cells(search, standing_cells(search), bx, by)
    for i in range(len(search.draw.agents)):
        seats.seat(i, order, facing=(x, y))
    search.lanes += [(x + t * (gx - x), y + t * (gy - y)) for t in np.linspace(0, 1, 9)[1:-1].tolist()]
    return seats.all(), (search._point(gx, gy),)


def pitch(search: SpawnSearch) -> Starts:
    """The ball in the middle, a goal at either end, each team in its half and facing the ball.

    The first team attacks goal/0, at the end of positive x.
    """
    half_x, half_y = (side / 2 for side in search.draw.size)
    wide = float(getattr(search.draw.task, "width"))  # noqa: B009
    if wide / 2 > half_y - 0.2:
        raise InputError(
            f"goals of {wide:g} m do not fit an arena of {2 * half_y:g} m across",
            f"Set task.width to {max(2 * half_y - 0.4, 0.2):g} m or less, or take a larger terrain.size.",
        )
    ends = np.linspace(half_x - 0.6, 0.5 * half_x, 16)
    zero = np.zeros(16)
    open_ = np.isfinite(search._line_cost(ends, zero)) & np.isfinite(search._line_cost(-ends, zero))
    if not open_.any() or half_x < 1.5:
        raise WorkError("no room for two goals that can be reached", "Take another or a larger terrain.")
    line = round(float(ends[np.argmax(open_)]), 2)
    # as near the middle as the ball stays where it is
    placed = _lay(search, lambda s: np.where(np.abs(s[:, 0]) <= 0.7 * line, np.hypot(*s.T), np.inf))
    search.objects.append(placed)
    x, y, _ = placed.pos
    seats = SpawnPoints(search)
    seats.keep(x, y, placed.shape.radius + 0.3)
    allowed = standing_cells(search)
    sides = list(dict.fromkeys(agent.team for agent in search.draw.agents))
    for team, sign in zip(sides, (-1, 1)):
        own = allowed & (sign * (search.x - x) > 0.2)
        if not own.any():
            raise WorkError("a team has no half to start in", "Take a larger terrain.size.")
        members = [i for i, agent in enumerate(search.draw.agents) if agent.team == team]
        for k, i in enumerate(members):
            spread = ((k + 0.5) / len(members) - 0.5) * 1.4 * half_y
            seats.seat(i, near_cells(search, own, x + sign * 0.4 * line, spread), facing=(x, y))
    goals = tuple(search._point(end, 0.0) for end in (line, -line))
    return seats.all(), goals


LAYOUTS: dict[str, Callable[[SpawnSearch], Starts]] = {
    "top": top,
    "centre": centre,
    "ring": ring,
    "chase": chase,
    "push": push,
    "pitch": pitch,
}
