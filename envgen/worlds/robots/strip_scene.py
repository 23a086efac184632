"""Edits of a robot's MjSpec that let it stand alone: remove its scene, name its parts, locate its files."""

from __future__ import annotations

import os
import re
from typing import Any

import mujoco

from envgen.robots.adapters import Adapter
from envgen.worlds.compiler import Model

Spec = Any
"""`mujoco.MjSpec`."""
_ASSETS = ("meshes", "textures", "hfields", "skins")


def strip_scene(spec: Spec, model: Model, top: int) -> list[str]:
    """Remove the scene around a robot; return notes on what was removed.

    Args:
        spec: The scene, changed in place.
        model: The scene, compiled.
        top: Root body of the robot.
    """
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


def name_parts(spec: Spec) -> None:
    """Name each body, joint and actuator without a name: an agent's parts are found by their prefix."""
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


def locate_assets(spec: Spec) -> None:
    """Make file paths absolute, and name each asset that has only a file."""
    for kind in _ASSETS:
        folder = spec.texturedir if kind == "textures" else spec.meshdir
        for asset in getattr(spec, kind):
            if getattr(asset, "file", ""):
                if not asset.name:
                    asset.name = os.path.splitext(os.path.basename(asset.file))[0]
                asset.file = os.path.normpath(os.path.join(spec.modelfiledir, folder, asset.file))
    spec.meshdir = spec.texturedir = ""


def drop_unused(spec: Spec) -> None:
    """Remove unused textures and materials: a sky gradient alone compiles longer than the robot."""
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
    """Return a default class and all below it."""
    found, waiting = [], [default]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += list(one.children()) if callable(getattr(one, "children", None)) else []
    return found


def add_servos(spec: Spec, adapter: Adapter) -> None:
    """Add the servos of an adapter to the joints that they match."""
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


def keep_ground_contacts(spec: Spec) -> bool:
    """Let geoms that had contact pairs with the floor collide with any ground, and remove broken pairs.

    Returns:
        Whether a geom was changed.
    """
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
