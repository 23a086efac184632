"""Size and abilities of a robot, measured on its geoms."""

from __future__ import annotations

from collections.abc import Iterable

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.params import RobotSize
from envgen.worlds.compiler import Model
from envgen.worlds.robots.surface_points import Kinematics, collides, surface_points

Floats = NDArray[np.float64]

MIN_LEG = 0.15
"""Least leg in radii: a snake that raises three of its eight units climbs higher than its wheels allow."""
UNLIMITED = 20.0
"""Step and gap (m) and slope of a flying robot: more than any terrain has."""


def hip_height(model: Model, data: Kinematics, geoms: Iterable[int] | None = None) -> float:
    """Return the height (m) of the hip: the joint that connects a leg to the trunk, in the world frame.

    Walks up the tree from the foot (the body of the lowest geom) to the last body without siblings: its
    parent is the root or carries other legs too.
    """
    chosen = [g for g in (range(model.ngeom) if geoms is None else geoms) if collides(model, g)]
    lowest = min(chosen, key=lambda g: float(surface_points(model, data, [g])[:, 2].min()))
    children = np.bincount(model.body_parentid[1:], minlength=model.nbody)
    body = int(model.geom_bodyid[lowest])
    parent = int(model.body_parentid[body])
    while int(model.body_parentid[parent]) != 0 and parent != 0 and children[parent] == 1:
        body, parent = parent, int(model.body_parentid[parent])
    return float(data.xpos[body, 2])


def can_fly(
    model: Model, data: Kinematics, actuators: Iterable[int] | None = None, mass: float = 0.0
) -> bool:
    """Return whether actuators at sites, such as rotors, can lift more than the robot's weight on Earth.

    Args:
        model: The model.
        data: Its state, with the robot at its home pose.
        actuators: Actuators of the robot; all of the model if None.
        mass: Mass of the robot, in kg; that of the model if 0.
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


def robot_size(surface: Floats, root: Floats, hip: float, *, flying: bool = False) -> RobotSize:
    """Return the size and abilities of a robot.

    Abilities are multiples of the leg, from the sources of the terrains: ANYmal (leg 0.55 m) climbs 0.23 m,
    A1 (0.3 m) jumps gaps of up to 0.7 d m in extreme-parkour. A wheel's leg is its radius; it rolls over
    steps of half of that. A long and low robot, such as a snake, climbs and bridges with its length. No
    ground stops a flying robot; its leg, the unit of difficulty, is its width, as its skids are no measure of
    the hills that it flies over.

    Args:
        surface: (n, 3) points of its surface at home, in m.
        root: (3,) position of its root, in m.
        hip: Height of the hip, in m.
        flying: Whether it flies.
    """
    sole = float(surface[:, 2].min())
    radius = float(np.linalg.norm(surface[:, :2] - root[:2], axis=1).max())
    leg = 2 * radius if flying else max(hip - sole, MIN_LEG * radius, 0.02)
    return RobotSize(
        leg=round(leg, 4),
        stand=round(float(root[2]) - sole, 4),
        radius=round(radius, 4),
        height=round(float(np.ptp(surface[:, 2])), 4),
        step=UNLIMITED if flying else round(0.5 * leg, 4),
        slope=UNLIMITED if flying else 0.8,
        gap=UNLIMITED if flying else round(0.9 * leg, 4),
    )
