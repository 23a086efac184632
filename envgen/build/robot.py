"""A robot compiled by itself: what it measures, and its part of a world's MJCF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.build.engine import Model, listening
from envgen.core.errors import EnvgenError
from envgen.core.families import ROBOTS
from envgen.core.params import RobotSize

Floats = NDArray[np.float64]

ROOT = "torso"
LONG = 0.15
"""Least leg in radii: a snake that raises three of its eight units gets over more than its wheels do."""
ANYWHERE = 20.0
"""Step and gap (m) and slope of what flies: more than any ground of the vocabulary has."""


@dataclass(frozen=True, eq=False)
class RobotModel:
    """A robot at its home pose, alone.

    Attributes:
        name: Public name.
        xml: The robot's own MJCF.
        planar: Whether it moves in its own x-z plane only.
        legged: Whether it walks.
        flies: Whether its thrust exceeds its weight; `home_ctrl` is then what carries it on Earth.
        size: What it measures and masters.
        home_pos: (3,) position of the root at home, standing on z = 0, in m.
        home_qpos: (nq,) home keyframe.
        home_ctrl: (nu,) control at home.
        ctrl_range: (nu, 2) ends of each control.
        underside: (n, 3) points of its lower surface at home, relative to the root, in m.
        mass: In kg.
        volumes: Displaced volume by body, in m3, with the mass of the body in kg.
        arena: Bytes of MuJoCo's arena that it was seen to need.
        option: The solver options that it asks for.
        nv: Its degrees of freedom.
    """

    name: str
    xml: str
    planar: bool
    legged: bool
    flies: bool
    size: RobotSize
    home_pos: Floats
    home_qpos: Floats
    home_ctrl: Floats
    ctrl_range: Floats
    underside: Floats
    mass: float
    volumes: dict[str, tuple[float, float]]
    arena: int
    option: dict[str, Any]
    nv: int


def robot_model(name: str, values: Mapping[str, float | int]) -> RobotModel:
    """The robot of that name with those parameters; kept for the process once it was made.

    Raises:
        InputError: There is no such robot.
    """
    return _robot_model(name, tuple(sorted(values.items())))


@lru_cache(maxsize=512)
def _robot_model(name: str, values: tuple[tuple[str, float | int], ...]) -> RobotModel:
    kind = ROBOTS.get(name)
    xml = kind.mjcf(dict(values))
    with listening():
        spec = mujoco.MjSpec.from_string(xml)
        model = spec.compile()
        data = mujoco.MjData(model)
        mujoco.mj_resetDataKeyframe(model, data, _home(model, name))
        mujoco.mj_forward(model, data)
    root = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, ROOT)
    if root < 0:
        raise EnvgenError(f"robot {name!r} has no body {ROOT!r}", "See docs/adding.md.")
    position = np.array(data.xpos[root])
    points = surface(model, data)
    flying = flies(model, data)
    return RobotModel(
        name=name,
        xml=xml,
        planar=kind.planar,
        legged=kind.legged,
        flies=flying,
        size=measure(points, position, hip_height(model, data), flying=flying),
        home_pos=position,
        home_qpos=np.array(data.qpos),
        home_ctrl=np.array(model.key_ctrl[0]) if model.nu else np.zeros(0),
        ctrl_range=np.array(model.actuator_ctrlrange).reshape(-1, 2),
        underside=_underside(points) - position,
        mass=float(model.body_subtreemass[0]),
        volumes=_volumes(model),
        arena=_arena_need(xml, model),
        option=_options(model),
        nv=int(model.nv),
    )


def _home(model: Model, name: str) -> int:
    key = int(mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_KEY, "home"))
    if key < 0:
        raise EnvgenError(f"robot {name!r} has no keyframe 'home'", "See docs/adding.md.")
    return key


class Posed(Protocol):
    """Where the geoms are; MjData and Snapshot have it."""

    @property
    def geom_xpos(self) -> Any: ...
    @property
    def geom_xmat(self) -> Any: ...
    @property
    def xpos(self) -> Any: ...
    @property
    def site_xmat(self) -> Any: ...


def hip_height(model: Model, data: Posed, geoms: Iterable[int] | None = None) -> float:
    """Height of the joint by which a leg hangs on the body, in the frame of the world, in m.

    From the foot (the body of the lowest geom) up to the last body that has no sister: what carries it
    carries other legs too, or is the root.
    """
    chosen = [g for g in (range(model.ngeom) if geoms is None else geoms) if _collides(model, g)]
    lowest = min(chosen, key=lambda g: float(surface(model, data, [g])[:, 2].min()))
    children = np.bincount(model.body_parentid[1:], minlength=model.nbody)
    body = int(model.geom_bodyid[lowest])
    parent = int(model.body_parentid[body])
    while int(model.body_parentid[parent]) != 0 and parent != 0 and children[parent] == 1:
        body, parent = parent, int(model.body_parentid[parent])
    return float(data.xpos[body, 2])


def _collides(model: Model, geom: int) -> bool:
    return bool(model.geom_contype[geom] or model.geom_conaffinity[geom])


def flies(model: Model, data: Posed, actuators: Iterable[int] | None = None, mass: float = 0.0) -> bool:
    """Whether actuators that pull at sites, such as rotors, lift more than the robot weighs on Earth.

    Args:
        model: The model.
        data: Its state, with the robot at its home pose.
        actuators: The robot's; all of them if not given.
        mass: Of the robot, in kg; that of the model if not given.
    """
    lift = 0.0
    for i in range(model.nu) if actuators is None else actuators:
        if int(model.actuator_trntype[i]) != mujoco.mjtTrn.mjTRN_SITE or not model.actuator_ctrllimited[i]:
            continue
        site = int(model.actuator_trnid[i, 0])
        upwards = float(data.site_xmat[site].reshape(3, 3)[2] @ model.actuator_gear[i, :3])
        force = model.actuator_gainprm[i, 0] * model.actuator_ctrlrange[i] + model.actuator_biasprm[i, 0]
        if model.actuator_forcelimited[i]:
            force = np.clip(force, *model.actuator_forcerange[i])
        lift += max(0.0, float((force * upwards).max()))
    return lift > 9.81 * (mass or float(model.body_subtreemass[0]))


def measure(surface: Floats, root: Floats, hip: float, *, flying: bool = False) -> RobotSize:
    """Sizes by the points of the surface at home, the position of the root and the height of the hip (m).

    Abilities are in legs, by what the terrains' sources ask of robots of known size: ANYmal (leg 0.55 m)
    climbs 0.23 m, A1 (0.3 m) jumps gaps of up to 0.7 d m in extreme-parkour. A wheel's leg is its radius,
    and half of that a step that it rolls over. What is long and low, such as a snake, lifts and bridges with
    its length. Nothing on the ground stops what flies; its unit of difficulty is its own width, for its skids
    say nothing about the hills that it has to rise over.
    """
    sole = float(surface[:, 2].min())
    radius = float(np.linalg.norm(surface[:, :2] - root[:2], axis=1).max())
    leg = 2 * radius if flying else max(hip - sole, LONG * radius, 0.02)
    return RobotSize(
        leg=round(leg, 4),
        stand=round(float(root[2]) - sole, 4),
        radius=round(radius, 4),
        height=round(float(np.ptp(surface[:, 2])), 4),
        step=ANYWHERE if flying else round(0.5 * leg, 4),
        slope=ANYWHERE if flying else 0.8,
        gap=ANYWHERE if flying else round(0.9 * leg, 4),
    )


def surface(model: Model, data: Posed, geoms: Iterable[int] | None = None) -> Floats:
    """(n, 3) points on all colliding geoms, or on those given, in the frame of the world."""
    parts = []
    for geom in range(model.ngeom) if geoms is None else geoms:
        if not _collides(model, geom):
            continue
        local = _points(int(model.geom_type[geom]), model.geom_size[geom], model, geom)
        parts.append(local @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom])
    if not parts:
        raise EnvgenError("a robot has no geom that collides", "Give its feet contype and conaffinity.")
    return np.concatenate(parts)


@lru_cache(maxsize=1)
def _directions() -> Floats:
    """(n, 3) unit vectors spread evenly over the sphere (Fibonacci lattice)."""
    k = np.arange(160) + 0.5
    z = 1 - 2 * k / 160
    angle = np.pi * (1 + 5**0.5) * k
    ring = np.sqrt(1 - z * z)
    extremes = np.array([[0, 0, -1], [0, 0, 1], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    spread = np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1)
    return np.concatenate([extremes, spread])


def _points(kind: int, size: Floats, model: Model, geom: int) -> Floats:
    """(n, 3) points on the surface of one geom, in its frame."""
    ball = _directions()
    shape = mujoco.mjtGeom
    if kind == shape.mjGEOM_SPHERE:
        return ball * float(size[0])
    if kind == shape.mjGEOM_ELLIPSOID:
        return ball * size
    if kind == shape.mjGEOM_CAPSULE:
        steps = max(2, int(np.ceil(2 * size[1] / max(size[0], 0.02))) + 1)
        along = np.linspace(-size[1], size[1], steps)
        return np.concatenate([ball * size[0] + [0, 0, z] for z in along])
    if kind == shape.mjGEOM_MESH:
        mesh = model.geom_dataid[geom]
        first = model.mesh_vertadr[mesh]
        return np.array(model.mesh_vert[first : first + model.mesh_vertnum[mesh]], dtype=float)
    half = np.array([size[0], size[0], size[1]]) if kind == shape.mjGEOM_CYLINDER else np.array(size)
    axes = [np.linspace(-1, 1, min(9, max(2, int(2 * h / 0.03) + 1))) for h in half]
    grid: Floats = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return grid * half


def _underside(surface: Floats) -> Floats:
    """The lowest points of the surface in each 2 cm column."""
    columns = np.round(surface[:, :2] / 0.02).astype(np.int64)
    order = np.lexsort((surface[:, 2], columns[:, 1], columns[:, 0]))
    kept = columns[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (kept[1:] != kept[:-1]).any(axis=1)
    return surface[order][first]


def _volumes(model: Model) -> dict[str, tuple[float, float]]:
    volumes: dict[str, tuple[float, float]] = {}
    for body in range(1, model.nbody):
        total = 0.0
        first = model.body_geomadr[body]
        for geom in range(first, first + model.body_geomnum[body]):
            if _collides(model, geom):
                total += volume(int(model.geom_type[geom]), model.geom_size[geom])
        name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_BODY, body)
        if name and total > 0:
            volumes[name] = (total, float(model.body_mass[body]))
    return volumes


def volume(kind: int, size: Floats) -> float:
    """Volume of a primitive of MuJoCo's type `kind` and size (m), in m3; 0 for other geoms."""
    shape = mujoco.mjtGeom
    a, b, c = (float(v) for v in size)
    if kind == shape.mjGEOM_SPHERE:
        return 4 / 3 * np.pi * a**3
    if kind == shape.mjGEOM_CAPSULE:
        return np.pi * a**2 * (2 * b + 4 / 3 * a)
    if kind == shape.mjGEOM_CYLINDER:
        return np.pi * a**2 * 2 * b
    if kind == shape.mjGEOM_ELLIPSOID:
        return 4 / 3 * np.pi * a * b * c
    return 8 * a * b * c if kind == shape.mjGEOM_BOX else 0.0


