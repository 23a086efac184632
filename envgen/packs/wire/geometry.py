"""The geometry of a world to draw: its geoms in the frames of their bodies, and their meshes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.packs.wire.meshes import Mesh
from envgen.packs.wire.spec import GEOM_COLUMNS, PARTS
from envgen.worlds.compiled.world import GOAL, World
from envgen.worlds.compiler import Model, capture_warnings
from envgen.worlds.robots.robot_model import RobotModel

Rows = NDArray[np.float32]
"""(geoms, columns of `GEOM_COLUMNS`)."""
_BODY, _TYPE, _PART, _AGENT, _MESH = range(5)
_SIZE, _POS, _QUAT, _RGBA = slice(5, 8), slice(8, 11), slice(11, 15), slice(15, 19)
_TERRAIN, _OBSTACLE, _ROBOT, _GOAL_PART, _OTHER = range(len(PARTS))
_MESHES = int(mujoco.mjtGeom.mjGEOM_MESH)
_VISIBLE_GROUPS = 3
"""MuJoCo's viewer shows groups 0 to 2; by convention, groups from 3 on are for collision."""
_GREY = np.array([0.5, 0.5, 0.5, 1.0], dtype=np.float32)
"""MuJoCo's default colour, which a material replaces."""


@dataclass(frozen=True, eq=False)
class Visuals:
    """The visual geoms of a robot with meshes, which its compiled physics may lack.

    Attributes:
        rows: Its geoms; bodies are counted from its root.
        meshes: Meshes that they refer to.
    """

    rows: Rows
    meshes: tuple[Mesh, ...]


@lru_cache(maxsize=256)
def robot_visuals(robot: RobotModel) -> Visuals | None:
    """Return the visuals of a robot, or None if it has no meshes: then the compiled world has all geoms."""
    if "<mesh" not in robot.xml:
        return None
    with capture_warnings():
        model = mujoco.MjSpec.from_string(robot.xml).compile()
    return extract_visuals(model, robot.root.body)


def extract_visuals(model: Model, root: int) -> Visuals:
    """Return the visuals of the robot with that root in a compiled model with all visual geoms."""
    bodies = _subtree(model, root)
    geoms = np.flatnonzero(np.isin(model.geom_bodyid, bodies))
    rows = _rows(model, geoms[model.geom_group[geoms] < _VISIBLE_GROUPS])
    if not len(rows):
        rows = _rows(model, geoms)
    rows[:, _BODY] -= root
    used = [int(mesh) for mesh in np.unique(rows[:, _MESH]) if mesh >= 0]
    meshes = tuple(Mesh.of(model, mesh) for mesh in used)
    number = {mesh: i for i, mesh in enumerate(used)}
    rows[:, _MESH] = [number.get(int(mesh), -1) for mesh in rows[:, _MESH]]
    return Visuals(rows, meshes)


def world_geometry(
    world: World, agents: Sequence[str], visuals: Mapping[str, Visuals | None]
) -> tuple[Rows, tuple[Mesh, ...]]:
    """Return the geometry of a world.

    Args:
        world: The world with its physics.
        agents: Agent ids in order.
        visuals: Visuals by agent id, for agents whose geoms in the world are not complete.

    Returns:
        The geoms, and the meshes that they refer to.
    """
    model = world.model
    agent_of = np.full(model.nbody, -1)
    for number, agent in enumerate(agents):
        agent_of[_subtree(model, world.roots[agent])] = number
    part = np.full(model.ngeom, _OTHER)
    of = agent_of[model.geom_bodyid]
    part[of >= 0] = _ROBOT
    part[world.terrain_geoms] = _TERRAIN
    part[world.obstacle_geoms] = _OBSTACLE
    visible = (model.geom_group < _VISIBLE_GROUPS) | (part != _ROBOT)
    for number, agent in enumerate(agents):
        if visuals.get(agent) is not None:
            visible &= of != number
        elif not visible[of == number].any():
            visible |= of == number
    geoms = np.flatnonzero(visible)
    rows = _rows(model, geoms)
    rows[:, _PART], rows[:, _AGENT] = part[geoms], of[geoms]
    parts, meshes = [rows, _goals(world)], list[Mesh]()
    for number, agent in enumerate(agents):
        own = visuals.get(agent)
        if own is None:
            continue
        place = [_index(meshes, mesh) for mesh in own.meshes]
        extra = own.rows.copy()
        extra[:, _BODY] += world.roots[agent]
        extra[:, _PART], extra[:, _AGENT] = _ROBOT, number
        extra[:, _MESH] = [place[int(mesh)] if mesh >= 0 else -1 for mesh in extra[:, _MESH]]
        parts.append(extra)
    every = np.concatenate(parts)
    return every[every[:, _RGBA.stop - 1] > 0], tuple(meshes)


def _index(meshes: list[Mesh], mesh: Mesh) -> int:
    """Return the index of a mesh in the list; append it if it is new."""
    for number, known in enumerate(meshes):
        if known.id == mesh.id:
            return number
    meshes.append(mesh)
    return len(meshes) - 1


def _subtree(model: Model, root: int) -> NDArray[np.intp]:
    """Return a body and its descendants, which MuJoCo numbers consecutively."""
    parents = model.body_parentid
    end = root + 1
    while end < model.nbody and parents[end] >= root:
        end += 1
    return np.arange(root, end)


def _rows(model: Model, geoms: NDArray[np.intp]) -> Rows:
    rows = np.zeros((len(geoms), len(GEOM_COLUMNS)), dtype=np.float32)
    kinds = model.geom_type[geoms]
    rows[:, _BODY], rows[:, _TYPE] = model.geom_bodyid[geoms], kinds
    rows[:, _PART], rows[:, _AGENT] = _OTHER, -1
    rows[:, _MESH] = np.where(kinds == _MESHES, model.geom_dataid[geoms], -1)
    rows[:, _SIZE], rows[:, _POS] = model.geom_size[geoms], model.geom_pos[geoms]
    rows[:, _QUAT] = model.geom_quat[geoms]
    colours, material = model.geom_rgba[geoms], model.geom_matid[geoms]
    has_material = (material >= 0) & (colours == _GREY).all(axis=1)
    rows[:, _RGBA] = colours
    rows[has_material, _RGBA] = model.mat_rgba[material[has_material]]
    return rows


def _goals(world: World) -> Rows:
    """Return the marks of goals, which are sites."""
    sites = [i for i, name in enumerate(world.names("site")) if name.startswith(GOAL)]
    model, rows = world.model, np.zeros((len(sites), len(GEOM_COLUMNS)), dtype=np.float32)
    if sites:
        rows[:, _BODY], rows[:, _TYPE] = model.site_bodyid[sites], model.site_type[sites]
        rows[:, _PART], rows[:, _AGENT], rows[:, _MESH] = _GOAL_PART, -1, -1
        rows[:, _SIZE], rows[:, _POS] = model.site_size[sites], model.site_pos[sites]
        rows[:, _QUAT], rows[:, _RGBA] = model.site_quat[sites], model.site_rgba[sites]
    return rows
