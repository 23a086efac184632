"""What a pack is made of, and one variant of it made and written."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from envgen.build.cast import Cast
from envgen.build.engine import VERSION, listening
from envgen.build.objects import object_names
from envgen.build.sample import Attempt
from envgen.build.variant import Variant, build
from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError, WorkError
from envgen.core.families import ROBOTS, TASKS, TERRAINS
from envgen.core.overrides import Sweep, apply, combinations
from envgen.core.params import FileParam, specs
from envgen.core.rng import Streams
from envgen.validate.base import Subject
from envgen.validate.examine import blame, examine
from envgen.validate.report import Report

SCHEMA = 1
MAX_DRAWS = 12
"""Draws of one variant before it is given up."""
MAX_SAME_GROUND = 3
"""New obstacles on one ground before the ground is drawn again too."""
MAX_MEMORY = 4
"""Times that the arena of a world is made four times larger before the world is drawn again."""
ENV = "env.xml"
SIZES = ("leg", "stand", "radius", "height")
"""Constants of an agent that task terms may name, in m."""


@dataclass(frozen=True)
class Recipe:
    """All that decides the bytes of a pack, but for how many variants it has.

    Attributes:
        cfg: The distribution.
        seed: Seed, >= 0.
        sweep: Axes over which the variants cycle; the draws of one cycle are the same.
    """

    cfg: EnvCfg
    seed: int
    sweep: tuple[Sweep, ...] = ()

    @cached_property
    def cells(self) -> list[tuple[dict[str, Any], EnvCfg]]:
        """Each combination of the sweep with its EnvCfg; without a sweep, the EnvCfg alone.

        Raises:
            InputError: A combination breaks the schema, or would need a task of its own.
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
        """Plain data that two recipes share just if their packs have the same variants."""
        inputs = {"inputs": self.inputs} if self.inputs else {}
        return {
            "schema": SCHEMA,
            **inputs,
            "name": self.cfg.name,
            "prompt": self.cfg.prompt,
            "seed": self.seed,
            "versions": versions(),
            "cfg": cfgio.dump(self.cfg),
            "sweep": [{"path": axis.path, "values": list(axis.values)} for axis in self.sweep],
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
        return dict(sorted(item for cfg in cfgs for item in digests(cfg).items()))

    @cached_property
    def task(self) -> dict[str, Any]:
        """The task as data."""
        return _task_data(self.cfg)


def _task_data(cfg: EnvCfg) -> dict[str, Any]:
    kind = TASKS.get(cfg.task.kind)
    terms = kind.terms().to_json(cfg.task.weights)
    return {"kind": kind.kind, "goals": kind.goals, "objects": object_names(cfg), **terms}


def digests(cfg: EnvCfg) -> dict[str, str]:
    """SHA-256 of each file that an EnvCfg names, by path.

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
    """Versions on which the bytes of a pack depend."""
    from importlib.metadata import version

    import envgen

    return {"envgen": envgen.__version__, "mujoco": VERSION, "numpy": version("numpy")}


@dataclass(frozen=True)
class Made:
    """One variant that was made, or given up.

    Attributes:
        index: Its place in the pack.
        line: Its entry of the manifest as JSON, or empty if it was given up.
        difficulty: As drawn.
        refused: How many draws each check refused.
        problem: Why it was given up: name of the check or stage, cause and remedy.
    """

    index: int
    line: str
    difficulty: float
    refused: dict[str, int]
    problem: tuple[str, str, str] | None = None


def make_variant(recipe: Recipe, index: int, folder: Path) -> Made:
    """Draw, validate and write one variant; refused draws are drawn again.

    Args:
        recipe: Of the pack.
        index: Place in the pack.
        folder: Of the pack.

    Raises:
        OSError: It can't be written.
    """
    values, cfg = recipe.cells[index % len(recipe.cells)]
    stream = index // len(recipe.cells)
    refused: Counter[str] = Counter()
    attempt = Attempt()
    problem = ("", "", "")
    for _ in range(MAX_DRAWS):
        try:
            variant = build(cfg, recipe.seed, index, attempt, stream)
        except (WorkError, InputError) as error:  # what was drawn may not go together in some variants only
            refused["placing"] += 1
            problem = ("placing", error.cause, error.remedy)
            attempt = Attempt(attempt.terrain + 1)
            continue
        report = _validate(variant, recipe, stream)
        if report.ok:
            entry = _write(variant, report, refused, values, folder)
            return Made(index, entry, variant.draw.difficulty, dict(refused))
        failed = report.failed
        assert failed is not None
        refused[failed.check] += 1
        problem = (failed.check, failed.detail, failed.remedy)
        if failed.check == "memory" and attempt.memory < MAX_MEMORY:
            attempt = replace(attempt, memory=attempt.memory + 1)
        elif cfg.obstacles and blame(report) == "obstacles" and attempt.obstacles < MAX_SAME_GROUND:
            attempt = Attempt(attempt.terrain, attempt.obstacles + 1)
        else:
            attempt = Attempt(attempt.terrain + 1)
    return Made(index, "", 0.0, dict(refused), problem)


def _validate(variant: Variant, recipe: Recipe, stream: int) -> Report:
    """Check the very text that is written."""
    model, problem = None, ""
    with listening() as caught:
        try:
            model = variant.compile().model
        except WorkError as error:
            problem = error.cause
    subject = Subject(
        variant.rendered.text.encode(),
        files=variant.rendered.files,
        model=model,
        problem=problem,
        warnings=tuple(caught.messages),
        cell=variant.draw.cell,
        sizes={agent.id: agent.robot.size for agent in variant.draw.agents},
        task=recipe.task,
        params=task_params(variant.draw.values),
        cast=_cast(variant),
        rng=Streams(recipe.seed, stream)("settle"),
        disagreements=variant.draw.physics.disputes,
        drawn=True,
    )
    return examine(subject, stop_at_failure=True)


def _cast(variant: Variant) -> Cast:
    agents = variant.draw.agents
    teams, roles = [agent.team or agent.id for agent in agents], [agent.role for agent in agents]
    return Cast.of([agent.id for agent in agents], teams, roles)


def task_params(drawn: Mapping[str, Any]) -> dict[str, float]:
    """The parameters of the task among drawn values."""
    return {key[5:]: value for key, value in drawn.items() if key.startswith("task.")}


def variant_folder(index: int) -> str:
    """`variants/00017`."""
    return f"variants/{index:05d}"


def _write(
    variant: Variant, report: Report, refused: Mapping[str, int], values: Mapping[str, Any], folder: Path
) -> str:
    """Write the files of a variant, all or nothing, and return its entry as JSON."""
    files = {ENV: variant.rendered.text.encode(), **variant.rendered.files}
    target = folder / variant_folder(variant.index)
    staged = target.with_name(f".{target.name}.part")
    try:
        if staged.exists():  # left by a kill
            shutil.rmtree(staged)
        staged.mkdir(parents=True)
        for name, content in files.items():
            (staged / name).write_bytes(content)
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)
        os.rename(staged, target)
    except OSError:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    entry = {
        "index": variant.index,
        "difficulty": variant.draw.difficulty,
        "draws": 1 + sum(refused.values()),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "agents": [agent.id for agent in variant.draw.agents],
        **_players(variant),
        "drawn": {**{path: _plain(value) for path, value in values.items()}, **variant.draw.values},
        "report": report.to_json(),
        "notes": list(variant.notes),
    }
    return json.dumps(entry, separators=(", ", ": "), ensure_ascii=False)


def _players(variant: Variant) -> dict[str, Any]:
    """What evaluating the task needs to know of the agents, each in their order."""
    cast, agents = _cast(variant), variant.draw.agents
    players: dict[str, Any] = {}
    if len(agents) > 1:
        players["teams"] = list(cast.teams)
    if any(cast.roles):
        players["roles"] = list(cast.roles)
    sizes = [agent.robot.size for agent in agents]
    players["sizes"] = [{key: getattr(size, key) for key in SIZES} for size in sizes]
    return players


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) or value is None else json.dumps(value)
