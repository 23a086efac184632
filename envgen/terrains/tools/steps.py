"""Number of steps in a flight of stairs."""

from __future__ import annotations

from envgen.core.errors import InputError


def count_steps(room: float, step_depth: float, most: int, kind: str) -> int:
    """Return the number of steps that fit.

    Args:
        room: Length for the treads, in m.
        step_depth: Tread of one step, in m.
        most: Greatest number, or 0 for as many as fit.
        kind: Name of the terrain, for the message.

    Raises:
        InputError: Not a single step fits.
    """
    number = int((room + 1e-9) / step_depth)
    if number < 1:
        raise InputError(
            f"{kind}: no step of {step_depth:g} m fits into {max(room, 0.0):.2g} m",
            "Take a larger terrain.size, or a smaller platform, border or step_depth.",
        )
    return min(number, most) if most else number
