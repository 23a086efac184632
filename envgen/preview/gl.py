"""Finding an OpenGL that draws without a display, and drawing with it."""

from __future__ import annotations

import atexit
import importlib
import os
import subprocess
import sys
from functools import lru_cache
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.build.engine import Data, Model, listening
from envgen.core.errors import WorkError

_BACKENDS = ("egl", "osmesa")
_PROBE = """
import mujoco
model = mujoco.MjModel.from_xml_string('<mujoco><worldbody><geom size="1"/></worldbody></mujoco>')
data = mujoco.MjData(model)
with mujoco.Renderer(model, 16, 16) as renderer:
    mujoco.mj_forward(model, data)
    renderer.update_scene(data)
    assert renderer.render().any()
"""


@lru_cache(maxsize=1)
def backend() -> str:
    """The OpenGL backend of MuJoCo that works here: MUJOCO_GL if it is set, or else the first that draws.

    Each is tried in a process of its own: a library that was loaded in vain keeps others from loading, and
    a broken driver may end the process.

    Raises:
        WorkError: None works.
    """
    asked = os.environ.get("MUJOCO_GL", "").lower().strip()
    windows = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    tried = [asked] if asked else [*_BACKENDS, *(["glfw"] if windows else [])]
    if sys.platform != "linux":
        tried = [asked]  # the system's own needs no choice
    for name in tried:
        if _draws(name):
            return name
    given = f" with MUJOCO_GL={asked}" if asked else ""
    raise WorkError(
        f"no OpenGL draws here{given}",
        "Install libosmesa6 or libegl1 with a driver (libgl1-mesa-dri), or leave out --render.",
    )


def _draws(name: str) -> bool:
    environment = {**os.environ, "MUJOCO_GL": name} if name else dict(os.environ)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE], env=environment, capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@lru_cache(maxsize=4)
def _context(name: str, width: int, height: int) -> Any:
    """A context that stays for the process; MuJoCo chose its own class when it was imported, without us."""
    home = importlib.import_module(f"mujoco.{name}") if name in (*_BACKENDS, "glfw") else mujoco.gl_context
    context = home.GLContext(width, height)
    atexit.register(context.free)  # later, when modules are taken apart, it can't free itself any more
    return context


def frame(
    model: Model, data: Data, camera: Any, width: int, height: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Draw a scene once.

    Args:
        model: The model.
        data: Its state, lights and geoms computed.
        camera: A `mujoco.MjvCamera`.
        width: In pixels.
        height: In pixels.

    Returns:
        (height, width, 3) RGB, and (height, width) where there is anything at all.

    Raises:
        WorkError: No OpenGL works here, or it fails.
    """
    name = backend()
    screen, map_ = model.vis.global_, model.vis.map
    before = screen.offwidth, screen.offheight, map_.shadowclip
    try:
        with listening():
            context = _context(name, width, height)
            context.make_current()
            screen.offwidth, screen.offheight = width, height
            # half the side of the square in which there are shadows, in extents of the model
            map_.shadowclip = 0.8 * float(camera.distance) / float(model.stat.extent)
            renderer = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
            try:
                return _draw(model, data, camera, renderer, width, height)
            finally:
                renderer.free()
    except (mujoco.FatalError, RuntimeError, ImportError, AttributeError) as error:
        raise WorkError(
            f"OpenGL ({name or 'of the system'}) fails: {error}", "Set MUJOCO_GL, or leave out --render."
        ) from None
    finally:
        screen.offwidth, screen.offheight, map_.shadowclip = before


def _draw(
    model: Model, data: Data, camera: Any, renderer: Any, width: int, height: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, renderer)
    scene = mujoco.MjvScene(model, maxgeom=model.ngeom + model.nsite + 1000)
    option, perturb = mujoco.MjvOption(), mujoco.MjvPerturb()
    mujoco.mjv_updateScene(model, data, option, perturb, camera, mujoco.mjtCatBit.mjCAT_ALL.value, scene)
    _light(scene, np.array(camera.lookat), 2 * float(camera.distance))
    area = mujoco.MjrRect(0, 0, width, height)
    image = np.empty((height, width, 3), dtype=np.uint8)
    depth = np.empty((height, width), dtype=np.float32)
    mujoco.mjr_render(area, scene, renderer)
    mujoco.mjr_readPixels(image, depth, area, renderer)
    return image[::-1], depth[::-1] < 1


def _light(scene: Any, middle: NDArray[np.float64], distance: float) -> None:
    """The same light for every world: the sun from the left, and a soft one from the camera.

    The axis of a light's shadow map goes through its position: only with the middle of the arena on it is
    the whole arena in the map.
    """
    for light in scene.lights[:2]:
        light.type = mujoco.mjtLightType.mjLIGHT_DIRECTIONAL.value
        light.attenuation[:] = (1, 0, 0)
        light.specular[:] = 0.05
    soft, sun = scene.lights[:2]
    forward = np.array(scene.camera[0].forward)
    soft.headlight, soft.castshadow = 1, 0
    soft.pos[:], soft.dir[:] = np.array(scene.camera[0].pos), forward
    soft.ambient[:], soft.diffuse[:] = 0.42, 0.3
    direction = np.array([0.62, 0.18, -0.76])
    sun.headlight, sun.castshadow = 0, 1
    sun.dir[:], sun.pos[:] = direction, middle - distance * direction
    sun.ambient[:], sun.diffuse[:] = 0.0, (0.95, 0.92, 0.84)
    scene.nlight = 2
