"""A robot compiled on its own: its MJCF, home pose, size and the properties that a world needs."""

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
from envgen.worlds.robots.arena_memory import measure_arena_memory
from envgen.worlds.robots.capabilities import can_fly, hip_height, robot_size
from envgen.worlds.robots.home_pose import RobotKeyframe
from envgen.worlds.robots.import_mjcf import ImportedRobot, import_robot
from envgen.worlds.robots.mujoco_xml import spec_to_xml
from envgen.worlds.robots.root_joint import Root, read_root
from envgen.worlds.robots.sensors import add_sensors
from envgen.worlds.robots.support import Support, find_support
from envgen.worlds.robots.surface_points import surface_points, volumes
from envgen.worlds.robots.visuals import physics_only_xml

Floats = NDArray[np.float64]

ROOT = "torso"
"""Root body of the built-in robots."""


@dataclass(frozen=True, eq=False)
class RobotModel:
    """A robot in its home pose, without a world.

    Attributes:
        name: Public name.
        agent: Prefix of its agents' ids, before their number.
        folder: Folder of its files among a pack's assets.
        xml: MJCF of the robot, with absolute file paths.
        physics_xml: `xml` without visual geoms and textures, with equal physics; None if there are none.
        root: Its root body and the joints of that.
        flies: Whether its thrust exceeds its weight; `home_ctrl` then lets it hover on Earth.
        size: Its size and abilities.
        home_pos: (3,) position of the root at home, standing on z = 0, in m.
        home_quat: (4,) orientation of the root at home.
        home_qpos: (nq,) home keyframe.
        home_ctrl: (nu,) control at home.
        home_act: (na,) activations at home.
        keyframes: Its other keyframes by name.
        ctrl_range: (nu, 2) ends of each control.
        support: Points it stands on, and how far it may lean with a slope.
        margin: Greatest contact margin of its geoms, in m.
        mass: Mass, in kg.
        volumes: Displaced volume (m3) and mass (kg) by body.
        arena_bytes: Arena memory that it was measured to need, in bytes.
        option: Solver options that it asks for.
        nv: Degrees of freedom.
        priority: Greatest contact priority of its geoms; the ground needs a greater one for its own friction.
        condim: Greatest contact dimension of its geoms.
        contact_bits: Contact type and affinity bits that the ground needs for the robot to stand on it.
        notes: Notes for the user, such as parts of a scene that were removed.
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
    keyframes: Mapping[str, RobotKeyframe]
    ctrl_range: Floats
    support: Support
    margin: float
    mass: float
    volumes: dict[str, tuple[float, float]]
    arena_bytes: int
    option: SolverOptions
    nv: int
    priority: int
    condim: int
    contact_bits: int
    notes: tuple[str, ...]

    @property
    def planar(self) -> bool:
        """True if it moves in its own x-z plane only."""
        return self.root.kind == "planar"


def robot_model(name: str, values: Mapping[str, float | int]) -> RobotModel:
    """Return the model of a robot with the given parameters; cached for the process.

    Raises:
        InputError: There is no such robot, or it can't be used.
    """
    kind = ROBOTS.get(name)
    return _robot_model(kind, tuple(sorted(values.items())))


@lru_cache(maxsize=512)
def _robot_model(kind: Any, values: tuple[tuple[str, float | int], ...]) -> RobotModel:
    drawn = dict(values)
    imported = import_robot(kind) if isinstance(kind, RobotFile) else _load_template(kind, drawn)
    spec, root = imported.spec, imported.root.name
    with capture_warnings():
        add_sensors(spec, root, drawn, kind.name, template=not isinstance(kind, RobotFile))
        spec.compile()
        xml = spec_to_xml(spec)
        physics_xml = physics_only_xml(xml)
        model = mujoco.MjSpec.from_string(physics_xml or xml).compile()
        data = mujoco.MjData(model)
        data.qpos[:] = imported.home.qpos
        data.ctrl[:] = imported.home.ctrl
        mujoco.mj_forward(model, data)
    body = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, root)
    position = np.array(data.xpos[body])
    free = imported.root.kind == "free"
    points = surface_points(model, data)
    flying = can_fly(model, data)
    at_home = read_root(model, body)
    return RobotModel(
        name=kind.name,
        agent=kind.agent,
        folder=kind.folder if isinstance(kind, RobotFile) else kind.agent,
        xml=xml,
        physics_xml=physics_xml,
        root=at_home,
        flies=flying,
        size=robot_size(points, position, hip_height(model, data), flying=flying),
        home_pos=position,
        home_quat=np.array(data.xquat[body] if free else model.body_quat[body]),
        home_qpos=np.array(imported.home.qpos),
        home_ctrl=np.array(imported.home.ctrl),
        home_act=np.array(imported.home.act),
        keyframes=imported.keyframes,
        ctrl_range=np.stack(control_range(model), axis=1).reshape(-1, 2),
        support=find_support(model, data, position, at_home, flying=flying),
        margin=float(model.geom_margin.max(initial=0.0)),
        mass=float(model.body_subtreemass[0]),
        volumes=volumes(model),
        arena_bytes=measure_arena_memory(
            physics_xml or xml, imported.home.qpos, _contact_bits(model), free=free
        ),
        option=solver_options(model),
        nv=int(model.nv),
        priority=int(model.geom_priority.max(initial=0)),
        condim=int(model.geom_condim.max(initial=3)),
        contact_bits=_contact_bits(model),
        notes=imported.notes,
    )


def _load_template(kind: Any, values: Mapping[str, float | int]) -> ImportedRobot:
    """Load a built-in robot and its keyframe `home`."""
    with capture_warnings():
        spec = mujoco.MjSpec.from_string(kind.mjcf(dict(values)))
        model = spec.compile()
    key = int(mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_KEY, "home"))
    body = int(mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, ROOT))
    for missing, what in ((key, "keyframe 'home'"), (body, f"body {ROOT!r}")):
        if missing < 0:
            raise EnvgenError(f"robot {kind.name!r} has no {what}", "See docs/adding.md.")
    home = RobotKeyframe(
        np.array(model.key_qpos[key]), np.array(model.key_ctrl[key]), np.array(model.key_act[key])
    )
    for element in list(spec.keys):
        spec.delete(element)
    return ImportedRobot(spec, read_root(model, body), home, {}, ())


def _contact_bits(model: Model) -> int:
    """Return the contact bits that the ground needs: bit 0, and those of geoms that lack it."""
    bits = 0
    for kind, affinity in zip(model.geom_contype, model.geom_conaffinity):
        if (kind or affinity) and not (kind & 1 or affinity & 1):
            bits |= int(kind) or int(affinity)
    return bits | 1
