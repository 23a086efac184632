"""Gait files: TOML with waves over groups of actuators, resolved for the actuators of a robot.

    action of member m = sum over waves of
        amplitude * gains[m] * leg * cos(2 pi (harmonic * frequency * t + phase + lag * number + lags[m]
                                               + turns * m / count))

`harmonic = 0` is a constant: amplitude * gains[m] * leg. `number` is the last in the actuator's name, else m.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from envgen.core.errors import EnvgenError
from envgen.core.kind_cfg import ClosedModel
from envgen.core.toml_file import read_toml

FourierSeries = tuple[float, tuple[float, ...], tuple[tuple[float, ...], ...], tuple[tuple[float, ...], ...]]
"""Frequency, offset, cos and sin of a `Gait`."""
HARMONICS = 8
_NUMBER = re.compile(r"\d+")


class Wave(ClosedModel):
    """A wave over a group of actuators.

    Attributes:
        names: Actuators: names or patterns such as `hip_*`, in the order of `lags` and `gains`.
        amplitude: In units of the gait: of the action in [-1, 1], or of the control.
        harmonic: Multiple of the gait's frequency; 0 for a constant.
        phase: In turns.
        lag: Phase step in turns from each number in a name to the next.
        turns: Phase in turns that the members span, from the first to one past the last.
        lags: Phase in turns of each member.
        gains: Factor of each member.
        leg: Multiply by the x (forwards) or y (leftwards) component of the direction of leg m; legs are
            evenly spaced, anticlockwise from the front.
        tune: Parameters that `scripts/tune_gait` may change.
    """

    names: tuple[str, ...]
    amplitude: float
    harmonic: int = Field(default=1, ge=0, le=HARMONICS)
    phase: float = 0.0
    lag: float = 0.0
    turns: float = 0.0
    lags: tuple[float, ...] = ()
    gains: tuple[float, ...] = ()
    leg: Literal["x", "y"] | None = None
    tune: tuple[Literal["amplitude", "phase", "lag", "turns"], ...] = ("amplitude", "phase")

    @field_validator("names", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    def members(self, actuators: Sequence[str]) -> list[int]:
        """Return the indices of the wave's actuators; empty if one of its names matches none."""
        found: list[int] = []
        for name in self.names:
            own = [i for i, actuator in enumerate(actuators) if fnmatchcase(actuator, name)]
            if not own:
                return []
            found += [i for i in own if i not in found]
        return found


class Pattern(ClosedModel):
    """A gait for one set of actuators.

    Attributes:
        frequency: In Hz.
        wave: Waves, which are added.
        actuators: Number of actuators that the robot must have; any by default.
        unit: Amplitudes are of actions in [-1, 1] or of controls.
    """

    frequency: float = Field(gt=0, le=20)
    wave: tuple[Wave, ...]
    actuators: int | None = None
    unit: Literal["action", "control"] = "action"


class GaitFile(ClosedModel):
    """A gait file.

    Attributes:
        summary: Description in one line.
        source: Origin of the gait.
        gait: Gaits; the first that fits the robot's actuators counts.
    """

    summary: str
    source: str
    gait: tuple[Pattern, ...] = Field(min_length=1)


def read_gait_file(path: Path) -> GaitFile:
    """Read a gait file.

    Raises:
        EnvgenError: The file can't be read or is malformed.
    """
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise EnvgenError(f"{path}: {error.strerror}", "Give a readable file.") from None


@lru_cache(maxsize=128)
def _read(path: Path, _changed: int) -> GaitFile:
    return read_toml(path, GaitFile, "See docs/policies.md for the format.")


def resolve_gait(
    file: GaitFile, source: str, actuators: Sequence[str], low: Sequence[float], high: Sequence[float]
) -> FourierSeries | None:
    """Return the first gait of a file that fits the actuators, or None.

    Args:
        file: The gaits.
        source: Name of the file for messages.
        actuators: Names of the robot's actuators.
        low: Lower ends of the control ranges.
        high: Upper ends.

    Raises:
        EnvgenError: A list of a wave is not as long as its members.
    """
    for pattern in file.gait:
        fits = pattern.actuators in (None, len(actuators))
        if fits and all(wave.members(actuators) for wave in pattern.wave):
            return fourier_series(pattern, source, actuators, low, high)
    return None


def fourier_series(
    pattern: Pattern, source: str, actuators: Sequence[str], low: Sequence[float], high: Sequence[float]
) -> FourierSeries:
    """Return the Fourier series of a pattern: coefficients by harmonic and actuator."""
    harmonics = max((wave.harmonic for wave in pattern.wave), default=0)
    offset = [0.0] * len(actuators)
    cos = [[0.0] * len(actuators) for _ in range(harmonics)]
    sin = [[0.0] * len(actuators) for _ in range(harmonics)]
    control = pattern.unit == "control"
    if control:  # action 0 is the middle of a range, control 0 need not be
        for i in {i for wave in pattern.wave for i in wave.members(actuators)}:
            offset[i] = -(high[i] + low[i]) / (high[i] - low[i])
    for wave in pattern.wave:
        at = wave.members(actuators)
        _check(wave, len(at), source)
        for m, i in enumerate(at):
            size = wave.amplitude * (wave.gains[m] if wave.gains else 1.0) * _direction(wave, m, len(at))
            if control:
                size *= 2.0 / (high[i] - low[i])
            if wave.harmonic == 0:
                offset[i] += size
                continue
            numbers = _NUMBER.findall(actuators[i])
            number = int(numbers[-1]) if numbers else m
            turns = wave.phase + wave.lag * number + wave.turns * m / len(at)
            angle = 2.0 * math.pi * (turns + (wave.lags[m] if wave.lags else 0.0))
            # cos(wt + angle) = cos(angle) cos(wt) - sin(angle) sin(wt)
            cos[wave.harmonic - 1][i] += size * math.cos(angle)
            sin[wave.harmonic - 1][i] -= size * math.sin(angle)
    return pattern.frequency, tuple(offset), tuple(map(tuple, cos)), tuple(map(tuple, sin))


def _check(wave: Wave, members: int, source: str) -> None:
    for name, values in (("lags", wave.lags), ("gains", wave.gains)):
        if values and len(values) != members:
            group = ", ".join(wave.names)
            raise EnvgenError(
                f"{source}: {name} of {group} has {len(values)} numbers for {members} actuators",
                "Give one per actuator, or leave it out.",
            )


def _direction(wave: Wave, m: int, count: int) -> float:
    if wave.leg is None:
        return 1.0
    heading = 2.0 * math.pi * (m + 0.5) / count
    return math.cos(heading) if wave.leg == "x" else math.sin(heading)
