"""One world from above: ground, obstacles and robots in relief, with starts, goals and paths marked on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import EnvgenError
from envgen.core.heightfield import Floats
from envgen.core.params import RobotSize
from envgen.preview.marks import SHIFT, TINY, draw_goal, draw_path, draw_start, fixed, goal_radius
from envgen.preview.paths import PathFinder
from envgen.preview.relief import View, ground_heights, raise_geom, shade
from envgen.preview.theme import FIXED, INK, MOVING, Colour, HeightScale, Image, mixed
from envgen.worlds.compiled.measure import measure_agent
from envgen.worlds.compiled.state import Snapshot, reset
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import Data
from envgen.worlds.team_colours import team_rgb

_MAX_PATHS = 16


@dataclass(frozen=True)
class DrawnAgent:
    """Position, size and colour of an agent to draw.

    Attributes:
        centre: (2,) position of its root, in m.
        yaw: Its heading, in rad.
        size: Its size.
        colour: Colour of its team.
        goal: (2,) in m, or None.
    """

    centre: Floats
    yaw: float
    size: RobotSize
    colour: Colour
    goal: Floats | None


class Scene:
    """A world at its start, with everything that a picture of it needs.

    Args:
        world: The world.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.data: Data = mujoco.MjData(world.model)
        reset(world.model, self.data)
        mujoco.mj_kinematics(world.model, self.data)

    @cached_property
    def agents(self) -> list[DrawnAgent]:
        """The agents in the order of the model."""
        world, snapshot = self.world, Snapshot.of(self.data)
        shells = {n: i for i, n in enumerate(world.names("mat")) if n.endswith("/shell")}
        agents = []
        for i, agent in enumerate(world.agents):
            body = world.roots[agent]
            ahead = self.data.xmat[body].reshape(3, 3)[:2, 0]
            try:
                size = measure_agent(world, snapshot, agent)
            except EnvgenError:  # an external robot without a colliding geom
                size = RobotSize()
            shell = shells.get(f"{agent}/shell")
            rgb = np.array(team_rgb(i)) if shell is None else world.model.mat_rgba[shell, :3]
            # goals of teams (two, and more agents) belong to no agent
            owned = len(world.goals) in (1, len(world.agents))
            goal = world.goals[min(i, len(world.goals) - 1), :2] if owned else None
            yaw = float(np.arctan2(ahead[1], ahead[0]))
            centre = np.array(self.data.xpos[body, :2])
            agents.append(DrawnAgent(centre, yaw, size, mixed(255 * rgb, INK, 0.0), goal))
        return agents

    @cached_property
    def other_geoms(self) -> list[int]:
        """Visible geoms other than ground and obstacles: robots and others."""
        model = self.world.model
        known = {*self.world.terrain_geoms, *self.world.obstacle_geoms}
        return [
            g
            for g in range(model.ngeom)
            if g not in known and model.geom_group[g] < 3 and self.rgba(g)[3] > 0 and model.geom_type[g] > 1
        ]

    @property
    def moving(self) -> list[bool]:
        """Flag for each obstacle: True if it moves."""
        return [bool(self.world.model.geom_bodyid[g]) for g in self.world.obstacle_geoms]

    def rgba(self, geom: int) -> Floats:
        """Return the (4,) colour of a geom, 0 to 1."""
        model = self.world.model
        material = int(model.geom_matid[geom])
        return np.asarray(model.mat_rgba[material] if material >= 0 else model.geom_rgba[geom])


def height_range(world: World) -> tuple[float, float, float, float]:
    """Return least, 5th percentile, 95th percentile and greatest height of the ground, in m."""
    heights = world.ground.field.heights
    # the floor of a pit is so deep that other heights would look the same
    above = heights[heights > world.ground.pit]
    low, high = np.percentile(above if len(above) else heights, (5, 95))
    return float(heights.min()), float(low), float(high), float(heights.max())


