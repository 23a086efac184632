"""Descriptors of an arena: a few numbers that say how its ground differs from others."""

from __future__ import annotations

import math

from envgen.core.params import RobotSize
from envgen.terrains.base import Patch
from envgen.terrains.tools.measures import roughness, slope, step
from envgen.worlds.placement.arena import Arena

DESCRIPTORS = ("slope", "roughness", "step", "clutter")
"""Names of the descriptors, in order."""


def describe(arena: Arena, robot: RobotSize) -> dict[str, float]:
    """Return the descriptors of an arena, rounded to six significant digits.

    `slope` is the mean rise per run, `roughness` the standard deviation (m) of heights from their mean within
    the robot's radius, `step` the highest step (m) between neighbouring samples, `clutter` the share of the
    arena that obstacles cover.

    Args:
        arena: Of a variant.
        robot: Size of its first robot.
    """
    patch = Patch(arena.size, arena.ground.surface.shape)
    covered = sum(_footprint(placed.shape.half, disc=placed.shape.disc) for placed in arena.obstacles)
    values = {
        "slope": slope(arena.ground, patch, robot),
        "roughness": roughness(arena.ground, patch, robot),
        "step": step(arena.ground, patch, robot),
        "clutter": covered / (arena.size[0] * arena.size[1]),
    }
    return {name: float(f"{values[name]:.6g}") for name in DESCRIPTORS}


def _footprint(half: tuple[float, float], *, disc: bool) -> float:
    """Return the area (m2) of a footprint with half extents (m), or of the circle of the greater one."""
    return math.pi * max(half) ** 2 if disc else 4 * half[0] * half[1]
