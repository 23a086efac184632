"""Anyone's MJCF as a robot: its scene left behind, its root found, everything else of it kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.robots.files import RobotFile
from envgen.worlds.compiler import NAN_WARNING, FatalError, Model, capture_warnings
from envgen.worlds.robots.home_pose import Key, custom_home, home_pose, keys_of
from envgen.worlds.robots.mujoco_xml import written
from envgen.worlds.robots.root_joint import Root, describe, root_of
from envgen.worlds.robots.strip_scene import (
    add_servos,
    drop_unused,
    locate_assets,
    name_parts,
    strip,
    touch_by_pairs,
)

Spec = Any
"""`mujoco.MjSpec`."""
_CLOSE = 1e-4
"""Relative difference of masses and inertias that rounding in MJCF text may make."""


@dataclass(frozen=True)
class Adopted:
    """A robot taken out of its file.

    Attributes:
        spec: Of the robot alone; names of files are absolute.
        root: Its root body.
        home: Its home pose.
        keys: Its other keyframes by name.
        notes: What was left behind or added.
    """

    spec: Spec
    root: Root
    home: Key
    keys: dict[str, Key]
    notes: tuple[str, ...]


def adopt(robot: RobotFile) -> Adopted:
    """Take the robot out of its MJCF.

    Raises:
        InputError: It can't be used, with the reason.
    """

    def refuse(cause: str, remedy: str) -> InputError:
        return InputError(f"robot {robot.name!r} can't be used: {cause}", remedy)

    try:
        with capture_warnings() as caught:
            spec = mujoco.MjSpec.from_file(str(robot.path.resolve()))
            whole = spec.compile()
    except (ValueError, FatalError) as error:
        why = " ".join(str(error).split())
        raise refuse(
            f"MuJoCo can't compile it: {why}", "Mend the MJCF; `envgen validate` tells more."
        ) from None
    if any(NAN_WARNING in message for message in caught.messages):
        raise refuse("a number in it is NaN", "Mend the MJCF; `envgen validate` tells where.")
    if whole.nflex or whole.nskin:
        raise refuse("it has soft bodies or skins (flex, skin)", "Take a robot of rigid bodies.")
    top = _root_body(whole, refuse, adapted=robot.adapter is not None)
    name = mujoco.mj_id2name(whole, mujoco.mjtObj.mjOBJ_BODY, top) or "torso"
    keys = keys_of(whole, top)
    custom = custom_home(spec)
    left = strip(spec, whole, top)
    if not mujoco.mj_id2name(whole, mujoco.mjtObj.mjOBJ_BODY, top):
        next(iter(spec.worldbody.bodies)).name = name
    if touch_by_pairs(spec):
        left.append("the geoms of its contact pairs with the floor touch every ground")
    name_parts(spec)
    locate_assets(spec)
    drop_unused(spec)
    if robot.adapter:
        add_servos(spec, robot.adapter)
    try:
        with capture_warnings():
            model = spec.compile()
            spec = _faithful(spec, model, whole, top)
            model = spec.compile()
    except (ValueError, FatalError) as error:
        why = " ".join(str(error).split())
        raise refuse(
            f"it does not stand alone without the scene around it: {why}",
            "Give a file in which nothing of the robot refers to other parts of the scene.",
        ) from None
    root = root_of(model, mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, name))
    if root.kind == "fixed":
        raise refuse(
            f"its root {name!r} {describe(model, root)}, so that it can't get about",
            "Give its root body a <freejoint/>.",
        )
    if not _touches(model):
        raise refuse(
            "none of its geoms can touch the ground", 'Give its feet contype="1" or conaffinity="1".'
        )
    home = home_pose(model, root, keys, custom, robot.adapter)
    left += _lost(whole, model)
    kept = {key: value for key, value in keys.items() if key != "home"}
    notes = tuple(f"{robot.agent}: {note}" for note in left)
    return Adopted(spec, root, home, kept, notes)


def _root_body(model: Model, refuse: Any, *, adapted: bool) -> int:
    """The body of the world whose subtree is driven."""
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
    movable = [top for top in driven if root_of(model, top).kind != "fixed"]
    if len(movable) > 1:
        names = ", ".join(
            repr(mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_BODY, b)) for b in sorted(movable)
        )
        raise refuse(f"it holds {len(movable)} robots ({names})", "Give each a file of its own.")
    return movable[0] if movable else max(driven, key=lambda top: driven[top])


def _driven_bodies(model: Model, actuator: int) -> list[int]:
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


def _faithful(spec: Spec, model: Model, whole: Model, top: int) -> Spec:
    """The spec of what its own text says, with explicit inertias where that would else change them."""
    own = whole.body_rootid == top
    mass, inertia = whole.body_mass[own], whole.body_inertia[own]
    text = mujoco.MjSpec.from_string(written(spec))
    again = text.compile()
    if _alike(again.body_mass[1:], mass) and _alike(again.body_inertia[1:], inertia):
        return text
    ids = np.flatnonzero(own)
    names = [mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_BODY, b) for b in range(1, model.nbody)]
    bodies = {body.name: body for body in spec.bodies}
    for name, old in zip(names, ids):
        body = bodies[name]
        body.explicitinertial = True
        body.mass, body.inertia = float(whole.body_mass[old]), whole.body_inertia[old]
        body.ipos, body.iquat = whole.body_ipos[old], whole.body_iquat[old]
        body.ialt.type = mujoco.mjtOrientation.mjORIENTATION_QUAT
        body.fullinertia[:] = np.nan
    spec.compiler.inertiafromgeom = mujoco.mjtInertiaFromGeom.mjINERTIAFROMGEOM_FALSE
    spec.compiler.settotalmass = -1
    spec.compile()
    return mujoco.MjSpec.from_string(written(spec))


def _lost(whole: Model, model: Model) -> list[str]:
    """What else went with the scene, in words."""
    kinds = {"neq": "equality constraint", "ntendon": "tendon", "npair": "contact pair"}
    lost = {word: int(getattr(whole, key)) - int(getattr(model, key)) for key, word in kinds.items()}
    return [f"{n} {word}{'s' if n > 1 else ''} with it left out" for word, n in lost.items() if n > 0]


def _alike(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=_CLOSE, atol=1e-9))


def _touches(model: Model) -> bool:
    return bool(((model.geom_contype | model.geom_conaffinity) != 0).any())
