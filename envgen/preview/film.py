"""A film of one world in motion, seen by a moving camera."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import mujoco
import numpy as np

from envgen.core.errors import EnvgenError, InputError, WorkError
from envgen.core.heightfield import Floats
from envgen.preview.gl import Canvas
from envgen.preview.render import AZIMUTH, arena_camera, on_paper
from envgen.preview.theme import Image
from envgen.worlds.compiled.measure import measure_agent
from envgen.worlds.compiled.state import Snapshot, reset
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import Data, FatalError, Model, capture_warnings

View = Literal["follow", "orbit"]
VIEWS = get_args(View)
Motion = Callable[[Model, Data, float], None]
"""Moves data to a time in s, later at each call."""
MAX_FRAMES = 20_000
_TURN = 6.0
"""Angular speed of the camera, in degrees per s."""
_LAG = 0.4
"""Time constant of the camera, in s."""
_SHADOWS, _SHADED = 2048, 16.0
"""Pixels along a side of the shadow map, and its least reach in m."""
_ELEVATIONS = (-20.0, -28.0, -38.0, -50.0, -65.0, -80.0)


@dataclass(frozen=True)
class FilmOptions:
    """Options of a film.

    Attributes:
        seconds: Length, in s of simulated time.
        fps: Frames per second.
        size: Width and height, in pixels.
        view: `follow` moves the camera with the robots, `orbit` moves it around the arena.
    """

    seconds: float = 6.0
    fps: float = 30.0
    size: tuple[int, int] = (960, 540)
    view: View = "follow"

    @property
    def frames(self) -> int:
        """Number of frames."""
        return max(1, round(self.seconds * self.fps))

    def check(self) -> None:
        """Raise if it can't be filmed; call this before opening a file.

        Raises:
            InputError: It is too long, or of a size that can't be encoded.
        """
        wide, high = self.size
        if not (16 <= wide <= 3840 and 16 <= high <= 2160 and wide % 2 == high % 2 == 0):
            raise InputError(
                f"a video must have even sides from 16 to 3840 × 2160, got {wide} × {high}",
                "Give another --size.",
            )
        if self.frames > MAX_FRAMES:
            raise InputError(
                f"{self.frames:,} frames are over the bound of {MAX_FRAMES:,}",
                "Take fewer --seconds or --fps.",
            )


def hold_start(model: Model, data: Data, time: float) -> None:
    """Simulate until a time in s with the controls of the start."""
    while data.time < time - 1e-9:
        mujoco.mj_step(model, data)


def film(world: World, options: FilmOptions, motion: Motion = hold_start) -> Iterator[Image]:
    """Yield the frames of a film, (height, width, 3) RGB each.

    Args:
        world: The world.
        options: Length, size and view.
        motion: Moves the robots; by default the controls of the start are held.

    Raises:
        InputError: The film is too long, or of a size that can't be encoded.
        WorkError: No OpenGL works here, or MuJoCo can't go on.
    """
    options.check()
    wide, high = options.size
    model = world.model
    data = mujoco.MjData(model)
    with capture_warnings():
        reset(model, data)
        mujoco.mj_forward(model, data)
    camera = CameraController(world, data, options)
    with Canvas(model, wide, high, camera.reach, _SHADOWS) as canvas:
        for number in range(options.frames):
            try:
                with capture_warnings():
                    motion(model, data, number / options.fps)
            except FatalError as error:
                raise WorkError(f"MuJoCo can't go on: {error}", "Film another variant.") from None
            yield on_paper(*canvas.draw(data, camera.at(number / options.fps)))


class CameraController:
    """Moves the camera.

    Args:
        world: The world.
        data: Its state.
        options: Options of the film.
    """

    def __init__(self, world: World, data: Data, options: FilmOptions) -> None:
        self._world, self._data, self._shot = world, data, options
        self._roots = list(world.roots.values())
        self._tangent = np.tan(np.radians(float(world.model.vis.global_.fovy)) / 2)
        self._whole = arena_camera(world, data, options.size[0] / options.size[1])
        self._orbits = options.view == "orbit" or not self._roots
        self._body = max((self._extent(agent) for agent in world.agents), default=1.0)
        middle, spread = self._subject()
        self._middle, self._distance = middle, self._away(spread)
        self._elevation = self._clear(middle, AZIMUTH)
        self._before = 0.0

    @property
    def reach(self) -> float:
        """Greatest distance with shadows, in m."""
        whole = float(self._whole.distance)
        # in a wide arena sharp shadows are worth their visible edge
        return whole if self._orbits else max(1.5 * self._distance, min(whole, _SHADED))

    def at(self, time: float) -> Any:
        """Return the camera at a time in s."""
        camera = mujoco.MjvCamera()
        camera.type = mujoco.mjtCamera.mjCAMERA_FREE
        camera.azimuth = AZIMUTH + _TURN * time
        if self._orbits:
            camera.lookat[:] = self._whole.lookat
            camera.elevation, camera.distance = self._whole.elevation, 1.1 * self._whole.distance
            return camera
        middle, spread = self._subject()
        part = 1 - np.exp(-(time - self._before) / _LAG)
        self._before = time
        self._middle = self._middle + part * (middle - self._middle)
        self._distance += part * (self._away(spread) - self._distance)
        self._elevation += part * (self._clear(self._middle, camera.azimuth) - self._elevation)
        camera.lookat[:] = self._middle
        camera.elevation, camera.distance = self._elevation, self._distance
        return camera

    def _extent(self, agent: str) -> float:
        """Return the larger of height and diameter of an agent, in m."""
        try:
            size = measure_agent(self._world, Snapshot.of(self._data), agent)
        except (EnvgenError, ValueError):  # an external robot without a colliding geom
            return 1.0
        return max(size.height, 2 * size.radius)

    def _subject(self) -> tuple[Floats, float]:
        """Return the (3,) middle of the robots in m, and the distance of the farthest from it."""
        if not self._roots:
            return np.zeros(3), 0.0
        places = np.array(self._data.xpos[self._roots])
        middle = (places.min(axis=0) + places.max(axis=0)) / 2
        return middle, float(np.hypot(*(places - middle)[:, :2].T).max())

    def _away(self, spread: float) -> float:
        """Return the distance in m from which all robots are in the frame, with ground around them."""
        away = (spread + 1.3 * self._body) / self._tangent
        return float(min(away, self._whole.distance))

    def _clear(self, middle: Floats, azimuth: float) -> float:
        """Return the lowest elevation in degrees at which no ground hides the robots."""
        along = np.linspace(0.3, 1.0, 12)
        turn, size = np.radians(azimuth), self._world.size
        for elevation in _ELEVATIONS:
            slope = np.radians(elevation)
            back = -self._distance * np.array(
                [np.cos(slope) * np.cos(turn), np.cos(slope) * np.sin(turn), np.sin(slope)]
            )
            x, y, z = (middle[:, None] + back[:, None] * along).tolist()
            points = [(a, b, c) for a, b, c in zip(x, y, z) if abs(a) < size[0] / 2 and abs(b) < size[1] / 2]
            if not points:
                return elevation
            at = np.array(points)
            if (at[:, 2] > self._world.ground.at(at[:, 0], at[:, 1]) + 0.1 * self._body).all():
                return elevation
        return _ELEVATIONS[-1]
