"""Numbers and rotations in MJCF format."""

from __future__ import annotations

from collections.abc import Iterable

from envgen.obstacles.base import Quat, Vec3


def number(value: float) -> str:
    """Format a number, without a negative zero."""
    text = f"{value:.6g}"
    return "0" if text == "-0" else text


def numbers(values: Iterable[float]) -> str:
    """Format numbers, separated by spaces."""
    # `number` inlined: a world with obstacles has a thousand
    return " ".join([text if (text := f"{value:.6g}") != "-0" else "0" for value in values])


def quat_attribute(quat: Quat) -> str:
    """Return a quat attribute with a leading space, or an empty string for the identity."""
    return "" if quat == (1.0, 0.0, 0.0, 0.0) else f' quat="{numbers(quat)}"'


def compose(a: Quat, b: tuple[float, ...]) -> Quat:
    """Return the rotation by b, then by a, both (w, x, y, z)."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def rotate(quat: Quat, vector: Vec3) -> Vec3:
    """Rotate a vector by a quaternion (w, x, y, z), in plain floats: numpy is slow on three of them."""
    w, x, y, z = quat
    a, b, c = vector
    tx, ty, tz = 2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)
    return (a + w * tx + y * tz - z * ty, b + w * ty + z * tx - x * tz, c + w * tz + x * ty - y * tx)