def _options(model: Model) -> dict[str, Any]:
    """Solver options that matter when robots share a world."""
    opt = model.opt
    return {
        "timestep": float(opt.timestep),
        "integrator": int(opt.integrator),
        "cone": int(opt.cone),
        "impratio": float(opt.impratio),
        "iterations": int(opt.iterations),
        "tolerance": float(opt.tolerance),
    }


def _arena_need(xml: str, model: Model) -> int:
    """Bytes of arena seen while the robot thrashes on bumpy ground for two seconds.

    MuJoCo reserves 14 MiB a world by default; what is really used is some 10 kB. The draws are fixed, so
    that the figure is a property of the robot.
    """
    rng = np.random.default_rng(0)
    spec = mujoco.MjSpec.from_string(xml)
    bumps = spec.add_hfield(name="bumps", size=[4, 4, 0.15, 0.1], nrow=80, ncol=80)
    bumps.userdata = rng.uniform(0, 1, 6400)
    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_HFIELD, hfieldname="bumps", pos=[0, 0, -0.15])
    with listening():
        world = spec.compile()
        data = mujoco.MjData(world)
        mujoco.mj_resetDataKeyframe(world, data, 0)
        low, high = world.actuator_ctrlrange[:, 0], world.actuator_ctrlrange[:, 1]
        steps = max(1, int(0.05 / world.opt.timestep))
        for _ in range(40):
            data.ctrl[:] = rng.uniform(low, high)
            mujoco.mj_step(world, data, nstep=steps)
    return int(data.maxuse_arena)
