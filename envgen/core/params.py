"""Parameters of kinds: their units, ranges, defaults and difficulty maps.

A kind (of terrain, obstacle, task) is a frozen dataclass with fields made by `param`. The class is the
registry entry; an instance holds the values drawn for one variant.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from envgen.core import dist
from envgen.core.dist import Dist
from envgen.core.errors import suggestion
from envgen.core.rng import Streams

Scale = Literal["", "leg", "radius", "height"]
K = TypeVar("K")


@dataclass(frozen=True)
class RobotSize:
    """Size and abilities of a robot, measured on its compiled model in its home pose.

    Attributes:
        leg: Height of the hip above the sole, in m: the unit of difficulty.
        stand: Height of the root above the sole, in m.
        radius: Radius of the circle around the root that contains the robot, in m.
        height: Height from the lowest to the highest point, in m.
        step: Highest step that it is expected to climb, in m.
        slope: Steepest slope that it is expected to climb, as rise/run.
        gap: Widest gap that it is expected to cross, in m.
    """

    leg: float = 0.5
    stand: float = 0.5
    radius: float = 0.5
    height: float = 0.7
    step: float = 0.2
    slope: float = 0.7
    gap: float = 0.4


@dataclass(frozen=True)
class Param:
    """One parameter of a kind.

    Attributes:
        unit: SI unit, empty for a count or ratio.
        low: Least allowed value.
        high: Greatest allowed value.
        doc: Description, in a line.
        default: Value if none is given and difficulty doesn't set it.
        easy: Value at difficulty 0, in `scale` units.
        hard: Value at difficulty 1, in `scale` units.
        scale: The unit of `easy`, `hard` and `default`: the robot's leg, radius or height, or empty.
        integer: Whether values must be integers.
    """

    unit: str
    low: float
    high: float
    doc: str
    default: float | None = None
    easy: float | None = None
    hard: float | None = None
    scale: Scale = ""
    integer: bool = False

    def at(self, difficulty: float, size: RobotSize) -> float | int:
        """Return the value at a difficulty (0 to 1) for a robot of a size, clipped to the range."""
        if self.easy is not None and self.hard is not None:
            value = self.easy + (self.hard - self.easy) * difficulty
        else:
            value = self.default if self.default is not None else self.low
        if self.scale:
            value *= float(getattr(size, self.scale))
        value = min(max(value, self.low), self.high)
        return round(value) if self.integer else value

    def parse(self, value: Any) -> Dist:
        """Check a given number or distribution.

        Raises:
            ValueError: It is malformed or out of range.
        """
        parsed = dist.check_range(dist.parse(value), self.low, self.high, self.unit)
        return dist.check_integer(parsed) if self.integer else parsed


@dataclass(frozen=True)
class FileParam(Param):
    """A required parameter that is the path of a file.

    Attributes:
        suffixes: Allowed ends of its name.
        digest: Returns the SHA-256 of the file; raises InputError if its content is unfit.
    """

    suffixes: tuple[str, ...] = ()
    digest: Callable[[str], str] | None = None

    def at(self, difficulty: float, size: RobotSize) -> float | int:
        raise TypeError("a file parameter must be given: it has no default")

    def parse(self, value: Any) -> Dist:
        """Check a given path; the file itself is read later.

        Raises:
            ValueError: It is not the path of such a file.
        """
        kinds = " or ".join(self.suffixes)
        if not isinstance(value, str) or not value or "\0" in value:
            raise ValueError(f"{value!r:.80} is not the path of a {kinds} file")
        if len(value) > MAX_PATH or not value.lower().endswith(self.suffixes):
            raise ValueError(f"{value!r:.80} is not the path of a {kinds} file: its name must end so")
        path: Dist = value  # type: ignore[assignment]  # a text, where other parameters are numbers
        return path


MAX_PATH = 4000
"""Most characters of a path."""


def file_param(doc: str, *, suffixes: tuple[str, ...], digest: Callable[[str], str]) -> Any:
    """Declare a dataclass field that is the path of a file; see `FileParam` for the arguments."""
    spec = FileParam("", 0, 0, doc, suffixes=suffixes, digest=digest)
    return dataclasses.field(metadata={"param": spec})


def param(
    unit: str,
    low: float,
    high: float,
    doc: str,
    *,
    default: float | None = None,
    easy: float | None = None,
    hard: float | None = None,
    scale: Scale = "",
    integer: bool = False,
) -> Any:
    """Declare a dataclass field that is a parameter; see `Param` for the arguments."""
    spec = Param(unit, low, high, doc, default, easy, hard, scale, integer)
    return dataclasses.field(metadata={"param": spec})


def specs(kind: type[Any]) -> dict[str, Param]:
    """Return the parameters of a kind by name, in the order of their declaration."""
    return {f.name: f.metadata["param"] for f in dataclasses.fields(kind) if "param" in f.metadata}


def check(known: Mapping[str, Param], given: Mapping[str, Any], owner: str) -> dict[str, Dist]:
    """Parse the parameters given for a kind.

    Raises:
        ParamError: A name is unknown or a value is wrong; `.key` is the name.
    """
    parsed = {}
    for key, value in given.items():
        if key not in known:
            raise ParamError(key, f"{owner} has no parameter {key!r}", suggestion(key, known))
        try:
            parsed[key] = known[key].parse(value)
        except ValueError as error:
            raise ParamError(key, str(error), known[key].doc) from None
    for key, spec in known.items():
        if isinstance(spec, FileParam) and key not in given:
            raise ParamError(key, f"{owner} needs a file", f"Give {key}: {spec.doc}.")
    return parsed


class ParamError(Exception):
    """A wrong parameter of a kind, raised before its path in the EnvCfg is known."""

    def __init__(self, key: str, cause: str, remedy: str) -> None:
        super().__init__(cause)
        self.key = key
        self.cause = cause
        self.remedy = remedy


def draw(
    known: Mapping[str, Param],
    given: Mapping[str, Dist],
    streams: Streams,
    name: str,
    *,
    difficulty: float,
    size: RobotSize,
    attempt: int = 0,
) -> dict[str, Any]:
    """Draw the parameters of a kind: given ones from their distributions, the others by difficulty.

    Each parameter has its own random stream, so that giving one never shifts another.
    """
    values: dict[str, Any] = {}
    for key, spec in known.items():
        if key not in given:
            values[key] = spec.at(difficulty, size)
            continue
        value = given[key]
        if isinstance(spec, FileParam):
            values[key] = value
        elif isinstance(value, int | float):
            values[key] = round(value) if spec.integer else float(value)
        else:
            values[key] = dist.sample(value, streams(f"{name}.{key}", attempt), integer=spec.integer)
    return values
