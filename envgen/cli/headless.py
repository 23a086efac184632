"""MuJoCo without GLFW, for commands that draw nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def headless_mujoco() -> Iterator[None]:
    """Import MuJoCo without GLFW within the block.

    GLFW starts a process to look for its own library, which takes 0.1 s, as long as 7 variants.
    `mujoco.Renderer` finds no window system then, so this is for commands and not for the library. MUJOCO_GL
    in the environment is respected.
    """
    if sys.platform != "linux" or "MUJOCO_GL" in os.environ or "mujoco" in sys.modules:
        yield
        return
    os.environ["MUJOCO_GL"] = "disable"
    try:
        yield
    finally:
        del os.environ["MUJOCO_GL"]
