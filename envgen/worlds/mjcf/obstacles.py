"""MJCF of placed obstacles: fixed geoms, moving bodies and their motors."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np

from envgen.obstacles.base import Geom, Joint, Part, Vec3
from envgen.worlds.mjcf.format import compose, number, numbers, quat_attribute, rotate
from envgen.worlds.placement.scatter import Placed
from envgen.worlds.robots.attach import buoyancy
from envgen.worlds.robots.surface_points import volume


def fixed_geoms(placed: Placed) -> list[dict[str, str]]:
    """Return the fixed geoms of an obstacle, in the world frame."""
    if placed.shape.mass is not None:
        return []
    return _geoms(f"obstacle/{placed.name}", placed.shape.geoms, placed)


def bodies(placed: Placed, fluid: float) -> list[dict[str, Any]]:
    """Return the moving bodies of an obstacle, children of the world in their start pose.

    Args:
        placed: The obstacle.
        fluid: Density of a fluid with buoyancy, in kg/m3, or 0.
    """
    if placed.shape.mass is not None:
        return [_free(placed, placed.shape.mass, fluid)]
    return [_part(placed, part, fluid) for part in placed.shape.parts]


def home_qpos(placed: Placed) -> list[float]:
    """Return the joint positions of an obstacle at the start, in the order of its bodies."""
    if placed.shape.mass is not None:
        return [*_centre_in_world(placed), *placed.quat]
    return [0.0] * len(placed.shape.parts)


def excludes(placed: Placed) -> list[str]:
    """Return the bodies to exclude from contacts with fixed geoms: their joints keep them apart."""
    return [f"obstacle/{placed.name}/{part.name}" for part in placed.shape.parts]


def motors(placed: Placed) -> list[dict[str, str]]:
    """Return actuators that hold a speed whatever their control is: force = gain (speed - velocity)."""
    driven = [part for part in placed.shape.parts if part.joint.speed is not None]
    name = f"obstacle/{placed.name}"
    return [
        {
            "name": name if len(driven) == 1 else f"{name}/{part.name}",
            "joint": f"{name}/{part.name}",
            "bias": numbers((part.joint.gain * (part.joint.speed or 0.0), 0.0, -part.joint.gain)),
        }
        for part in driven
    ]


def _free(placed: Placed, mass: float, fluid: float) -> dict[str, Any]:
    """Return a body with a free joint, whose frame is at the centre of volume of its geoms."""
    name, geoms = f"obstacle/{placed.name}", placed.shape.geoms
    volumes = [_volume(geom) for geom in geoms]
    mx, my, mz = _centre(geoms)
    moved = tuple(Geom(g.type, g.size, (g.pos[0] - mx, g.pos[1] - my, g.pos[2] - mz), g.quat) for g in geoms)
    entries = _geoms(name, moved)
    for entry, share in zip(entries, volumes):
        entry["weight"] = f' mass="{number(mass * share / sum(volumes))}"'
    lift = buoyancy(fluid, sum(volumes), mass) if fluid else 0.0
    return {
        "name": name,
        "pos": numbers(_centre_in_world(placed)),
        "quat": quat_attribute(placed.quat),
        "gravcomp": number(lift) if fluid else "",
        "joint": "",
        "geoms": entries,
    }


def _part(placed: Placed, part: Part, fluid: float) -> dict[str, Any]:
    """Return a body that moves by a joint."""
    name = f"obstacle/{placed.name}/{part.name}"
    shift = rotate(placed.quat, part.pos)
    weight = f' density="{number(part.density)}"'
    return {
        "name": name,
        "pos": numbers(round(a + b, 4) for a, b in zip(placed.pos, shift)),
        "quat": quat_attribute(compose(placed.quat, part.quat)),
        "gravcomp": number(buoyancy(fluid, 1.0, part.density)) if fluid else "",
        "joint": _joint(part.joint),
        "geoms": [{**geom, "weight": weight} for geom in _geoms(name, part.geoms)],
    }


def _joint(joint: Joint) -> str:
    """Return the attributes of a joint except its name."""
    text = f'type="{joint.type}" axis="{numbers(joint.axis)}"'
    if joint.range is not None:
        text += f' range="{numbers(joint.range)}"'
    if joint.stiffness:
        text += f' stiffness="{number(joint.stiffness)}" springref="{number(joint.springref)}"'
    return text


def _geoms(name: str, geoms: tuple[Geom, ...], placed: Placed | None = None) -> list[dict[str, str]]:
    """Return geoms in their own frame, or in the world frame if `placed` is given."""
    entries = []
    for i, geom in enumerate(geoms):
        pos, quat = geom.pos, geom.quat
        if placed is not None:
            x, y, z = rotate(placed.quat, geom.pos)
            pos = (round(placed.pos[0] + x, 4), round(placed.pos[1] + y, 4), round(placed.pos[2] + z, 4))
            quat = compose(placed.quat, geom.quat)
        entries.append(
            {
                "name": name if len(geoms) == 1 else f"{name}/{i}",
                "type": geom.type,
                "size": numbers(geom.size),
                "pos": numbers(pos),
                "quat": quat_attribute(quat),
            }
        )
    return entries


def _centre(geoms: tuple[Geom, ...]) -> Vec3:
    """Return the centre of volume of geoms, in m."""
    if len(geoms) == 1:
        return geoms[0].pos
    volumes = [_volume(geom) for geom in geoms]
    x, y, z = (
        sum(v * at for v, at in zip(volumes, axis)) / sum(volumes) for axis in zip(*(g.pos for g in geoms))
    )
    return x, y, z


def _centre_in_world(placed: Placed) -> Vec3:
    """Return the centre of volume of an obstacle in the world frame, in m."""
    x, y, z = rotate(placed.quat, _centre(placed.shape.geoms))
    return round(placed.pos[0] + x, 5), round(placed.pos[1] + y, 5), round(placed.pos[2] + z, 5)


_KINDS = {
    kind: int(getattr(mujoco.mjtGeom, f"mjGEOM_{kind.upper()}"))
    for kind in ("box", "cylinder", "capsule", "sphere", "ellipsoid")
}


def _volume(geom: Geom) -> float:
    """Return the volume of a geom, in m3."""
    return volume(_KINDS[geom.type], np.array([*geom.size, 0.0, 0.0][:3]))
