"""Rejection sampling: a variant is drawn again until it passes validation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from envgen.core.errors import InputError, WorkError
from envgen.core.rng import Streams
from envgen.packs.recipe import Recipe, all_built_in, task_params
from envgen.validate.base import Subject
from envgen.validate.examine import examine, redraw_after
from envgen.validate.report import Report
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import borrow_data, capture_warnings
from envgen.worlds.sampling.draw import Attempt
from envgen.worlds.sampling.teams import Teams
from envgen.worlds.variant import Variant, build

MAX_DRAWS = 12
"""Draws of a variant before it is given up."""
MAX_SAME_GROUND = 3
"""Draws of obstacles on one ground before the ground is drawn again."""
MAX_MEMORY = 4
"""Enlargements of MuJoCo's arena, by 4 each, before the world is drawn again."""


@dataclass(frozen=True, eq=False)
class Accepted:
    """A variant that passed validation and is not written yet.

    Attributes:
        variant: The variant.
        world: The compiled world that was validated.
        report: Report of validation.
        refused: Number of earlier draws that each check refused.
        swept: Values of the sweep, by path.
        stream: Number of its random streams.
    """

    variant: Variant
    world: World
    report: Report
    refused: Mapping[str, int]
    swept: Mapping[str, Any]
    stream: int

    @property
    def draws(self) -> int:
        """Number of draws, this one included."""
        return 1 + sum(self.refused.values())

    @property
    def teams(self) -> Teams:
        """Its agents, teams and roles."""
        return _teams(self.variant)

    @cached_property
    def drawn(self) -> dict[str, Any]:
        """Drawn values by path, as in the manifest."""
        swept = {path: _plain(value) for path, value in self.swept.items()}
        return {**swept, **self.variant.values}


@dataclass(frozen=True)
class Rejected:
    """A variant that was given up.

    Attributes:
        index: Index of the variant.
        refused: Number of draws that each check refused.
        problem: Name of the check or stage that refused the last draw, cause and remedy.
    """

    index: int
    refused: dict[str, int]
    problem: tuple[str, str, str]


def draw_until_valid(recipe: Recipe, index: int) -> Accepted | Rejected:
    """Draw a variant until it passes validation, at most `MAX_DRAWS` times.

    Args:
        recipe: Recipe of the pack.
        index: Index of the variant.
    """
    values, cfg = recipe.cells[index % len(recipe.cells)]
    stream = index // len(recipe.cells)
    refused: Counter[str] = Counter()
    attempt = Attempt()
    problem = ("", "", "")
    for _ in range(MAX_DRAWS):
        try:
            variant = build(cfg, recipe.seed, index, attempt, stream)
        except (WorkError, InputError) as error:  # only some draws may be impossible
            refused["placing"] += 1
            problem = ("placing", error.cause, error.remedy)
            attempt = Attempt(attempt.terrain + 1)
            continue
        subject = compile_subject(variant, recipe, stream)
        report = _examine(subject)
        if report.ok:
            return Accepted(variant, subject.world, report, dict(refused), values, stream)
        failed = report.failed
        assert failed is not None
        refused[failed.check] += 1
        problem = (failed.check, failed.detail, failed.remedy)
        if failed.check == "memory" and attempt.memory < MAX_MEMORY:
            attempt = replace(attempt, memory=attempt.memory + 1)
        elif cfg.obstacles and redraw_after(report) == "obstacles" and attempt.obstacles < MAX_SAME_GROUND:
            attempt = Attempt(attempt.terrain, attempt.obstacles + 1)
        else:
            attempt = Attempt(attempt.terrain + 1)
    return Rejected(index, dict(refused), problem)


def _examine(subject: Subject) -> Report:
    if subject.model is None:
        return examine(subject, stop_at_failure=True)
    with borrow_data(subject.model) as subject.state:
        return examine(subject, stop_at_failure=True)


def compile_subject(variant: Variant, recipe: Recipe, stream: int) -> Subject:
    """Compile the text that would be written."""
    model, problem = None, ""
    with capture_warnings() as caught:
        try:
            model = variant.compile().model
        except WorkError as error:
            problem = error.cause
    return Subject(
        variant.rendered.text.encode(),
        files=variant.rendered.files,
        model=model,
        problem=problem,
        warnings=tuple(caught.messages),
        cell=variant.draw.cell,
        sizes={agent.id: agent.robot.size for agent in variant.draw.agents},
        task=recipe.task,
        params=task_params(variant.values),
        teams=_teams(variant),
        rng=Streams(recipe.seed, stream)("settle"),
        disagreements=variant.draw.physics.disagreements,
        drawn=True,
        built_in=all_built_in(variant.cfg),
    )


def _teams(variant: Variant) -> Teams:
    agents = variant.draw.agents
    teams, roles = [agent.team or agent.id for agent in agents], [agent.role for agent in agents]
    return Teams.of([agent.id for agent in agents], teams, roles)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) or value is None else json.dumps(value)
