"""Import a robot from any MJCF: find its root, remove the scene around it, keep the rest unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.robots.files import RobotFile
from envgen.worlds.compiler import NAN_WARNING, FatalError, Model, capture_warnings
from envgen.worlds.robots.home_pose import RobotKeyframe, custom_home, home_pose, read_keyframes
from envgen.worlds.robots.mujoco_xml import spec_to_xml
from envgen.worlds.robots.root_joint import Root, describe_root, read_root
from envgen.worlds.robots.strip_scene import (
    add_servos,
    drop_unused,
    keep_ground_contacts,
    locate_assets,
    name_parts,
    strip_scene,
)

Spec = Any
"""`mujoco.MjSpec`."""
_TOLERANCE = 1e-4
"""Relative error of masses and inertias that rounding in MJCF text may cause."""


@dataclass(frozen=True)
class ImportedRobot:
    """A robot separated from the scene in its file.

    Attributes:
        spec: `MjSpec` of the robot alone; file paths are absolute.
        root: Its root body.
        home: Its home pose.
        keyframes: Its other keyframes by name.
        notes: Parts that were removed or changed, for the user.
    """

    spec: Spec
    root: Root
    home: RobotKeyframe
    keyframes: dict[str, RobotKeyframe]
    notes: tuple[str, ...]


def import_robot(robot: RobotFile) -> ImportedRobot:
    """Import the robot of an MJCF file.

    Raises:
        InputError: The robot can't be used, with the reason.
    """

    def refuse(cause: str, remedy: str) -> InputError:
        return InputError(f"robot {robot.name!r} can't be used: {cause}", remedy)

    try:
        with capture_warnings() as caught:
            spec = mujoco.MjSpec.from_file(str(robot.path.resolve()))
            scene = spec.compile()
    except (ValueError, FatalError) as error:
        why = " ".join(str(error).split())
        raise refuse(
            f"MuJoCo can't compile it: {why}", "Fix the MJCF; `envgen validate` tells more."
        ) from None
    if any(NAN_WARNING in message for message in caught.messages):
        raise refuse("a number in it is NaN", "Fix the MJCF; `envgen validate` tells where.")
    if scene.nflex or scene.nskin:
        raise refuse("it has soft bodies or skins (flex, skin)", "Take a robot of rigid bodies.")
    top = _root_body(scene, refuse, adapted=robot.adapter is not None)
    name = mujoco.mj_id2name(scene, mujoco.mjtObj.mjOBJ_BODY, top) or "torso"
    keyframes = read_keyframes(scene, top)
    custom = custom_home(spec)
    left = strip_scene(spec, scene, top)
    if not mujoco.mj_id2name(scene, mujoco.mjtObj.mjOBJ_BODY, top):
        next(iter(spec.worldbody.bodies)).name = name
    if keep_ground_contacts(spec):
        left.append("the geoms of its contact pairs with the floor touch every ground")
    name_parts(spec)
    locate_assets(spec)
    drop_unused(spec)
    if robot.adapter:
        add_servos(spec, robot.adapter)
    try:
        with capture_warnings():
            model = spec.compile()
            spec = _reload(spec, model, scene, top)
            model = spec.compile()
    except (ValueError, FatalError) as error:
        why = " ".join(str(error).split())
        raise refuse(
            f"it does not stand alone without the scene around it: {why}",
            "Give a file in which nothing of the robot refers to other parts of the scene.",
        ) from None
    root = read_root(model, mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, name))
    if root.kind == "fixed":
        raise refuse(
            f"its root {name!r} {describe_root(model, root)}, so that it can't get about",
            "Give its root body a <freejoint/>.",
        )
    if not _has_contacts(model):
        raise refuse(
            "none of its geoms can touch the ground", 'Give its feet contype="1" or conaffinity="1".'
        )
    home = home_pose(model, root, keyframes, custom, robot.adapter)
    left += _removed_counts(scene, model)
    kept = {key: value for key, value in keyframes.items() if key != "home"}
    notes = tuple(f"{robot.agent}: {note}" for note in left)
    return ImportedRobot(spec, root, home, kept, notes)


def _root_body(model: Model, refuse: Any, *, adapted: bool) -> int:
    """Return the top-level body whose subtree has actuators."""
    if model.nu == 0 and not adapted:
        raise refuse("it has no actuators", "Add an <actuator> section: without one no policy can move it.")
    driven: dict[int, int] = {}
    for actuator in range(model.nu):
        for body in _driven_bodies(model, actuator):
            top = int(model.body_rootid[body])
            driven[top] = driven.get(top, 0) + 1
    driven.pop(0, None)
    if not driven:
        tops = [b for b in range(1, model.nbody) if model.body_parentid[b] == 0]
        jointed = [b for b in tops if (model.body_rootid[model.jnt_bodyid] == b).any()]
        if not jointed:
            raise refuse("none of its bodies has a joint", "Give its root body a <freejoint/>.")
        return max(jointed, key=lambda b: int((model.body_rootid == b).sum()))
    movable = [top for top in driven if read_root(model, top).kind != "fixed"]
    if len(movable) > 1:
        names = ", ".join(
            repr(mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_BODY, b)) for b in sorted(movable)
        )
        raise refuse(f"it holds {len(movable)} robots ({names})", "Give each a file of its own.")
    return movable[0] if movable else max(driven, key=lambda top: driven[top])


def _driven_bodies(model: Model, actuator: int) -> list[int]:
    """Return the bodies that an actuator acts on."""
    kind, target = int(model.actuator_trntype[actuator]), int(model.actuator_trnid[actuator, 0])
    trn = mujoco.mjtTrn
    if kind in (trn.mjTRN_JOINT, trn.mjTRN_JOINTINPARENT):
        return [int(model.jnt_bodyid[target])]
    if kind in (trn.mjTRN_SITE, trn.mjTRN_SLIDERCRANK):
        return [int(model.site_bodyid[target])]
    if kind == trn.mjTRN_BODY:
        return [target]
    bodies = []
    if kind == trn.mjTRN_TENDON:
        first = int(model.tendon_adr[target])
        for wrap in range(first, first + int(model.tendon_num[target])):
            what, which = int(model.wrap_type[wrap]), int(model.wrap_objid[wrap])
            if what == mujoco.mjtWrap.mjWRAP_JOINT:
                bodies.append(int(model.jnt_bodyid[which]))
            elif what == mujoco.mjtWrap.mjWRAP_SITE:
                bodies.append(int(model.site_bodyid[which]))
    return bodies


def _reload(spec: Spec, model: Model, scene: Model, top: int) -> Spec:
    """Reload a spec from its own MJCF, with explicit inertias where the MJCF would change them."""
    own = scene.body_rootid == top
    mass, inertia = scene.body_mass[own], scene.body_inertia[own]
    text = mujoco.MjSpec.from_string(spec_to_xml(spec))
    again = text.compile()
    if _close(again.body_mass[1:], mass) and _close(again.body_inertia[1:], inertia):
        return text
    ids = np.flatnonzero(own)
    names = [mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_BODY, b) for b in range(1, model.nbody)]
    bodies = {body.name: body for body in spec.bodies}
    for name, old in zip(names, ids):
        body = bodies[name]
        body.explicitinertial = True
        body.mass, body.inertia = float(scene.body_mass[old]), scene.body_inertia[old]
        body.ipos, body.iquat = scene.body_ipos[old], scene.body_iquat[old]
        body.ialt.type = mujoco.mjtOrientation.mjORIENTATION_QUAT
        body.fullinertia[:] = np.nan
    spec.compiler.inertiafromgeom = mujoco.mjtInertiaFromGeom.mjINERTIAFROMGEOM_FALSE
    spec.compiler.settotalmass = -1
    spec.compile()
    return mujoco.MjSpec.from_string(spec_to_xml(spec))


def _removed_counts(scene: Model, model: Model) -> list[str]:
    """Describe what else was removed with the scene."""
    kinds = {"neq": "equality constraint", "ntendon": "tendon", "npair": "contact pair"}
    removed = {word: int(getattr(scene, key)) - int(getattr(model, key)) for key, word in kinds.items()}
    return [f"{n} {word}{'s' if n > 1 else ''} with it left out" for word, n in removed.items() if n > 0]


def _close(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=_TOLERANCE, atol=1e-9))


def _has_contacts(model: Model) -> bool:
    return bool(((model.geom_contype | model.geom_conaffinity) != 0).any())
