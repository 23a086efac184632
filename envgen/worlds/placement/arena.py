"""The arena of a variant: ground, start poses, goals and obstacles, placed in that order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from envgen.core.heightfield import Heightfield
from envgen.core.rng import Streams
from envgen.tasks.spawn import Point, Pose, Spawns
from envgen.terrains.base import Ground
from envgen.worlds.ground_map import GroundMap
from envgen.worlds.placement.scatter import Disc, Placed, scatter
from envgen.worlds.placement.spawn_search import SpawnSearch
from envgen.worlds.sampling.draw import Attempt, Draw

GOAL_KEEP_OUT = 0.6
"""Radius (m) around a goal in which no obstacle is placed."""


@dataclass(frozen=True)
class Arena:
    """Terrain, obstacles, start poses and goals in one frame (m, z up).

    Attributes:
        size: Extent (x, y).
        ground: The ground as the terrain made it.
        map: Height of the highest terrain surface.
        starts: One pose for each agent.
        goals: One point for each agent, for each team or for all, or none.
        obstacles: Placed obstacles, the task's object first.
        notes: Remarks for the user, such as obstacles that found no room.
        values: What placing adds to the drawn values, by path.
    """

    size: tuple[float, float]
    ground: Ground
    map: GroundMap
    starts: tuple[Pose, ...]
    goals: tuple[Point, ...]
    obstacles: tuple[Placed, ...]
    notes: tuple[str, ...]
    values: Mapping[str, int]


def place(draw: Draw, streams: Streams, attempt: Attempt) -> Arena:
    """Place the agents, goals and obstacles of one variant.

    Raises:
        InputError: The terrain's parameters don't fit its size.
        WorkError: No start or goal can be found; the next draw may have one.
    """
    ground = draw.terrain.ground(streams, attempt.terrain)
    pit = ground.pit + 1e-3 if ground.pit is not None else -math.inf
    map_ = GroundMap(Heightfield.centred(ground.surface, draw.size), bool(len(ground.boxes)), pit)
    if ground.field is not None and map_.sharp:
        map_ = replace(map_, base=Heightfield.centred(ground.field, draw.size))
    search = SpawnSearch(draw, ground, map_, streams("starts", attempt.terrain))
    spawns = search.run()
    keep_outs = _keep_outs(draw, spawns)
    keep_outs += [Disc(laid.pos[0], laid.pos[1], laid.shape.radius + 0.2) for laid in search.objects]
    placed, short = scatter(draw.obstacles, map_, draw.size, keep_outs, streams, attempt)
    notes, values = [], {}
    for i, found in short.items():
        entry = draw.obstacles[i]
        values[f"obstacles[{i}].placed"] = found
        notes.append(f"obstacles[{i}]: {found} of {entry.count} {entry.kind.kind} found room")
    placed = (*search.objects, *_renumber(placed, {laid.name for laid in search.objects}))
    return Arena(
        draw.size, ground, map_, spawns.starts, spawns.goals, placed, (*search.notes, *notes), values
    )


def _renumber(placed: tuple[Placed, ...], taken: set[str]) -> tuple[Placed, ...]:
    """Rename obstacles so that they count on from the task's object of the same kind."""
    kinds = {name.rpartition("_")[0] for name in taken}
    renamed = []
    for obstacle in placed:
        kind, _, number = obstacle.name.rpartition("_")
        renamed.append(replace(obstacle, name=f"{kind}_{int(number) + 1}") if kind in kinds else obstacle)
    return tuple(renamed)


def _keep_outs(draw: Draw, spawns: Spawns) -> list[Disc]:
    """Return the discs that stay free of obstacles.

    They lie around starts and goals, where the layout says, and in the lanes of robots that can't go around.
    """
    starts, goals = spawns.starts, spawns.goals
    discs = [Disc(x, y, GOAL_KEEP_OUT) for x, y, _ in goals]
    discs += [Disc(*circle) for circle in spawns.keep_clear]
    for i, (agent, start) in enumerate(zip(draw.agents, starts)):
        radius = agent.robot.size.radius
        discs.append(Disc(start.pos[0], start.pos[1], 1.1 * radius + 0.2))
        if agent.robot.planar and len(goals) == len(starts):
            along = np.arange(min(start.pos[0], goals[i][0]), max(start.pos[0], goals[i][0]), radius)
            discs += [Disc(float(x), start.pos[1], 1.1 * radius) for x in along]
    return discs
