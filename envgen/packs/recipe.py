"""The recipe of a pack: everything that determines its bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError
from envgen.core.families import ROBOTS, TASKS, TERRAINS
from envgen.core.overrides import Sweep, apply, combinations
from envgen.core.params import FileParam, specs
from envgen.worlds.compiler import VERSION
from envgen.worlds.sampling.task_object import object_names

SCHEMA = 1
ENV = "env.xml"
SIZES = ("leg", "stand", "radius", "height")
"""Constants of an agent that task terms may name, in m."""


@dataclass(frozen=True)
class Recipe:
    """Everything that determines the bytes of a pack, except its number of variants.

    Attributes:
        cfg: The distribution.
        seed: Seed, >= 0.
        sweep: Axes over which the variants cycle; the draws of one cycle are the same.
        select: The rule by which some of the variants are kept, as plain data; None keeps all.
    """

    cfg: EnvCfg
    seed: int
    sweep: tuple[Sweep, ...] = ()
    select: Mapping[str, Any] | None = None

    @cached_property
    def cells(self) -> list[tuple[dict[str, Any], EnvCfg]]:
        """Combinations of the sweep, each with its EnvCfg; without a sweep, the EnvCfg alone.

        Raises:
            InputError: A combination breaks the schema, or changes the task.
        """
        cells = [(values, apply(self.cfg, values)) for values in combinations(self.sweep)]
        axes = [axis.path for axis in self.sweep if axis.path.startswith(("task", "obstacles"))]
        if axes and any(_task_data(cfg) != self.task for _, cfg in cells):
            raise InputError(
                f"a sweep of {axes[0]} would change the task, and a pack has one task for all its variants",
                "Make a pack for each value with --set.",
            )
        return cells

    def header(self) -> dict[str, Any]:
        """Return plain data that is equal for recipes of the same variants, and only for them."""
        inputs = {"inputs": self.inputs} if self.inputs else {}
        select = {"select": dict(self.select)} if self.select is not None else {}
        return {
            "schema": SCHEMA,
            **inputs,
            "name": self.cfg.name,
            "prompt": self.cfg.prompt,
            "seed": self.seed,
            "versions": versions(),
            "cfg": cfgio.dump(self.cfg),
            "sweep": [{"path": axis.path, "values": list(axis.values)} for axis in self.sweep],
            **select,
            "task": self.task,
        }

    @cached_property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of each file that the EnvCfg names, by path.

        Raises:
            InputError: One is missing or unfit.
        """
        # a sweep names further files only where its values are not numbers
        names = any(not isinstance(v, int | float) for axis in self.sweep for v in axis.values)
        cfgs = [cfg for _, cfg in self.cells] if names else [self.cfg]
        return dict(sorted(item for cfg in cfgs for item in input_digests(cfg).items()))

    @cached_property
    def task(self) -> dict[str, Any]:
        """The task as data."""
        return _task_data(self.cfg)


def _task_data(cfg: EnvCfg) -> dict[str, Any]:
    kind = TASKS.get(cfg.task.kind)
    terms = kind.terms().to_json(cfg.task.weights)
    return {"kind": kind.kind, "goals": kind.goals, "objects": object_names(cfg), **terms}


def input_digests(cfg: EnvCfg) -> dict[str, str]:
    """Return the SHA-256 of each file that an EnvCfg names, by path.

    Raises:
        InputError: One is missing or unfit.
    """
    found = {}
    for entry in cfg.terrain.sub_terrains:
        for key, spec in specs(TERRAINS.get(entry.kind)).items():
            if isinstance(spec, FileParam) and spec.digest:
                path = str(entry.params[key])
                found[path] = spec.digest(path)
    for robot in cfg.robots:
        files = getattr(ROBOTS.get(robot.model), "inputs", None)
        if files:
            found[robot.model] = hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()
    return found


def versions() -> dict[str, str]:
    """Return the versions on which the bytes of a pack depend."""
    from importlib.metadata import version

    from envgen.core.version import __version__

    return {"envgen": __version__, "mujoco": VERSION, "numpy": version("numpy")}


def task_params(drawn: Mapping[str, Any]) -> dict[str, float]:
    """Return the parameters of the task among drawn values."""
    return {key[5:]: value for key, value in drawn.items() if key.startswith("task.")}


def variant_folder(index: int) -> str:
    """Return the folder of a variant in a pack, such as `variants/00017`."""
    return f"variants/{index:05d}"


def all_built_in(cfg: EnvCfg) -> bool:
    """Return whether all robots are registered kinds and none is an external file."""
    return all(robot.model in ROBOTS for robot in cfg.robots)
