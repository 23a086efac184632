"""Drawing with an OpenGL backend that works without a display."""

from __future__ import annotations

import atexit
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Self

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import WorkError
from envgen.worlds.compiler import Data, Model, capture_warnings

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
    """Return the OpenGL backend of MuJoCo that works here: MUJOCO_GL if set, else the first that draws.

    Each is tried in a process of its own: a library that fails after loading keeps others from loading, and
    a broken graphics driver may end the process.

    Raises:
        WorkError: None works.
    """
    asked = os.environ.get("MUJOCO_GL", "").lower().strip()
    windows = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    tried = [asked] if asked else [*_BACKENDS, *(["glfw"] if windows else [])]
    if sys.platform != "linux":
        tried = [asked]  # other systems have one backend
    for name in tried:
        if _can_draw(name):
            return name
    given = f" with MUJOCO_GL={asked}" if asked else ""
    raise WorkError(
        f"no OpenGL draws here{given}",
        "On Debian: apt-get install libosmesa6, or libegl1 with libgl1-mesa-dri; sheets need none.",
    )


def _can_draw(name: str) -> bool:
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
    """Return a cached context of a backend; MuJoCo's default class was fixed when it was imported."""
    home = importlib.import_module(f"mujoco.{name}") if name in (*_BACKENDS, "glfw") else mujoco.gl_context
    context = home.GLContext(width, height)
    atexit.register(context.free)  # at interpreter shutdown it can't free itself
    return context


class Canvas:
    """Draws frames of one model; meshes, heights and textures are sent to OpenGL once.

    Use it as a context manager.

    Args:
        model: The model.
        width: In pixels.
        height: In pixels.
        reach: Distance of the camera in m up to which there are shadows.
        shadows: Pixels along a side of the shadow map, which cost half of the time of a frame where a
            CPU draws it; by default those of the model.

    Raises:
        WorkError: No OpenGL works here, or it fails.
    """

    def __init__(
        self, model: Model, width: int, height: int, reach: float, shadows: int | None = None
    ) -> None:
        self._model, self._size = model, (width, height)
        self._name = backend()
        screen, map_, quality = model.vis.global_, model.vis.map, model.vis.quality
        before = screen.offwidth, screen.offheight, map_.shadowclip, quality.shadowsize
        try:
            with capture_warnings(), self._report_errors():
                self._current = _context(self._name, width, height)
                self._current.make_current()
                screen.offwidth, screen.offheight = width, height
                quality.shadowsize = shadows or quality.shadowsize
                # half the side of the square in which there are shadows, in extents of the model
                map_.shadowclip = 0.8 * reach / float(model.stat.extent)
                self._gpu = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
                mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self._gpu)
                self._scene = mujoco.MjvScene(model, maxgeom=model.ngeom + model.nsite + 1000)
        finally:
            screen.offwidth, screen.offheight, map_.shadowclip, quality.shadowsize = before

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._current.make_current()
        self._gpu.free()

    @contextmanager
    def _report_errors(self) -> Iterator[None]:
        try:
            yield
        except (mujoco.FatalError, RuntimeError, ImportError, AttributeError) as error:
            raise WorkError(
                f"OpenGL ({self._name or 'of the system'}) fails: {error}",
                "Set MUJOCO_GL, or leave out --render and --video.",
            ) from None

    def draw(self, data: Data, camera: Any) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Draw a frame.

        Args:
            data: State of the model, lights and geoms computed.
            camera: A `mujoco.MjvCamera`.

        Returns:
            (height, width, 3) RGB, and (height, width) whether a pixel is covered.

        Raises:
            WorkError: OpenGL fails.
        """
        width, height = self._size
        scene, everything = self._scene, mujoco.mjtCatBit.mjCAT_ALL.value
        image = np.empty((height, width, 3), dtype=np.uint8)
        depth = np.empty((height, width), dtype=np.float32)
        with capture_warnings(), self._report_errors():
            self._current.make_current()
            mujoco.mjv_updateScene(
                self._model, data, mujoco.MjvOption(), mujoco.MjvPerturb(), camera, everything, scene
            )
            _light(scene, np.array(camera.lookat), 2 * float(camera.distance))
            area = mujoco.MjrRect(0, 0, width, height)
            mujoco.mjr_render(area, scene, self._gpu)
            mujoco.mjr_readPixels(image, depth, area, self._gpu)
        return image[::-1], depth[::-1] < 1


def frame(
    model: Model, data: Data, camera: Any, width: int, height: int, reach: float
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Draw a scene once; see `Canvas`."""
    with Canvas(model, width, height, reach) as canvas:
        return canvas.draw(data, camera)


def _light(scene: Any, middle: NDArray[np.float64], distance: float) -> None:
    """Set the same light for every world: the sun from south-southwest, and a soft light from the camera.

    Level ground, what faces south and what faces west get three shades that are easily told apart.

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
    direction = np.array([0.3, 0.5, -0.81])
    sun.headlight, sun.castshadow = 0, 1
    sun.dir[:], sun.pos[:] = direction, middle - distance * direction
    sun.ambient[:], sun.diffuse[:] = 0.0, (0.95, 0.92, 0.84)
    scene.nlight = 2