def draw_world(world: World, width: int, height: int, scale: HeightScale | None = None) -> Image:
    """Draw a world from above, north up.

    Args:
        world: The world.
        width: Width of the box that the picture must fit into, in pixels.
        height: Height of the box, in pixels.
        scale: Colours of heights; by default those of this world alone.

    Returns:
        The picture, as large as the arena's shape allows.
    """
    scale = scale or HeightScale.of(np.array([height_range(world)]))
    final = View.fitting(world.size, width, height)
    # drawn finer and averaged for smooth edges, except the largest pictures
    finer = int(np.clip(1700 // max(final.width, final.height), 1, 3))
    view = View(finer * final.width, finer * final.height, finer * final.scale)
    scene = Scene(world)
    # width of a fine line, in pixels of the finer picture
    line = finer * float(np.clip(min(width, height) / 200, 0.7, 2.0))
    image = _relief(scene, view, scale, line)
    _mark(image, scene, view, line)
    if finer > 1:
        image = np.asarray(cv2.resize(image, (final.width, final.height), interpolation=cv2.INTER_AREA))
    return image


def _relief(scene: Scene, view: View, scale: HeightScale, line: float) -> Image:
    world = scene.world
    heights = ground_heights(world, view)
    colours = scale.colour(heights)
    for agent in scene.agents:
        _tint(colours, view, agent, _reach(agent, view, line))
    for geom, moves in zip(world.obstacle_geoms, scene.moving):
        rgb = np.array(MOVING if moves else FIXED, dtype=float)
        raise_geom(heights, colours, world, scene.data, geom, view, rgb)
    for geom in scene.other_geoms:
        raise_geom(heights, colours, world, scene.data, geom, view, 255 * scene.rgba(geom)[:3])
    return shade(colours, heights, view.scale)


def _reach(agent: DrawnAgent, view: View, line: float) -> float:
    """Return the radius of the ring around an agent, in pixels."""
    return max(agent.size.radius * view.scale + 1.5 * line, TINY * line)


def _tint(colours: NDArray[np.float32], view: View, agent: DrawnAgent, radius: float) -> None:
    """Colour the ground under an agent, in place."""
    rows, cols = view.window(agent.centre, (radius / view.scale + 0.01,) * 2)
    part = colours[rows, cols]
    if not part.size:
        return
    mask = np.zeros(part.shape[:2], dtype=np.uint8)
    centre = view.pixels(agent.centre)[0] - [cols.start, rows.start]
    cv2.circle(mask, fixed(centre), int(radius * 2**SHIFT), 255, -1, cv2.LINE_AA, SHIFT)
    share = (mask * np.float32(0.5 / 255))[..., None]
    part += share * (np.array(agent.colour, dtype=np.float32) - part)


# --- marks ------------------------------------------------------------------------------------


def _mark(image: Image, scene: Scene, view: View, line: float) -> None:
    """Draw paths, then goals, then starts, in place."""
    agents = scene.agents
    finders: dict[RobotSize, PathFinder] = {}
    for agent in agents[:_MAX_PATHS]:
        if agent.goal is None:
            continue
        if agent.size not in finders:
            finders[agent.size] = PathFinder(scene.world, agent.size)
        path = finders[agent.size].find(agent.centre, agent.goal)
        if path is not None:
            ends = _reach(agent, view, line) + line, goal_radius(view.scale, line) + line
            draw_path(image, _trim(view.pixels(path), *ends), agent.colour, line)
    drawn: list[Floats] = []
    targets = [(agent.goal, agent.colour) for agent in agents if agent.goal is not None]
    targets += [(goal[:2], INK) for goal in scene.world.goals[len(agents) if targets else 0 :]]
    for goal, colour in targets:
        centre = view.pixels(goal)[0]
        # goals at the same place become concentric rings
        outer = sum(float(np.hypot(*(centre - other))) < line for other in drawn) * 3.0 * line
        draw_goal(image, centre, colour, goal_radius(view.scale, line) + outer, line, dot=not outer)
        drawn.append(centre)
    for agent in agents:
        resolved = agent.size.radius * view.scale >= TINY * line
        centre = view.pixels(agent.centre)[0]
        reach = _reach(agent, view, line)
        draw_start(image, centre, agent.yaw, agent.colour, reach, line, filled=not resolved)


def _trim(points: Floats, start: float, end: float) -> Floats:
    """Return the part of a path farther than `start` from its first and `end` from its last point."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    if along[-1] <= start + end:
        return points[:0]
    last = along[-1] - end
    at = np.unique(np.concatenate([[start], along[(along > start) & (along < last)], [last]]))
    return np.stack([np.interp(at, along, points[:, i]) for i in range(2)], axis=1)
