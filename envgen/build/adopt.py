"""Anyone's MJCF as a robot: its scene left behind, its root found, everything else of it kept."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.build.engine import Fatal, Model, listening
from envgen.build.roots import Root, describe, root_of
from envgen.build.written import written
from envgen.core.errors import InputError
from envgen.robots.adapters import Adapter
from envgen.robots.files import RobotFile

Spec = Any
"""`mujoco.MjSpec`."""
_ASSETS = ("meshes", "textures", "hfields", "skins")
_CLOSE = 1e-4
"""Relative difference of masses and inertias that rounding in MJCF text may make."""


@dataclass(frozen=True)
class Key:
    """A keyframe of one robot.

    Attributes:
        qpos: (nq,)
        ctrl: (nu,)
        act: (na,) activations of its actuators.
    """

    qpos: NDArray[np.float64]
    ctrl: NDArray[np.float64]
    act: NDArray[np.float64]


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
        with listening():
            spec = mujoco.MjSpec.from_file(str(robot.path.resolve()))
            whole = spec.compile()
    except (ValueError, Fatal) as error:
        why = " ".join(str(error).split())
        raise refuse(
            f"MuJoCo can't compile it: {why}", "Mend the MJCF; `envgen validate` tells more."
        ) from None
    if whole.nflex or whole.nskin:
        raise refuse("it has soft bodies or skins (flex, skin)", "Take a robot of rigid bodies.")
    top = _root_body(whole, refuse, adapted=robot.adapter is not None)
    name = mujoco.mj_id2name(whole, mujoco.mjtObj.mjOBJ_BODY, top) or "torso"
    keys = _keys(whole, top)
    custom = _custom(spec)
    left = _strip(spec, whole, top)
    if not mujoco.mj_id2name(whole, mujoco.mjtObj.mjOBJ_BODY, top):
        next(iter(spec.worldbody.bodies)).name = name
    if _touch_by_pairs(spec):
        left.append("the geoms of its contact pairs with the floor touch every ground")
    _name(spec)
    _locate_assets(spec)
    _drop_unused(spec)
    if robot.adapter:
        _equip(spec, robot.adapter)
    try:
        with listening():
            model = spec.compile()
            spec = _faithful(spec, model, whole, top)
            model = spec.compile()
    except (ValueError, Fatal) as error:
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
    home = _home(model, root, keys, custom, robot.adapter)
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


def _keys(model: Model, top: int) -> dict[str, Key]:
    """Keyframes by name: positions of the robot's own joints, control and activations."""
    joints = [j for j in range(model.njnt) if model.body_rootid[model.jnt_bodyid[j]] == top]
    width = [{0: 7, 1: 4}.get(int(model.jnt_type[j]), 1) for j in joints]
    cells = [int(model.jnt_qposadr[j]) + k for j, n in zip(joints, width) for k in range(n)]
    keys = {}
    for i in range(model.nkey):
        name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_KEY, i) or f"key_{i}"
        keys[name] = Key(
            np.array(model.key_qpos[i][cells]), np.array(model.key_ctrl[i]), np.array(model.key_act[i])
        )
    return keys


def _custom(spec: Spec) -> NDArray[np.float64] | None:
    """The home pose of Gym's models, which stands in <custom>."""
    for numeric in spec.numerics:
        if numeric.name == "init_qpos":
            return np.array(numeric.data, dtype=float)
    return None


def _strip(spec: Spec, model: Model, top: int) -> list[str]:
    """Remove the scene around the robot; what was removed, in words."""
    world, left = spec.worldbody, []
    names = [
        mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_BODY, b)
        for b in range(1, model.nbody)
        if model.body_parentid[b] == 0 and b != top
    ]
    if names:
        shown = ", ".join(str(name) for name in names[:3]) + (" …" if len(names) > 3 else "")
        left.append(f"bodies beside the robot are left out ({shown})")
    for kind in ("geoms", "lights", "cameras", "sites"):
        for element in list(getattr(world, kind)):
            spec.delete(element)
    tops = [body for body in spec.bodies if body.parent is not None and body.parent.name == "world"]
    order = [b for b in range(1, model.nbody) if model.body_parentid[b] == 0]
    for body, number in zip(tops, order):
        if number != top:
            spec.delete(body)
    for kind in ("keys", "numerics", "texts", "tuples"):
        for element in list(getattr(spec, kind)):
            spec.delete(element)
    return left


def _name(spec: Spec) -> None:
    """A name for each joint, actuator and body that has none: an agent's parts are found by their names."""
    for kind, elements in (("body", spec.bodies), ("joint", spec.joints), ("actuator", spec.actuators)):
        taken = {element.name for element in elements}
        for i, element in enumerate(elements):
            if element.name or (kind == "body" and element.parent is None):
                continue
            wanted = str(element.target) if kind == "actuator" and element.target else f"{kind}_{i}"
            while wanted in taken:
                wanted += "_"
            element.name = wanted
            taken.add(wanted)


