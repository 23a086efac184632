"""A robot compiled by itself: what it measures, and its part of a world's MJCF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.build.adopt import Adopted, Key, adopt
from envgen.build.engine import Model, control_range, listening
from envgen.build.physics import Options, options_of
from envgen.build.roots import Root, root_of
from envgen.build.sensors import equip
from envgen.build.visuals import without_visuals
from envgen.build.written import written
from envgen.core.errors import EnvgenError
from envgen.core.families import ROBOTS
from envgen.core.params import RobotSize
from envgen.robots.files import RobotFile

Floats = NDArray[np.float64]

ROOT = "torso"
"""Root body of the built-in robots."""
LONG = 0.15
"""Least leg in radii: a snake that raises three of its eight units gets over more than its wheels do."""
ANYWHERE = 20.0
"""Step and gap (m) and slope of what flies: more than any ground of the vocabulary has."""


@dataclass(frozen=True, eq=False)
class RobotModel:
    """A robot at its home pose, alone.

    Attributes:
        name: Public name.
        agent: What its agents are called, before their number.
        folder: What its files are kept under in a pack.
        xml: The robot's own MJCF, with absolute names of files.
        bare: The same without what is only seen, which moves just the same; None if there is nothing such.
        root: Its root body and how that moves.
        flies: Whether its thrust exceeds its weight; `home_ctrl` is then what carries it on Earth.
        size: What it measures and masters.
        home_pos: (3,) position of the root at home, standing on z = 0, in m.
        home_quat: (4,) orientation of the root at home.
        home_qpos: (nq,) home keyframe.
        home_ctrl: (nu,) control at home.
        home_act: (na,) activations at home.
        keys: Its further keyframes by name.
        ctrl_range: (nu, 2) ends of each control.
        underside: (n, 3) points of its lower surface at home, relative to the root, in m.
        margin: Greatest distance at which its geoms make contacts already, in m.
        mass: In kg.
        volumes: Displaced volume by body, in m3, with the mass of the body in kg.
        arena: Bytes of MuJoCo's arena that it was seen to need.
        option: The solver options that it asks for.
        nv: Its degrees of freedom.
        priority: Of its geoms' contacts: the ground's has to be greater, for its friction to hold.
        condim: Greatest dimension of its contacts.
        touches: Bits of the contact types that the ground must accept for it to stand there.
        notes: What a user should know, such as parts of a scene that were left behind.
    """

    name: str
    agent: str
    folder: str
    xml: str
    bare: str | None
    root: Root
    flies: bool
    size: RobotSize
    home_pos: Floats
    home_quat: Floats
    home_qpos: Floats
    home_ctrl: Floats
    home_act: Floats
    keys: Mapping[str, Key]
    ctrl_range: Floats
    underside: Floats
    margin: float
    mass: float
    volumes: dict[str, tuple[float, float]]
    arena: int
    option: Options
    nv: int
    priority: int
    condim: int
    touches: int
    notes: tuple[str, ...]

    @property
    def planar(self) -> bool:
        """Whether it moves in its own x-z plane only."""
        return self.root.kind == "planar"


def robot_model(name: str, values: Mapping[str, float | int]) -> RobotModel:
    """The robot of that name with those parameters; kept for the process once it was made.

    Raises:
        InputError: There is no such robot, or it can't be used.
    """
    kind = ROBOTS.get(name)
    return _robot_model(kind, tuple(sorted(values.items())))


@lru_cache(maxsize=512)
def _robot_model(kind: Any, values: tuple[tuple[str, float | int], ...]) -> RobotModel:
    drawn = dict(values)
    adopted = adopt(kind) if isinstance(kind, RobotFile) else _template(kind, drawn)
    spec, root = adopted.spec, adopted.root.name
    with listening():
        equip(spec, root, drawn, kind.name, template=not isinstance(kind, RobotFile))
        spec.compile()
        xml = written(spec)
        bare = without_visuals(xml)
        model = mujoco.MjSpec.from_string(bare or xml).compile()
        data = mujoco.MjData(model)
        data.qpos[:] = adopted.home.qpos
        data.ctrl[:] = adopted.home.ctrl
        mujoco.mj_forward(model, data)
    body = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, root)
    position = np.array(data.xpos[body])
    free = adopted.root.kind == "free"
    points = surface(model, data)
    flying = flies(model, data)
    return RobotModel(
        name=kind.name,
        agent=kind.agent,
        folder=kind.folder if isinstance(kind, RobotFile) else kind.agent,
        xml=xml,
        bare=bare,
        root=root_of(model, body),
        flies=flying,
        size=measure(points, position, hip_height(model, data), flying=flying),
        home_pos=position,
        home_quat=np.array(data.xquat[body] if free else model.body_quat[body]),
        home_qpos=np.array(adopted.home.qpos),
        home_ctrl=np.array(adopted.home.ctrl),
        home_act=np.array(adopted.home.act),
        keys=adopted.keys,
        ctrl_range=np.stack(control_range(model), axis=1).reshape(-1, 2),
        underside=_underside(points) - position,
        margin=float(model.geom_margin.max(initial=0.0)),
        mass=float(model.body_subtreemass[0]),
        volumes=_volumes(model),
        arena=_arena_need(bare or xml, adopted.home.qpos, _bits(model), free=free),
        option=options_of(model),
        nv=int(model.nv),
        priority=int(model.geom_priority.max(initial=0)),
        condim=int(model.geom_condim.max(initial=3)),
        touches=_bits(model),
        notes=adopted.notes,
    )


def _template(kind: Any, values: Mapping[str, float | int]) -> Adopted:
    """A built-in robot, which says where it is at home."""
    with listening():
        spec = mujoco.MjSpec.from_string(kind.mjcf(dict(values)))
        model = spec.compile()
    key = int(mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_KEY, "home"))
    body = int(mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, ROOT))
    for missing, what in ((key, "keyframe 'home'"), (body, f"body {ROOT!r}")):
        if missing < 0:
            raise EnvgenError(f"robot {kind.name!r} has no {what}", "See docs/adding.md.")
    home = Key(np.array(model.key_qpos[key]), np.array(model.key_ctrl[key]), np.array(model.key_act[key]))
    for element in list(spec.keys):
        spec.delete(element)
    return Adopted(spec, root_of(model, body), home, {}, ())


def _bits(model: Model) -> int:
    """Contact types that the ground has to accept besides those (1) that it always does."""
    bits = 0
    for kind, affinity in zip(model.geom_contype, model.geom_conaffinity):
        if (kind or affinity) and not (kind & 1 or affinity & 1):
            bits |= int(kind) or int(affinity)
    return bits | 1


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
        # a third of the radius apart: between two spheres the envelope is 1.4 % of it too high
        steps = max(2, int(np.ceil(6 * size[1] / max(size[0], 0.02))) + 1)
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


def _arena_need(xml: str, home: Floats, touches: int, *, free: bool) -> int:
    """Bytes of arena seen while the robot thrashes on bumpy ground for two seconds.

    MuJoCo reserves 14 MiB a world by default; what is really used is some 10 kB. The draws are fixed, so
    that the figure is a property of the robot.
    """
    rng = np.random.default_rng(0)
    spec = mujoco.MjSpec.from_string(xml)
    bumps = spec.add_hfield(name="bumps", size=[4, 4, 0.15, 0.1], nrow=80, ncol=80)
    bumps.userdata = rng.uniform(0, 1, 6400)
    ground = spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_HFIELD, hfieldname="bumps", pos=[0, 0, -0.15])
    ground.contype = ground.conaffinity = touches  # and not what the robot's defaults say
    with listening():
        world = spec.compile()
        data = mujoco.MjData(world)
        low, high = control_range(world)
        steps = max(1, int(0.05 / world.opt.timestep))
        for look in range(100):
            if look == 0 or (look >= 40 and look % 10 == 0):  # it lands on its back and its sides, too
                mujoco.mj_resetData(world, data)
                data.qpos[:] = home
                if look and free:
                    tumbled = rng.normal(size=4)
                    data.qpos[3:7] = tumbled / np.linalg.norm(tumbled)
            data.ctrl[:] = rng.uniform(low, high)
            mujoco.mj_step(world, data, nstep=steps)
    return int(data.maxuse_arena)
