"""Numbers and rotations as MJCF has them."""

from __future__ import annotations

from collections.abc import Iterable

from envgen.obstacles.base import Quat, Vec3


def number(value: float) -> str:
    """A number as MJCF has it, without a negative zero."""
    text = f"{value:.6g}"
    return "0" if text == "-0" else text


def numbers(values: Iterable[float]) -> str:
    """Numbers separated by spaces."""
    # as `number` writes them: a world with obstacles has a thousand
    return " ".join([text if (text := f"{value:.6g}") != "-0" else "0" for value in values])


def quat_attribute(quat: Quat) -> str:
    """The attribute with a blank before it, or nothing where nothing is turned."""
    return "" if quat == (1.0, 0.0, 0.0, 0.0) else f' quat="{numbers(quat)}"'


def compose(a: Quat, b: tuple[float, ...]) -> Quat:
    """The rotation a after b, both (w, x, y, z)."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def rotate(quat: Quat, vector: Vec3) -> Vec3:
    """A vector turned by a rotation (w, x, y, z): plain floats, as numpy is slow on three of them."""
    w, x, y, z = quat
    a, b, c = vector
    tx, ty, tz = 2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)
    return (a + w * tx + y * tz - z * ty, b + w * ty + z * tx - x * tz, c + w * tz + x * ty - y * tx)
