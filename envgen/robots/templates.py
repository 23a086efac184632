"""Built-in robots: one Jinja2 template of MJCF each, with parameters in its front matter."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envgen.core.errors import EnvgenError
from envgen.core.families import ROBOTS
from envgen.core.params import Param
from envgen.core.resources import resource
from envgen.core.sensing import SENSORS

if TYPE_CHECKING:
    from jinja2 import Template

_OPEN, _CLOSE = "{#---", "---#}"


@dataclass(frozen=True, eq=False)
class RobotKind:
    """A built-in robot.

    Attributes:
        name: Public name.
        path: Path of the template.
        summary: Description, in a line.
        planar: Whether it moves in its own x-z plane only.
        legged: Whether it walks.
        params: Its parameters by name.
        sources: Sources of masses, limits and gears.
    """

    name: str
    path: Path
    summary: str
    planar: bool = False
    legged: bool = True
    params: Mapping[str, Param] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @property
    def agent(self) -> str:
        """Prefix of its agents' ids, before their number."""
        return self.name

    def mjcf(self, values: Mapping[str, float | int]) -> str:
        """Return the robot as a complete MJCF.

        Args:
            values: Value of each parameter.
        """
        return _template(self.path).render(**values)


@cache
def _template(path: Path) -> Template:
    # imported here: prompts need the registries only, and importing Jinja takes a tenth of such a command
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(path.parent)
    environment = Environment(
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    return environment.get_template(path.name)


def read(path: Path) -> RobotKind:
    """Read the front matter of a robot template.

    Raises:
        EnvgenError: The front matter is missing or malformed.
    """
    text = path.read_text(encoding="utf-8")
    name = path.name.removesuffix(".xml.j2")
    if not text.startswith(_OPEN) or _CLOSE not in text:
        raise EnvgenError(f"{path} has no front matter", f"Begin it with {_OPEN} and end that with {_CLOSE}.")
    try:
        front: dict[str, Any] = tomllib.loads(text[len(_OPEN) : text.index(_CLOSE)])
        params = {key: Param(**spec) for key, spec in front.pop("params", {}).items()} | SENSORS
        sources = tuple(front.pop("sources", ()))
        return RobotKind(name=name, path=path, params=params, sources=sources, **front)
    except (tomllib.TOMLDecodeError, TypeError, AttributeError) as error:
        raise EnvgenError(f"{path}: {error}", "See docs/adding.md for the front matter of a robot.") from None


for _path in sorted((resource("templates") / "robots").glob("*.xml.j2")):
    _robot = read(_path)
    ROBOTS.add(_robot.name, _robot)
