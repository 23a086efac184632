"""One variant of a pack: its verified files and its entry of the manifest."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from envgen.core.deprecation import warn_renamed
from envgen.core.errors import InputError, WorkError
from envgen.core.params import RobotSize
from envgen.core.rng import Streams
from envgen.packs.agent_robots import agent_robots
from envgen.packs.assets import Assets
from envgen.packs.measured import Measured, read_measured
from envgen.packs.randomize_settings import randomize_settings
from envgen.packs.recipe import ENV, task_params, variant_folder
from envgen.packs.store import Store
from envgen.robots.xml import UnsafeXml, named_files, parse
from envgen.validate.report import Report
from envgen.worlds.compiled.measure import measure_agent
from envgen.worlds.compiled.state import start
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import Model, capture_warnings, compile_text
from envgen.worlds.sampling.teams import Teams


@dataclass(frozen=True, eq=False)
class PackVariant:
    """One variant of a pack.

    Attributes:
        entry: Its entry of the manifest.
        cell: Cell of the ground map where the terrain is boxes, in m.
        manifest: Manifest of the pack.
    """

    store: Store
    entry: Mapping[str, Any]
    cell: float
    assets: Assets
    manifest: Mapping[str, Any]

    @property
    def index(self) -> int:
        """Its place in the pack."""
        return int(self.entry["index"])

    @property
    def difficulty(self) -> float:
        """0 (easy) to 1 (hard)."""
        return float(self.entry["difficulty"])

    @property
    def drawn(self) -> Mapping[str, Any]:
        """Drawn values by path."""
        drawn: Mapping[str, Any] = self.entry["drawn"]
        return drawn

    @property
    def report(self) -> Report:
        """Report of validation from when it was made."""
        return Report.from_json(self.entry["report"])

    @property
    def agents(self) -> list[str]:
        """Agent ids in the order of the model."""
        return list(self.entry["agents"])

    @property
    def teams(self) -> Teams:
        """Its agents with their teams and roles."""
        return Teams.of(self.agents, self.entry.get("teams"), self.entry.get("roles"))

    @property
    def robots(self) -> dict[str, str]:
        """Name of each agent's robot: its kind, `<source>:<name>` or the name of its file."""
        return agent_robots(self.agents, self.manifest["cfg"]["robots"], self.drawn)

    @property
    def measured(self) -> list[Measured]:
        """Failure rates of policies on it, as `envgen eval --write` keeps them."""
        return read_measured(self.entry)

    @property
    def cast(self) -> Teams:
        """Deprecated name of `teams`."""
        warn_renamed("PackVariant.cast", "PackVariant.teams")
        return self.teams

    @property
    def sizes(self) -> dict[str, RobotSize]:
        """Size of each agent's robot, as far as task terms need it."""
        sizes = self.entry.get("sizes")
        if sizes is None:  # a pack of envgen 0.1
            world = self.world()
            state = start(world.model)
            return {agent: measure_agent(world, state, agent) for agent in self.agents}
        return {agent: RobotSize(**size) for agent, size in zip(self.agents, sizes)}

    @property
    def task(self) -> Mapping[str, Any]:
        """The task as data."""
        task: Mapping[str, Any] = self.manifest["task"]
        return task

    @property
    def params(self) -> dict[str, float]:
        """The parameters of the task, as drawn."""
        return task_params(self.drawn)

    def setting(self, path: str) -> Any:
        """Return the value of an EnvCfg key such as `control.frame_skip`; distributions as JSON."""
        if path in self.drawn:
            value = self.drawn[path]  # a sweep writes lists as JSON
            return json.loads(value) if isinstance(value, str) else value
        value = self.manifest["cfg"]
        for key in path.split("."):
            value = value[key]
        return value

    @property
    def randomize(self) -> dict[str, Any]:
        """Settings of the draws of its episodes, by key of `EnvCfg.randomize`, as plain data."""
        keys = self.manifest["cfg"]["randomize"]
        return randomize_settings({key: self.setting(f"randomize.{key}") for key in keys}, self.params)

    @property
    def streams(self) -> Streams:
        """Its random streams; the variants of one cycle of a sweep share theirs."""
        return Streams(int(self.manifest["seed"]), stream_of(self.manifest, self.index))

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Its files by name, verified against the manifest.

        Raises:
            InputError: One is missing or was changed.
        """
        files = {}
        for name, digest in self.entry["files"].items():
            path = f"{variant_folder(self.index)}/{name}"
            content = self.store.read(path)
            if hashlib.sha256(content).hexdigest() != digest:
                raise InputError(
                    f"{self.store.path}: {path} differs from what the pack was made with",
                    "Make the pack again: `envgen make … --resume` replaces damaged variants.",
                )
            files[name] = content
        return files

    @property
    def xml(self) -> str:
        """The text of its env.xml."""
        return self.files[ENV].decode()

    def model(self) -> Model:
        """Compile it to a new `mujoco.MjModel`; keyframe 0 is the start.

        Raises:
            InputError: Its files were changed, or name files outside the pack.
            WorkError: MuJoCo refuses it.
        """
        try:
            with capture_warnings():
                return compile_text(*self.sources())
        except WorkError as error:
            raise self.broken(error) from None

    def broken(self, error: WorkError) -> WorkError:
        """Return the error of a model that MuJoCo refuses, with the name of the variant."""
        return WorkError(
            f"{self.store.path}: variant {self.index} is broken: {error.cause}",
            "Make the pack again, or leave the variant out.",
        )

    def sources(self) -> tuple[str, dict[str, bytes]]:
        """Return an env.xml that can be compiled from memory, and the contents of the files that it names.

        Raises:
            InputError: Its files were changed, or name files outside the pack.
        """
        others = {name: content for name, content in self.files.items() if name != ENV}
        check_names(self.files[ENV], others.keys() | self.assets.names, str(self.store.path))
        text, shared = self.assets.resolve(self.xml)
        return text, {**others, **shared}

    def world(self) -> World:
        """Compile it to a world with ground map, agents, goals and obstacles."""
        return World(self.model(), self.cell)

    def __repr__(self) -> str:
        kinds = ", ".join(self.agents)
        return f"<variant {self.index}: {kinds}, difficulty {self.difficulty:.2f}>"


def stream_of(manifest: Mapping[str, Any], index: int) -> int:
    """Return the number of a variant's random streams, which a cycle of a sweep shares."""
    return index // math.prod(len(axis["values"]) for axis in manifest.get("sweep", []))


def check_names(text: bytes, files: Set[str], source: str) -> None:
    """Refuse an env.xml that names a file outside the manifest: MuJoCo would read it from the disk.

    Raises:
        InputError: It names such a file, or is not safe to read.
    """
    try:
        foreign = sorted({name for _, name in named_files(parse(text))} - files)
    except UnsafeXml as error:
        raise InputError(
            f"{source}: an env.xml is not safe to read: {error}", "Don't use this pack."
        ) from None
    if foreign:
        raise InputError(
            f"{source}: an env.xml names {foreign[0]!r}, which is not in the manifest",
            "Don't use this pack: it may be an attack.",
        )
