"""`envgen bench acceptance`: share of valid variants by terrain, robot and task, with causes of rejection."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from envgen.bench.base import Result, Row
from envgen.core import cfgio
from envgen.core.errors import InputError
from envgen.core.families import ROBOTS, TERRAINS
from envgen.core.params import FileParam, specs
from envgen.packs.recipe import Recipe
from envgen.packs.writing import make_variant

DIFFICULTIES = (0.1, 0.5, 0.9)
WITHIN = 5
"""Number of draws within which a variant should be valid."""


@dataclass(frozen=True)
class Cell:
    """Result for a terrain, a robot, a difficulty and a task.

    Attributes:
        first: Variants valid at the first draw.
        soon: Variants valid within five draws.
        why: Causes of rejection of the others, with the number of variants.
    """

    terrain: str
    robot: str
    difficulty: float
    task: str
    tried: int
    first: int
    soon: int
    why: Counter[str]


def acceptance(
    count: int = 2,
    tasks: Iterable[str] = ("walk", "goal", "race"),
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Try every procedural terrain with every built-in robot, easy to hard.

    Args:
        count: Variants of each combination.
        tasks: Kinds of tasks.
        jobs: Processes; by default one for each processor.
        progress: Called with the number done and the total.
    """
    grounds = [
        name
        for name, kind in TERRAINS
        if not any(isinstance(spec, FileParam) for spec in specs(kind).values())
    ]
    todo = [(*names, count) for names in product(grounds, ROBOTS.names(), DIFFICULTIES, tasks)]
    cells: list[Cell] = []
    context = multiprocessing.get_context()
    with ProcessPoolExecutor(jobs or os.cpu_count(), context) as pool:
        for cell in pool.map(_try, todo, chunksize=8):
            cells.append(cell)
            if progress:
                progress(len(cells), len(todo))
    return _result(cells)


def _try(what: tuple[str, str, float, str, int]) -> Cell:
    terrain, robot, difficulty, task, count = what
    first = soon = 0
    why: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for index in range(count):
            try:
                cfg = cfgio.parse(
                    {
                        "terrain": {"size": [16, 16], "sub_terrains": [{"kind": terrain}]},
                        "robots": [{"model": robot}],
                        "task": {"kind": task},
                        "difficulty": difficulty,
                    }
                )
                made = make_variant(Recipe(cfg, 3), index, Path(folder))
            except InputError as error:
                why[error.cause] += 1
                continue
            draws = sum(made.refused.values())
            first += made.problem is None and draws == 0
            soon += made.problem is None and draws < WITHIN
            if made.problem is not None:
                why[made.problem[0]] += 1
            elif draws >= WITHIN:
                why["late"] += 1
    return Cell(terrain, robot, difficulty, task, count, first, soon, why)


def _result(cells: list[Cell]) -> Result:
    result = Result("acceptance: every terrain with every robot, difficulty 0.1, 0.5, 0.9")
    for task in dict.fromkeys(cell.task for cell in cells):
        own = [cell for cell in cells if cell.task == task]
        tried = sum(cell.tried for cell in own)
        soon, first = sum(cell.soon for cell in own), sum(cell.first for cell in own)
        note = f"{first} at the first draw"
        result.rows.append(
            Row(
                f"{task}: valid within {WITHIN} draws", 100 * soon / tried, "%", "≥ 95", f"of {tried}; {note}"
            )
        )
    refused = [cell for cell in cells if cell.soon < cell.tried]
    for cell in refused:
        causes = ", ".join(f"{cause} {number}" for cause, number in cell.why.most_common())
        result.rows.append(
            Row(
                f"  {cell.robot} on {cell.terrain}, {cell.difficulty}, {cell.task}",
                cell.soon,
                f"of {cell.tried}",
                "",
                causes,
            )
        )
    result.extra["refused"] = [{**vars(cell), "why": dict(cell.why)} for cell in refused]
    return result
