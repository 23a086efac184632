"""Writing frames to a video file that browsers play, with OpenCV, on which envgen depends anyway."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np

from envgen.core.errors import InputError, WorkError, suggestion
from envgen.preview.theme import Image

FOURCC = {".webm": "VP80", ".mp4": "vp09"}
"""Codecs that browsers play and OpenCV's wheels encode: VP8, and VP9 for .mp4, which is four times slower.
The wheels have no encoder of H.264 or AV1."""
ANIMATED = (".gif", ".webp")
FORMATS = (*FOURCC, *ANIMATED)
# a GIF with a palette of its own frames; OpenCV's fixed one turns grey to blue
_QUALITY = [cv2.IMWRITE_WEBP_QUALITY, 80, cv2.IMWRITE_GIF_QUALITY, 8, cv2.IMWRITE_GIF_DITHER, 3]
MAX_ANIMATED = 400
"""Maximum frames of an animated picture, which are all in memory."""


class Video:
    """A video file to which frames are added; use it as a context manager.

    The file is replaced when it is complete. After an error nothing is written; after Ctrl-C the frames so
    far are kept.

    Args:
        path: The file; its suffix decides the format.
        fps: Frames per second.
        size: Width and height in pixels, even numbers.

    Raises:
        InputError: The suffix is none of `FORMATS`, or there can't be a file.
        WorkError: This OpenCV can't encode it.
    """

    def __init__(self, path: Path, fps: float, size: tuple[int, int]) -> None:
        suffix = path.suffix.lower()
        if suffix not in FORMATS:
            remedy = suggestion(suffix, FORMATS) if suffix else f"End it with {', '.join(FORMATS)}."
            raise InputError(f"{path} is of no format that can be written", remedy)
        self.path, self.fps, self.frames = path, fps, 0
        self._part = path.with_name(f".{path.stem}.{os.getpid()}.part{suffix}")
        self._animation: list[Image] | None = [] if suffix in ANIMATED else None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._part.write_bytes(b"")  # OpenCV does not say why it fails
        except OSError as error:
            raise InputError(f"{path} can't be written: {error.strerror}", "Give another path.") from None
        self._writer: Any = None
        if self._animation is None:
            with _silence_stderr():
                code = cv2.VideoWriter.fourcc(*FOURCC[suffix])
                self._writer = cv2.VideoWriter(str(self._part), cv2.CAP_FFMPEG, code, fps, size)
            if not self._writer.isOpened():
                self._part.unlink()
                raise WorkError(
                    f"this OpenCV ({cv2.__version__}) can't encode {FOURCC[suffix]}",
                    "Install opencv-python-headless from PyPI, whose wheels can; or write a .gif or .webp.",
                )

    def __enter__(self) -> Self:
        return self

    def add(self, image: Image) -> None:
        """Add a frame, (height, width, 3) RGB.

        Raises:
            InputError: There are more frames than a moving picture may have.
        """
        bgr = np.ascontiguousarray(image[..., ::-1])
        if self._animation is None:
            self._writer.write(bgr)
        else:
            if len(self._animation) == MAX_ANIMATED:
                raise InputError(
                    f"a {self.path.suffix} of more than {MAX_ANIMATED} frames would fill the memory",
                    "Write a .webm, or take fewer --seconds or --fps.",
                )
            self._animation.append(bgr)
        self.frames += 1

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        kept = self.frames and (kind is None or issubclass(kind, KeyboardInterrupt))
        try:
            if self._writer is not None:
                self._writer.release()
            if kept:
                self._finish()
        finally:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)

    def _finish(self) -> None:
        if self._animation is not None:
            moving = cv2.Animation()
            moving.frames = self._animation
            moving.durations = [max(1, round(1000 / self.fps))] * len(self._animation)
            cv2.imwriteanimation(str(self._part), moving, _QUALITY)
        if not self._part.stat().st_size:
            raise WorkError(f"{self.path} could not be written", "Make room on the disk.")
        self._part.replace(self.path)


@contextmanager
def _silence_stderr() -> Iterator[None]:
    """Silence standard error, to which FFmpeg writes warnings about tags, bypassing Python."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
