"""Gaits as data: a TOML file of waves over groups of actuators, resolved for a robot's actuators.

    action of member m = sum over waves of
        amplitude * gains[m] * leg * cos(2 pi (harmonic * frequency * t + phase + lag * number + lags[m]
                                               + turns * m / count))

`harmonic = 0` is a constant: amplitude * gains[m] * leg. `number` is that in the actuator's name, or else m.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from envgen.core.errors import EnvgenError

Resolved = tuple[float, tuple[float, ...], tuple[tuple[float, ...], ...], tuple[tuple[float, ...], ...]]
"""Frequency, offset, cos and sin of a `Gait`."""
HARMONICS = 8
_NUMBER = re.compile(r"\d+")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Wave(_Part):
    """A wave over a group of actuators.

    Attributes:
        names: Which: names or patterns such as `hip_*`, in the order in which lists count them.
        amplitude: Of the action, or of the control in its own unit where the gait says so.
        harmonic: How often a period; 0 for a constant.
        phase: In turns.
        lag: Turns by which each number in a name is ahead of the one before.
        turns: Turns from the first to behind the last member.
        lags: Turns, by member.
        gains: Factors, by member.
        leg: Multiply by the x (forwards) or y (leftwards) part of the direction in which leg m of count
            legs points: they are evenly spaced, anticlockwise from the front.
        tune: What `scripts/tune_gait` may change.
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
        """Indices of the actuators that it moves; empty if one of its names is missing."""
        found: list[int] = []
        for name in self.names:
            own = [i for i, actuator in enumerate(actuators) if fnmatchcase(actuator, name)]
            if not own:
                return []
            found += [i for i in own if i not in found]
        return found


class Pattern(_Part):
    """A gait for one shape of a robot.

    Attributes:
        frequency: Periods a second, in Hz.
        wave: Its waves; they add up.
        actuators: Only for a robot with so many; by default for any.
        unit: Whether amplitudes are of actions in [-1, 1] or of controls.
    """

    frequency: float = Field(gt=0, le=20)
    wave: tuple[Wave, ...]
    actuators: int | None = None
    unit: Literal["action", "control"] = "action"


class GaitFile(_Part):
    """A file of gaits.

    Attributes:
        summary: What it looks like, in a line.
        source: Where it comes from.
        gait: The gaits; the first that fits a robot's actuators counts.
    """

    summary: str
    source: str
    gait: tuple[Pattern, ...] = Field(min_length=1)


def read(path: Path) -> GaitFile:
    """Read a file of gaits.

    Raises:
        EnvgenError: It can't be read or is malformed.
    """
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise EnvgenError(f"{path}: {error.strerror}", "Give a readable file.") from None


@lru_cache(maxsize=128)
def _read(path: Path, _changed: int) -> GaitFile:
    try:
        return GaitFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EnvgenError(f"{path}: {error}", "Write it as TOML; see docs/policies.md.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EnvgenError(f"{path}: {where}: {first['msg']}", "See docs/policies.md for its keys.") from None


def resolve(
    file: GaitFile, source: str, actuators: Sequence[str], low: Sequence[float], high: Sequence[float]
) -> Resolved | None:
    """The first gait of a file that fits, for these actuators; None if none fits.

    Args:
        file: The gaits.
        source: What messages call it.
        actuators: Names of the robot's actuators.
        low: Lower ends of their controls.
        high: Upper ends.

    Raises:
        EnvgenError: A list of a wave is not as long as its members.
    """
    for pattern in file.gait:
        fits = pattern.actuators in (None, len(actuators))
        if fits and all(wave.members(actuators) for wave in pattern.wave):
            return plain(pattern, source, actuators, low, high)
    return None


def plain(
    pattern: Pattern, source: str, actuators: Sequence[str], low: Sequence[float], high: Sequence[float]
) -> Resolved:
    """A pattern as offsets, cosines and sines by harmonic and actuator."""
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
                "Give one for each, or leave it out.",
            )


def _direction(wave: Wave, m: int, count: int) -> float:
    if wave.leg is None:
        return 1.0
    heading = 2.0 * math.pi * (m + 0.5) / count
    return math.cos(heading) if wave.leg == "x" else math.sin(heading)
