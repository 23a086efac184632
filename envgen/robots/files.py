"""Robots from MJCF files: a path, or `<source>:<name>` of an installed package or a menagerie."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from envgen.core.errors import InputError
from envgen.core.families import ROBOTS
from envgen.core.params import Param
from envgen.core.robot_names import agent_name, is_file
from envgen.core.sensing import SENSORS
from envgen.robots.adapters import Adapter, load_adapter
from envgen.robots.sources import locate
from envgen.robots.xml import MAX_BYTES, UnsafeXml, all_files, check_xml, escapes, parse

LOADABLE = (".obj", ".stl", ".png", ".msh", ".ktx", ".xml", ".mjcf", ".bin", ".skn", ".hf")
"""Formats that every build of MuJoCo reads; others need decoders that its browser build lacks."""
MAX_BODIES = 100
"""Most nested bodies: beyond some 130, the 64 kB stack of MuJoCo's browser build overflows."""


@dataclass(frozen=True, eq=False)
class RobotFile:
    """A robot described by an MJCF file.

    Attributes:
        name: Name as the user gave it.
        path: Path of the file.
        agent: Prefix of its agents' ids, before their number.
        adapter: Additions that its package makes in code, or None.
        params: Its parameters by name.
    """

    name: str
    path: Path
    agent: str
    adapter: Adapter | None = None
    params: Mapping[str, Param] = field(default_factory=lambda: SENSORS)

    @property
    def summary(self) -> str:
        """A description, in a line."""
        return f"the robot of {self.path.name}"

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of its numbers."""
        return (self.name,)

    @cached_property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of the file and of each file that it names, by path relative to its folder.

        Raises:
            InputError: A file is missing, not XML, unsafe, or in a format that browsers can't load.
        """
        text = self._read()
        digests = {self.path.name: hashlib.sha256(text).hexdigest()}
        try:
            check_xml(text)
            root = parse(text)
            named = sorted({path for _, path in all_files(text, self.path.parent)})
        except UnsafeXml as error:
            raise self._refused(
                str(error), "Give an MJCF file that is well-formed and of modest size."
            ) from None
        if root.tag != "mujoco":
            raise self._refused(f"its root is <{root.tag}>, not <mujoco>", "Give an MJCF file.")
        deepest = max((_depth(body) for body in root.iter("body")), default=0)
        if deepest > MAX_BODIES:
            raise self._refused(
                f"{deepest} bodies are nested, over the bound of {MAX_BODIES}", "Flatten its kinematic tree."
            )
        if next(root.iter("plugin"), None) is not None:
            raise self._refused("it needs a plugin, which browsers can't load", "Remove the <plugin>.")
        for path in named:
            digests[path] = self._checked(path)
        return digests

    @property
    def folder(self) -> str:
        """Folder of its files in a pack; it has a digest, as robots from different files may share a name."""
        digest = hashlib.sha256(json.dumps(sorted(self.inputs.items())).encode()).hexdigest()
        return f"{self.agent}-{digest[:8]}"

    def _checked(self, path: str) -> str:
        """Return the SHA-256 of a file that the MJCF names, after checks."""
        if escapes(path, self.path.parent):
            raise self._refused(
                f"it names {path!r}, which is outside its folder", "Move the file beside the MJCF."
            )
        if not path.lower().endswith(LOADABLE):
            raise self._refused(
                f"{path!r} is in a format that MuJoCo can't load in a browser",
                "Convert it: meshes to OBJ or STL, textures to PNG.",
            )
        try:
            content = (self.path.parent / path).read_bytes()
        except OSError:
            raise self._refused(
                f"its file {path!r} is missing", "Put it at the path that the MJCF names."
            ) from None
        return hashlib.sha256(content).hexdigest()

    def _read(self) -> bytes:
        try:
            if not self.path.is_file():
                raise InputError(
                    f"there is no robot file {self.path}",
                    "Give the path of an MJCF file; see `envgen list robots`.",
                )
            if self.path.stat().st_size > MAX_BYTES:
                raise self._refused(
                    f"it is over {MAX_BYTES // 10**6} MB", "Move its data into files beside it."
                )
            return self.path.read_bytes()
        except OSError as error:
            raise self._refused(f"it can't be read: {error.strerror}", "Give a readable file.") from None

    def _refused(self, cause: str, remedy: str) -> InputError:
        return InputError(f"robot {self.name!r} can't be used: {cause}", remedy)


def _depth(body: object) -> int:
    """Return the number of nested <body> elements down to this one."""
    depth = 0
    while body is not None:
        depth += getattr(body, "tag", "") == "body"
        body = body.getparent()  # type: ignore[attr-defined]
    return depth


def find(name: str) -> RobotFile | None:
    """Return the robot of a path or `<source>:<name>`, or None for any other name.

    Raises:
        InputError: There is no such robot, or it can't be used.
    """
    if is_file(name):
        path, source, wanted = Path(name).expanduser(), "", ""
    elif ":" in name:
        source, wanted = name.split(":", 1)
        path = locate(source, wanted)
    else:
        return None
    try:
        about = path.stat()
        state = (about.st_mtime_ns, about.st_size)
    except OSError:
        state = (0, 0)
    return _read(name, path, source, wanted, state)


@lru_cache(maxsize=64)
def _read(name: str, path: Path, source: str, wanted: str, state: tuple[int, int]) -> RobotFile:
    """Return the robot; cached for each state of its file."""
    robot = RobotFile(name, path, agent_name(name), load_adapter(source, wanted) if source else None)
    _ = robot.inputs  # raise errors now rather than at the first variant
    return robot


ROBOTS.finder = find
