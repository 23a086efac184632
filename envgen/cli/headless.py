"""MuJoCo without its windows, for commands that draw nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def windowless() -> Iterator[None]:
    """Within the block, MuJoCo is imported without GLFW, which starts a process to look for its own library.

    Together that takes 0.1 s, as much as 7 variants. `mujoco.Renderer` finds no window system then, so this
    is for commands and not for the library; where MUJOCO_GL says what is wanted, that is what happens.
    """
    if sys.platform != "linux" or "MUJOCO_GL" in os.environ or "mujoco" in sys.modules:
        yield
        return
    os.environ["MUJOCO_GL"] = "disable"
    try:
        yield
    finally:
        del os.environ["MUJOCO_GL"]
