"""Pictures of a slot, where OpenGL exists."""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.preview.gl import Canvas
from envgen.rollout.rollout import Rollout
from envgen.worlds.compiler import Data

RENDER_MODES = ("rgb_array",)
FPS = 20
"""Frames per second of a video of control steps; most robots take 20 to 50."""
WIDTH, HEIGHT = 480, 360
"""Pixels of a picture."""
_DISTANCE = 6.0
"""Distance of the camera in radii of the robot."""


class Renderer:
    """Draws slots with a camera that follows the first agent.

    Args:
        rollout: The slots.

    Raises:
        WorkError: No OpenGL works here.
    """

    def __init__(self, rollout: Rollout) -> None:
        self.rollout = rollout
        self._variant = -1
        self._canvas: Canvas | None = None
        self._data: Data = None

    def picture(self, slot: int) -> NDArray[np.uint8]:
        """Return a picture (HEIGHT, WIDTH, 3) of a slot as it is now."""
        rollout, variant = self.rollout, int(self.rollout.variant[slot])
        world = rollout.worlds[variant]
        if variant != self._variant or self._canvas is None:
            self.close()
            self._variant, self._data = variant, mujoco.MjData(world.model)
            self._canvas = Canvas(world.model, WIDTH, HEIGHT, reach=20.0)
        data, state = self._data, rollout.data[slot]
        data.qpos[:], data.qvel[:] = state.qpos, state.qvel
        mujoco.mj_forward(world.model, data)
        agent = rollout.agents[0]
        camera = mujoco.MjvCamera()
        camera.lookat[:] = data.xpos[world.roots[agent]]
        camera.distance = _DISTANCE * max(float(rollout.context.constant(agent, "radius").max()), 0.2)
        camera.azimuth, camera.elevation = 62.0, -25.0
        image, _ = self._canvas.draw(data, camera)
        return np.ascontiguousarray(image)

    def close(self) -> None:
        """Release OpenGL."""
        if self._canvas is not None:
            self._canvas.__exit__()
            self._canvas = None
