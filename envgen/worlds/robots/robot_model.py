"""A robot compiled by itself: what it measures, and its part of a world's MJCF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import EnvgenError
from envgen.core.families import ROBOTS
from envgen.core.params import RobotSize
from envgen.robots.files import RobotFile
from envgen.worlds.compiler import Model, capture_warnings, control_range
from envgen.worlds.physics_options import SolverOptions, solver_options
from envgen.worlds.robots.arena_memory import arena_need
from envgen.worlds.robots.capabilities import flies, hip_height, measure
from envgen.worlds.robots.home_pose import Key
from envgen.worlds.robots.import_mjcf import Adopted, adopt
from envgen.worlds.robots.mujoco_xml import written
from envgen.worlds.robots.root_joint import Root, root_of
from envgen.worlds.robots.sensors import equip
from envgen.worlds.robots.support import Support, find_support
from envgen.worlds.robots.surface_points import surface, volumes
from envgen.worlds.robots.visuals import physics_only_xml

Floats = NDArray[np.float64]

ROOT = "torso"
"""Root body of the built-in robots."""


@dataclass(frozen=True, eq=False)
class RobotModel:
    """A robot at its home pose, alone.

    Attributes:
        name: Public name.
        agent: What its agents are called, before their number.
        folder: What its files are kept under in a pack.
        xml: The robot's own MJCF, with absolute names of files.
        physics_xml: `xml` without visual geoms and textures, with equal physics; None if there are none.
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
        support: What it stands on, and how far it leans to follow a slope.
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
    physics_xml: str | None
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
    support: Support
    margin: float
    mass: float
    volumes: dict[str, tuple[float, float]]
    arena: int
    option: SolverOptions
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
    with capture_warnings():
        equip(spec, root, drawn, kind.name, template=not isinstance(kind, RobotFile))
        spec.compile()
        xml = written(spec)
        physics_xml = physics_only_xml(xml)
        model = mujoco.MjSpec.from_string(physics_xml or xml).compile()
        data = mujoco.MjData(model)
        data.qpos[:] = adopted.home.qpos
        data.ctrl[:] = adopted.home.ctrl
        mujoco.mj_forward(model, data)
    body = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, root)
    position = np.array(data.xpos[body])
    free = adopted.root.kind == "free"
    points = surface(model, data)
    flying = flies(model, data)
    at_home = root_of(model, body)
    return RobotModel(
        name=kind.name,
        agent=kind.agent,
        folder=kind.folder if isinstance(kind, RobotFile) else kind.agent,
        xml=xml,
        physics_xml=physics_xml,
        root=at_home,
        flies=flying,
        size=measure(points, position, hip_height(model, data), flying=flying),
        home_pos=position,
        home_quat=np.array(data.xquat[body] if free else model.body_quat[body]),
        home_qpos=np.array(adopted.home.qpos),
        home_ctrl=np.array(adopted.home.ctrl),
        home_act=np.array(adopted.home.act),
        keys=adopted.keys,
        ctrl_range=np.stack(control_range(model), axis=1).reshape(-1, 2),
        support=find_support(model, data, position, at_home, flying=flying),
        margin=float(model.geom_margin.max(initial=0.0)),
        mass=float(model.body_subtreemass[0]),
        volumes=volumes(model),
        arena=arena_need(physics_xml or xml, adopted.home.qpos, _bits(model), free=free),
        option=solver_options(model),
        nv=int(model.nv),
        priority=int(model.geom_priority.max(initial=0)),
        condim=int(model.geom_condim.max(initial=3)),
        touches=_bits(model),
        notes=adopted.notes,
    )


def _template(kind: Any, values: Mapping[str, float | int]) -> Adopted:
    """A built-in robot, which says where it is at home."""
    with capture_warnings():
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