def _locate_assets(spec: Spec) -> None:
    """Absolute names of files, and a name for each asset that had only a file."""
    for kind in _ASSETS:
        folder = spec.texturedir if kind == "textures" else spec.meshdir
        for asset in getattr(spec, kind):
            if getattr(asset, "file", ""):
                if not asset.name:
                    asset.name = os.path.splitext(os.path.basename(asset.file))[0]
                asset.file = os.path.normpath(os.path.join(spec.modelfiledir, folder, asset.file))
    spec.meshdir = spec.texturedir = ""


def _drop_unused(spec: Spec) -> None:
    """Textures and materials of the scene: a gradient for the sky alone takes longer than the robot."""
    used = {geom.material for geom in spec.geoms} | {site.material for site in spec.sites}
    used |= {skin.material for skin in spec.skins} | {tendon.material for tendon in spec.tendons}
    for default in _defaults(spec.default):
        used |= {default.geom.material, default.site.material, default.tendon.material}
    for material in list(spec.materials):
        if material.name not in used:
            spec.delete(material)
    textured = {name for material in spec.materials for name in material.textures if name}
    for texture in list(spec.textures):
        if texture.name not in textured:
            spec.delete(texture)


def _defaults(default: Any) -> list[Any]:
    found, waiting = [], [default]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += list(one.children()) if callable(getattr(one, "children", None)) else []
    return found


def _equip(spec: Spec, adapter: Adapter) -> None:
    """Add the servos that the robot's package adds."""
    for joint in spec.joints:
        for servo in adapter.servos:
            if joint.type == mujoco.mjtJoint.mjJNT_HINGE and re.fullmatch(servo.joints, joint.name):
                joint.armature = servo.armature
                actuator = spec.add_actuator(
                    name=joint.name,
                    target=joint.name,
                    trntype=mujoco.mjtTrn.mjTRN_JOINT,
                    ctrlrange=joint.range,
                    ctrllimited=True,
                    forcerange=[-servo.force, servo.force],
                    forcelimited=True,
                )
                actuator.set_to_position(kp=servo.kp, kv=servo.kd)
                break


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


def _touch_by_pairs(spec: Spec) -> bool:
    """Geoms that met the floor by contact pairs meet every ground; pairs with what is gone are dropped."""
    geoms = {geom.name: geom for geom in spec.geoms if geom.name}
    bodies = {body.name for body in spec.bodies}
    changed = False
    for pair in list(spec.pairs):
        there = [geoms[name] for name in (pair.geomname1, pair.geomname2) if name in geoms]
        if len(there) == 2:
            continue
        for geom in there:
            if not (geom.contype or geom.conaffinity):
                geom.conaffinity = 1
                changed = True
        spec.delete(pair)
    for exclude in list(spec.excludes):
        if exclude.bodyname1 not in bodies or exclude.bodyname2 not in bodies:
            spec.delete(exclude)
    return changed


def _home(
    model: Model,
    root: Root,
    keys: dict[str, Key],
    custom: NDArray[np.float64] | None,
    adapter: Adapter | None,
) -> Key:
    """Home pose and control: its keyframe `home`, else its first, else what its package says, else qpos0."""
    home, control, act = np.array(model.qpos0), np.zeros(model.nu), np.zeros(model.na)
    given = keys.get("home") or next(iter(keys.values()), None)
    if given is not None and given.qpos.shape == home.shape:
        home = given.qpos.copy()
        if given.ctrl.shape == control.shape:
            control = given.ctrl.copy()
        if given.act.shape == act.shape:
            act = given.act.copy()
    elif adapter is not None:
        for j in range(model.njnt):
            name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_JOINT, j) or ""
            for pattern, angle in adapter.home.items():
                if re.fullmatch(pattern, name):
                    home[model.jnt_qposadr[j]] = angle
    elif custom is not None and custom.shape == home.shape:
        home = custom
    for j in range(model.njnt):
        if model.jnt_limited[j] and model.jnt_type[j] in (2, 3):
            at = model.jnt_qposadr[j]
            home[at] = np.clip(home[at], *model.jnt_range[j])
    if root.kind != "free":  # where it is decides the start pose; slides that are away from 0 would add to it
        home[root.slides] = model.qpos0[root.slides]
    if not control.any():
        control = _holding(model, home)
    return Key(home, control, act)


def _holding(model: Model, home: NDArray[np.float64]) -> NDArray[np.float64]:
    """Control that holds the pose: position servos at their joints, the rest at 0."""
    control = np.zeros(model.nu)
    for i in range(model.nu):
        joint = int(model.actuator_trnid[i, 0])
        servo = model.actuator_biasprm[i, 1] < 0 and model.actuator_gainprm[i, 0] > 0
        if (
            model.actuator_trntype[i] == mujoco.mjtTrn.mjTRN_JOINT
            and servo
            and model.jnt_type[joint] in (2, 3)
        ):
            control[i] = home[model.jnt_qposadr[joint]] * model.actuator_gear[i, 0]
        if model.actuator_ctrllimited[i]:
            control[i] = np.clip(control[i], *model.actuator_ctrlrange[i])
    return control
