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
_KEPT = 16
"""Models whose textures and heights stay in OpenGL."""
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
        self._canvases: dict[int, tuple[Canvas, Data]] = {}

    def picture(self, slot: int) -> NDArray[np.uint8]:
        """Return a picture (HEIGHT, WIDTH, 3) of a slot as it is now."""
        rollout, variant = self.rollout, int(self.rollout.variant[slot])
        world = rollout.worlds[variant]
        if variant not in self._canvases:
            if len(self._canvases) == _KEPT:
                self._canvases.pop(next(iter(self._canvases)))[0].__exit__()
            canvas = Canvas(world.model, WIDTH, HEIGHT, reach=20.0)
            self._canvases[variant] = canvas, mujoco.MjData(world.model)
        canvas, data = self._canvases[variant]
        state = rollout.data[slot]
        data.qpos[:], data.qvel[:] = state.qpos, state.qvel
        mujoco.mj_forward(world.model, data)
        agent = rollout.agents[0]
        camera = mujoco.MjvCamera()
        camera.lookat[:] = data.xpos[world.roots[agent]]
        camera.distance = _DISTANCE * max(float(rollout.context.constant(agent, "radius")[slot].max()), 0.2)
        camera.azimuth, camera.elevation = 62.0, -25.0
        image, _ = canvas.draw(data, camera)
        return np.ascontiguousarray(image)

    def close(self) -> None:
        """Release OpenGL."""
        for canvas, _ in self._canvases.values():
            canvas.__exit__()
        self._canvases.clear()
