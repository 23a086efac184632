"""A second without control is uneventful."""

from __future__ import annotations

from typing import ClassVar

import mujoco
import numpy as np

from envgen.core.heightfield import Floats
from envgen.packs.variant import PackVariant
from envgen.testing.base import Case, VariantPromise, register
from envgen.worlds.compiled.world import World

SECONDS = 1.0
MARGIN = 0.02
"""A centre of mass lies inside its body: lower than this under the ground, it went through, in m."""
_LOOKS = 10


@register
class Motion(VariantPromise):
    """Under zero control for 1 s the state stays finite, and no body gets below the ground."""

    kind: ClassVar[str] = "motion"
    order: ClassVar[int] = 70
    simulates: ClassVar[bool] = True

    def check_variant(self, case: Case, variant: PackVariant) -> None:
        world = World(mujoco.MjModel.from_xml_path(str(case.env(variant))), variant.cell)
        model, data = world.model, mujoco.MjData(world.model)
        mujoco.mj_resetDataKeyframe(model, data, 0)
        data.ctrl[:] = 0
        moving = np.flatnonzero((model.body_weldid != 0) & (model.body_mass > 0))
        steps = max(1, round(SECONDS / _LOOKS / model.opt.timestep))
        for _ in range(_LOOKS):
            mujoco.mj_step(model, data, steps)
            assert np.isfinite(np.concatenate([data.qpos, data.qvel])).all(), (
                f"the state is not finite after {data.time:.2f} s of zero control"
            )
            assert not data.warning[int(mujoco.mjtWarning.mjWARN_BADQACC)].number, (
                f"MuJoCo reset the simulation in {data.time:.2f} s of zero control: it is unstable"
            )
            mujoco.mj_kinematics(model, data)
            mujoco.mj_comPos(model, data)
            below = lowest_ground(world, data.xipos[moving]) - MARGIN - data.xipos[moving, 2]
            worst = int(np.argmax(below)) if len(below) else 0
            assert not len(below) or below[worst] <= 0, (
                f"the body {world.body_names[moving[worst]]!r} is {below[worst] + MARGIN:.2f} m below the "
                f"ground after {data.time:.2f} s of zero control"
            )


def lowest_ground(world: World, points: Floats) -> Floats:
    """Return the lowest ground within a cell of points, in m; minus infinity beyond the edge.

    Args:
        world: The world.
        points: (n, 3) in m.
    """
    field = world.ground.field
    heights = field.heights
    col = (points[:, 0] - field.origin[0]) / field.cell[0]
    row = (points[:, 1] - field.origin[1]) / field.cell[1]
    inside = (col >= 0) & (row >= 0) & (col <= heights.shape[1] - 1) & (row <= heights.shape[0] - 1)
    found = np.full(len(points), np.inf)
    for r in range(-1, 3):
        for c in range(-1, 3):
            i = np.clip(np.floor(row).astype(int) + r, 0, heights.shape[0] - 1)
            j = np.clip(np.floor(col).astype(int) + c, 0, heights.shape[1] - 1)
            found = np.minimum(found, heights[i, j])
    return np.where(inside, found, -np.inf)
