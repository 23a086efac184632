"""Heights from PNG images and NumPy arrays, which are checked before they are decoded."""

from __future__ import annotations

import hashlib
import struct
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.core.heightfield import Heights

MAX_PIXELS = 100_000_000
"""Largest image: 400 MB as float32."""
MAX_BYTES = 1_000_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_SAVE_AGAIN = "Save it again as a PNG of 8 or 16 bits."
_REMEDY = "Give a PNG of 8 or 16 bits, or a 2-D array of numbers saved by numpy.save (.npy)."


def digest(path: str) -> str:
    """Return the SHA-256 of a file of heights.

    Raises:
        InputError: The file holds no heights.
    """
    return _read(path, file_stamp(path))[1]


def heights(path: str) -> Heights:
    """Return heights (nrow, ncol) scaled to 0 to 1, first row first.

    Raises:
        InputError: The file is missing, too large or holds no heights.
    """
    return _read(path, file_stamp(path))[0]


@lru_cache(maxsize=32)
def resample(path: str, stamp: tuple[int, int], shape: tuple[int, int], blur: tuple[float, float]) -> Heights:
    """Return heights (nrow, ncol) from 0 to 1 at the samples of a patch, whose rows run along +y.

    Args:
        path: Path of the file.
        stamp: Stamp of the file (`file_stamp`), so that a changed file is read again.
        shape: Samples (nrow, ncol) of the patch.
        blur: Standard deviation (x, y) of a Gaussian blur, in samples; 0 for none.
    """
    import cv2  # a tenth of the start time of commands that need registries only

    image = np.ascontiguousarray(_read(path, stamp)[0][::-1])
    nrow, ncol = shape
    # average where there are more pixels than samples, rather than pick single pixels
    fewer = min(image.shape[1], ncol), min(image.shape[0], nrow)
    if fewer != image.shape[::-1]:
        image = np.asarray(cv2.resize(image, fewer, interpolation=cv2.INTER_AREA))
    if image.shape != shape:  # interpolate linearly where there are fewer, corner to corner
        cols = np.linspace(0, image.shape[1] - 1, ncol, dtype=np.float32)
        rows = np.linspace(0, image.shape[0] - 1, nrow, dtype=np.float32)
        image = np.asarray(cv2.remap(image, *np.meshgrid(cols, rows), interpolation=cv2.INTER_LINEAR))
    if max(blur) > 0.3:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), *blur, borderType=cv2.BORDER_REPLICATE))
    return image


def file_stamp(path: str) -> tuple[int, int]:
    """Return modification time (ns) and size of a file, which tell whether it has changed.

    Raises:
        InputError: The file can't be read.
    """
    try:
        status = Path(path).stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"the file {path!r} can't be read: {reason}", _REMEDY) from None
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=8)
def _read(path: str, stamp: tuple[int, int]) -> tuple[Heights, str]:
    """Return heights from 0 to 1 and the SHA-256 of the file; cached for the process."""
    file = Path(path)
    if file.is_dir():
        raise InputError(f"a heightfield must be a file, got the folder {path!r}", _REMEDY)
    if not file.is_file():
        raise InputError(f"a heightfield must be a regular file, got {path!r}", _REMEDY)
    if stamp[1] > MAX_BYTES:
        raise InputError(f"{path!r} is over {MAX_BYTES // 10**6} MB", "Take a smaller image.")
    try:
        content = file.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"the file {path!r} can't be read: {error}", _REMEDY) from None
    values = _array(path, content) if file.suffix.lower() == ".npy" else _image(path, content)
    if min(values.shape) < 2:
        shown = " x ".join(map(str, values.shape))
        raise InputError(f"{path!r} has only {shown} heights", "Give at least 2 x 2.")
    if not np.isfinite(values).all():
        raise InputError(f"{path!r} holds NaN or infinite heights", "Fill them with numbers first.")
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low):
        raise InputError(f"{path!r} holds heights from {low:g} to {high:g}", "Scale them down first.")
    scaled = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return scaled.astype(np.float32), hashlib.sha256(content).hexdigest()


def _check_size(path: str, rows: int, cols: int) -> None:
    """Refuse images with too many pixels."""
    if rows * cols > MAX_PIXELS:
        raise InputError(
            f"{path!r} has {rows:,} x {cols:,} heights, more than {MAX_PIXELS:,}", "Take a smaller image."
        )


def _image(path: str, content: bytes) -> NDArray[np.floating]:
    """Return the grey values (nrow, ncol) of a PNG, or its luma (ITU-R BT.601); alpha is ignored."""
    if not content.startswith(_PNG) or len(content) < 33 or content[12:16] != b"IHDR":
        raise InputError(f"a heightfield of this name must be a PNG, got other content in {path!r}", _REMEDY)
    import cv2

    width, height = struct.unpack(">II", content[16:24])  # PNG specification, 11.2.2 IHDR
    _check_size(path, height, width)
    if 0 in (width, height) or b"IEND" not in content:  # about which OpenCV and libpng would print
        raise InputError(f"{path!r} is a damaged PNG", _SAVE_AGAIN)
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise InputError(f"{path!r} is a damaged PNG", _SAVE_AGAIN)
    bands: NDArray[np.float32] = np.atleast_3d(np.asarray(pixels)).astype(np.float32)
    if bands.shape[2] < 3:  # grey, and perhaps alpha
        return bands[:, :, 0]
    blue, green, red = (bands[:, :, i] for i in range(3))
    luma: NDArray[np.floating] = 0.299 * red + 0.587 * green + 0.114 * blue
    return luma


def _array(path: str, content: bytes) -> NDArray[np.floating]:
    """Return the numbers (nrow, ncol) of a .npy file; pickles are refused."""
    import io

    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0
        shape, _, kind = (read if version == (1, 0) else np.lib.format.read_array_header_2_0)(stream)
    except (ValueError, OSError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise InputError(
            f"{path!r} must hold an array in NumPy's .npy format: {str(error)[:120]}", _REMEDY
        ) from None
    if kind.hasobject or kind.kind not in "biuf":
        raise InputError(f"{path!r} holds {kind}, not numbers", _REMEDY)
    if len(shape) != 2:
        raise InputError(f"{path!r} has {len(shape)} dimensions, not 2", _REMEDY)
    _check_size(path, *shape)
    if shape[0] * shape[1] * kind.itemsize > len(content):
        raise InputError(f"{path!r} is truncated: it is shorter than its header says", _REMEDY)
    stream.seek(0)
    try:
        values = np.load(stream, allow_pickle=False)
    except (ValueError, OSError, MemoryError) as error:
        raise InputError(f"{path!r} can't be read: {str(error)[:120]}", _REMEDY) from None
    result: NDArray[np.floating] = np.asarray(values, dtype=np.float64)
    return result
