"""The sampler of one variant: named random streams in, recorded values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from envgen.core import dist
from envgen.core.dist import Dist
from envgen.core.params import Param, RobotSize, draw
from envgen.core.rng import Streams
from envgen.worlds.sampling.draw import Attempt


@dataclass
class Sampler:
    """Draws the values of one variant and records them.

    Attributes:
        streams: Random streams of the variant.
        attempt: Number of this draw of it.
        difficulty: Of the variant, 0 to 1. It decides the parameters that the EnvCfg leaves open.
        robot: Size of the robot that sets their scale: the least able one of the world.
        values: Values recorded so far by path, in the order in which they were drawn.
    """

    streams: Streams
    attempt: Attempt
    difficulty: float = 0.5
    robot: RobotSize = field(default_factory=RobotSize)
    values: dict[str, Any] = field(default_factory=dict)

    def number(self, value: Dist, name: str, *, integer: bool = False) -> float:
        """Draw a number from the stream of that name; a constant needs none."""
        if isinstance(value, int | float):
            return value
        return dist.sample(value, self.streams(name), integer=integer)

    def recorded_number(self, value: Dist, path: str, *, integer: bool = False) -> float:
        """Draw a number to five digits, and record it unless it is the same in every variant."""
        drawn = self.number(value, path, integer=integer)
        if dist.is_constant(value):
            return drawn
        self.values[path] = drawn if integer else float(f"{drawn:.5g}")
        return float(self.values[path])

    def parameters(
        self,
        known: Mapping[str, Param],
        given: Mapping[str, Dist],
        name: str,
        *,
        difficulty: float | None = None,
        robot: RobotSize | None = None,
        attempt: int = 0,
    ) -> dict[str, Any]:
        """Draw the parameters of a kind: the given ones, and by difficulty those left open.

        Args:
            known: The parameters of the kind.
            given: Those that the EnvCfg sets.
            name: Prefix of their random streams.
            difficulty: Difficulty, where it isn't that of the variant.
            robot: Robot that sets the scale, where it isn't the least able one.
            attempt: Number of the draw.
        """
        return draw(
            known,
            given,
            self.streams,
            name,
            difficulty=self.difficulty if difficulty is None else difficulty,
            size=robot or self.robot,
            attempt=attempt,
        )

    def record(self, path: str, values: Mapping[str, Any]) -> None:
        """Record values below a path."""
        self.values.update({f"{path}.{key}": value for key, value in values.items()})


def round_parameters(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Round parameters to five significant digits, so that the values used are the values recorded."""
    return {k: float(f"{v:.5g}") if isinstance(v, float) else v for k, v in drawn.items()}
