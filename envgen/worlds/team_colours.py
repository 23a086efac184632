"""Colours of teams: a team named after a colour has that colour, any other a colour by its number."""

from __future__ import annotations

import colorsys

NAMED = {
    "red": (0.89, 0.2, 0.2),
    "blue": (0.22, 0.45, 0.95),
    "green": (0.22, 0.7, 0.3),
    "yellow": (0.95, 0.82, 0.2),
    "orange": (0.95, 0.55, 0.15),
    "purple": (0.6, 0.35, 0.85),
    "pink": (0.95, 0.5, 0.72),
    "white": (0.93, 0.93, 0.93),
    "black": (0.16, 0.17, 0.19),
}
"""RGB, 0 to 1. They differ in lightness too, for people with colour vision deficiency."""
_NAMES = list(NAMED)


def colour_number(team: str, number: int) -> int:
    """Return the number of a team's colour, for `team_rgb`: below 0 for a named one.

    Args:
        team: Name of the team, or the agent's id where there are no teams.
        number: Number of the team.
    """
    name = team.lower()
    return -1 - _NAMES.index(name) if name in NAMED else number


def team_rgb(colour: int) -> tuple[float, float, float]:
    """Return the RGB (0 to 1) of a colour number; neighbouring numbers differ clearly."""
    if colour < 0:
        return NAMED[_NAMES[-1 - colour]]
    # golden-ratio steps around the hue circle, from orange
    return colorsys.hsv_to_rgb((0.07 + colour * 0.618034) % 1.0, 0.75, 0.9)
