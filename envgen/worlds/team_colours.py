"""What colour the agents of a team have: the one that the team is called after, else one of its own."""

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
"""Red, green and blue, 0 to 1. They differ in lightness too, for those who see fewer hues."""
_NAMES = list(NAMED)


def colour_number(team: str, number: int) -> int:
    """The number of a team's colour, for `team_rgb`.

    Args:
        team: Its name, or the agent's id where there are no teams.
        number: Of the team.
    """
    name = team.lower()
    return -1 - _NAMES.index(name) if name in NAMED else number


def team_rgb(colour: int) -> tuple[float, float, float]:
    """The red, green and blue (0 to 1) of a team; neighbouring numbers differ clearly."""
    if colour < 0:
        return NAMED[_NAMES[-1 - colour]]
    # steps of the golden ratio around the circle of hues; it starts at orange
    return colorsys.hsv_to_rgb((0.07 + colour * 0.618034) % 1.0, 0.75, 0.9)
