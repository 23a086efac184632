"""MuJoCo's own window, for `render_mode="human"`."""

from __future__ import annotations

import time
import warnings
from typing import Any

import mujoco

from envgen.core.errors import WorkError
from envgen.rollout.rollout import Rollout


class Window:
    """Shows the first slot in real time.

    Args:
        rollout: The slots.
    """

    def __init__(self, rollout: Rollout) -> None:
        self.rollout = rollout
        self._variant = -1
        self._viewer: Any = None
        self._data: Any = None
        self._shown = 0.0

    def show(self) -> None:
        """Draw the present state; waits until its time has come.

        Raises:
            WorkError: There is no display.
        """
        variant = int(self.rollout.variant[0])
        world = self.rollout.worlds[variant]
        if variant != self._variant:
            self.close()
            self._variant, self._data = variant, mujoco.MjData(world.model)
            _check_display()
            from mujoco import viewer  # needs GLFW, which pictures do not

            self._viewer = viewer.launch_passive(world.model, self._data)
        state = self.rollout.data[0]
        self._data.qpos[:], self._data.qvel[:], self._data.time = state.qpos, state.qvel, state.time
        mujoco.mj_forward(world.model, self._data)
        self._viewer.sync()
        period = float(self.rollout.period[variant])
        time.sleep(max(0.0, self._shown + period - time.monotonic()))
        self._shown = time.monotonic()

    def close(self) -> None:
        """Close the window."""
        if self._viewer is not None:
            self._viewer.close()
            self._viewer = None


def _check_display() -> None:
    """Refuse to go on without a display: MuJoCo's viewer would end the process.

    Raises:
        WorkError: There is none.
    """
    import glfw

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the reason is a warning
        if glfw.init():
            return
    raise WorkError(
        "no window can be opened: there is no display", "Use render_mode='rgb_array', or set DISPLAY."
    )
