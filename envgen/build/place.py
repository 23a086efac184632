"""Placing: the arena of a variant, with starts and goals found by search and obstacles that keep out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from envgen.build.footing import Pose
from envgen.build.ground import GroundMap
from envgen.build.sample import Attempt, Draw
from envgen.build.scatter import Disc, Placed, scatter
from envgen.build.starts import Point, Search
from envgen.core.heightfield import Heightfield
from envgen.core.rng import Streams
from envgen.terrains.base import Ground

GOAL_KEEP_OUT = 0.6


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
    goals: tuple[Point, ...]
    obstacles: tuple[Placed, ...]
    notes: tuple[str, ...]


def place(draw: Draw, streams: Streams, attempt: Attempt) -> Arena:
    """Lay out one variant.

    Raises:
        InputError: The terrain's parameters don't fit its size.
        WorkError: No start or goal can be found; the next draw may have one.
    """
    ground = draw.terrain.ground(streams, attempt.terrain)
    pit = ground.pit + 1e-3 if ground.pit is not None else -math.inf
    map_ = GroundMap(Heightfield.centred(ground.surface, draw.size), bool(len(ground.boxes)), pit)
    if ground.field is not None and map_.sharp:
        map_ = replace(map_, base=Heightfield.centred(ground.field, draw.size))
    search = Search(draw, ground, map_, streams("starts", attempt.terrain))
    starts, goals = search.run()
    keep_outs = _keep_outs(draw, starts, goals)
    placed, notes = scatter(draw.obstacles, map_, draw.size, keep_outs, streams, attempt)
    return Arena(draw.size, ground, map_, starts, goals, placed, (*search.notes, *notes))


def _keep_outs(draw: Draw, starts: tuple[Pose, ...], goals: tuple[Point, ...]) -> list[Disc]:
    """Where no obstacle may be: around starts and goals, and in the lane of what can't go around it."""
    discs = [Disc(x, y, GOAL_KEEP_OUT) for x, y, _ in goals]
    for i, (agent, start) in enumerate(zip(draw.agents, starts)):
        radius = agent.robot.size.radius
        discs.append(Disc(start.pos[0], start.pos[1], 1.1 * radius + 0.2))
        if agent.robot.planar and goals:
            along = np.arange(min(start.pos[0], goals[i][0]), max(start.pos[0], goals[i][0]), radius)
            discs += [Disc(float(x), start.pos[1], 1.1 * radius) for x in along]
    return discs
