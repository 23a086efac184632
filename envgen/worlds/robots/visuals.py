"""A robot without what is only seen: its meshes cost a hundred times its physics when they are compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mujoco
import numpy as np
from lxml import etree

from envgen.worlds.compiler import Model
from envgen.worlds.robots.mujoco_xml import written

_SAME = (
    *("body_mass", "body_inertia", "body_ipos", "body_iquat", "body_pos", "body_quat", "body_parentid"),
    *("jnt_type", "jnt_range", "jnt_stiffness", "jnt_pos", "jnt_axis", "body_gravcomp"),
    *("dof_armature", "dof_damping", "dof_frictionloss", "eq_type", "tendon_range"),
    *("actuator_gainprm", "actuator_biasprm", "actuator_gear", "actuator_ctrlrange", "actuator_forcerange"),
    *("sensor_type", "sensor_dim"),
)
"""Arrays that must not differ, bit by bit, between a robot with and without what is only seen."""


def physics_only_xml(xml: str) -> str | None:
    """The same robot for physics alone.

    Left out are mesh geoms that collide with nothing and that nothing refers to, meshes, textures and
    materials that are then unused. The two are compiled once and compared: where masses come from such
    geoms, they stay.

    Args:
        xml: MJCF of a robot, as MuJoCo writes it.

    Returns:
        MJCF, or None where there is nothing to leave out or it would change the physics.
    """
    spec = physics_only_spec(xml)
    if spec is None:
        return None
    whole = mujoco.MjSpec.from_string(xml).compile()
    try:
        bare = spec.compile()
    except ValueError:  # something refers to what was left out
        return None
    return written(spec) if same_physics(whole, bare) else None


def physics_only_spec(xml: str, files: Mapping[str, bytes] | None = None) -> Any:
    """The same MJCF without meshes that are only seen, textures, and what is then unused.

    Args:
        xml: MJCF as MuJoCo or envgen writes it.
        files: Contents of the files that it names, by the name in the text.

    Returns:
        The `MjSpec`, or None where there is nothing to leave out.
    """
    root = etree.fromstring(xml.encode(), etree.XMLParser(remove_blank_text=True))
    if root.find("asset/mesh") is None and root.find("asset/texture") is None:
        return None
    _unpaint(root)
    spec = mujoco.MjSpec.from_string(etree.tostring(root, encoding="unicode"), assets=dict(files or {}))
    for geom in list(spec.geoms):
        if _only_seen(geom) and (not geom.name or not _referred(root, geom.name)):
            spec.delete(geom)
    used = {geom.meshname for geom in spec.geoms if geom.meshname}
    for mesh in list(spec.meshes):
        if mesh.name not in used:
            spec.delete(mesh)
    return spec


def _unpaint(root: etree._Element) -> None:
    """Take the textures off the materials."""
    for assets in root.iterfind("asset"):
        for texture in assets.findall("texture"):
            assets.remove(texture)
        for material in assets.iterfind("material"):
            if "texture" in material.attrib:
                del material.attrib["texture"]
            for layer in material.findall("layer"):
                material.remove(layer)


def _only_seen(geom: object) -> bool:
    kind = getattr(geom, "type", None)
    contacts = getattr(geom, "contype", 1) or getattr(geom, "conaffinity", 1)
    return bool(kind == mujoco.mjtGeom.mjGEOM_MESH and not contacts)


def _referred(root: etree._Element, name: str) -> bool:
    """Whether a contact pair, a sensor or a tendon names a geom."""
    keys = ("geom", "geom1", "geom2", "objname", "refname", "sidesite")
    return any(
        element.get(key) == name
        for section in ("contact", "sensor", "tendon")
        for part in root.iterfind(section)
        for element in part.iter(etree.Element)
        for key in keys
    )


def same_physics(a: Model, b: Model) -> bool:
    """Whether two compiled models move alike: equal bodies, joints, actuators and sensors."""
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in _SAME)
