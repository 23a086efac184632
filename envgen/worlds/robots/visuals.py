"""Physics-only copies of MJCF: visual meshes take a hundred times as long to compile as the physics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mujoco
import numpy as np
from lxml import etree

from envgen.worlds.compiler import Model
from envgen.worlds.robots.mujoco_xml import spec_to_xml

_SAME = (
    *("body_mass", "body_inertia", "body_ipos", "body_iquat", "body_pos", "body_quat", "body_parentid"),
    *("jnt_type", "jnt_range", "jnt_stiffness", "jnt_pos", "jnt_axis", "body_gravcomp"),
    *("dof_armature", "dof_damping", "dof_frictionloss", "eq_type", "tendon_range"),
    *("actuator_gainprm", "actuator_biasprm", "actuator_gear", "actuator_ctrlrange", "actuator_forcerange"),
    *("sensor_type", "sensor_dim"),
)
"""Model arrays that must be equal, bit by bit, with and without visuals."""


def physics_only_xml(xml: str) -> str | None:
    """Return the MJCF of a robot without its visuals.

    Removes mesh geoms that neither collide nor are referred to, and meshes and textures that are then unused.
    Both versions are compiled and compared, as a visual geom may contribute mass.

    Args:
        xml: MJCF of a robot, as MuJoCo writes it.

    Returns:
        MJCF, or None if there are no visuals to remove or removing them changes the physics.
    """
    spec = physics_only_spec(xml)
    if spec is None:
        return None
    full = mujoco.MjSpec.from_string(xml).compile()
    try:
        reduced = spec.compile()
    except ValueError:  # another element refers to a removed one
        return None
    return spec_to_xml(spec) if same_physics(full, reduced) else None


def physics_only_spec(xml: str, files: Mapping[str, bytes] | None = None) -> Any:
    """Return an `MjSpec` of the MJCF without visual meshes, textures and assets that are then unused.

    Args:
        xml: MJCF as MuJoCo or envgen writes it.
        files: Contents of the files that it names, by the name in the text.

    Returns:
        The `MjSpec`, or None if there are no visuals to remove.
    """
    root = etree.fromstring(xml.encode(), etree.XMLParser(remove_blank_text=True))
    if root.find("asset/mesh") is None and root.find("asset/texture") is None:
        return None
    _remove_textures(root)
    spec = mujoco.MjSpec.from_string(etree.tostring(root, encoding="unicode"), assets=dict(files or {}))
    for geom in list(spec.geoms):
        if _is_visual_mesh(geom) and (not geom.name or not _is_referenced(root, geom.name)):
            spec.delete(geom)
    used = {geom.meshname for geom in spec.geoms if geom.meshname}
    for mesh in list(spec.meshes):
        if mesh.name not in used:
            spec.delete(mesh)
    return spec


def _remove_textures(root: etree._Element) -> None:
    """Remove all textures, and references to them from materials."""
    for assets in root.iterfind("asset"):
        for texture in assets.findall("texture"):
            assets.remove(texture)
        for material in assets.iterfind("material"):
            if "texture" in material.attrib:
                del material.attrib["texture"]
            for layer in material.findall("layer"):
                material.remove(layer)


def _is_visual_mesh(geom: object) -> bool:
    kind = getattr(geom, "type", None)
    contacts = getattr(geom, "contype", 1) or getattr(geom, "conaffinity", 1)
    return bool(kind == mujoco.mjtGeom.mjGEOM_MESH and not contacts)


def _is_referenced(root: etree._Element, name: str) -> bool:
    """Return whether a contact pair, sensor or tendon names a geom."""
    keys = ("geom", "geom1", "geom2", "objname", "refname", "sidesite")
    return any(
        element.get(key) == name
        for section in ("contact", "sensor", "tendon")
        for part in root.iterfind(section)
        for element in part.iter(etree.Element)
        for key in keys
    )


def same_physics(a: Model, b: Model) -> bool:
    """Return whether two compiled models have equal bodies, joints, actuators and sensors."""
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in _SAME)
