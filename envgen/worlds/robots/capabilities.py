"""What a robot measures and masters, by its geoms."""

from __future__ import annotations

from collections.abc import Iterable

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.params import RobotSize
from envgen.worlds.compiler import Model
from envgen.worlds.robots.surface_points import Kinematics, collides, surface

Floats = NDArray[np.float64]

LONG = 0.15
"""Least leg in radii: a snake that raises three of its eight units gets over more than its wheels do."""
ANYWHERE = 20.0
"""Step and gap (m) and slope of what flies: more than any ground of the vocabulary has."""


def hip_height(model: Model, data: Kinematics, geoms: Iterable[int] | None = None) -> float:
    """Height of the joint by which a leg hangs on the body, in the frame of the world, in m.

    From the foot (the body of the lowest geom) up to the last body that has no sister: what carries it
    carries other legs too, or is the root.
    """
    chosen = [g for g in (range(model.ngeom) if geoms is None else geoms) if collides(model, g)]
    lowest = min(chosen, key=lambda g: float(surface(model, data, [g])[:, 2].min()))
    children = np.bincount(model.body_parentid[1:], minlength=model.nbody)
    body = int(model.geom_bodyid[lowest])
    parent = int(model.body_parentid[body])
    while int(model.body_parentid[parent]) != 0 and parent != 0 and children[parent] == 1:
        body, parent = parent, int(model.body_parentid[parent])
    return float(data.xpos[body, 2])


def flies(model: Model, data: Kinematics, actuators: Iterable[int] | None = None, mass: float = 0.0) -> bool:
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
