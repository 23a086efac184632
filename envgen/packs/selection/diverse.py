"""Selection by diversity: variants whose grounds differ most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.packs.arguments import MAX_COUNT
from envgen.packs.recipe import Recipe
from envgen.packs.rejection import Rejected, draw_until_valid
from envgen.packs.selection.rule import Candidate, SelectionRule, check_candidates
from envgen.workers.pool import JobRef, WorkerPool, run_chunks
from envgen.worlds.placement.descriptors import DESCRIPTORS, describe

KEY = "ground"
"""Key of the descriptors in the entry of a variant."""
POOL = 4
"""Candidates for each variant that is kept."""
MOST = 20_000
"""Variants that can be kept: the time of the choice grows with its square."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Diverse(SelectionRule):
    """Spread a pack over the descriptors of its grounds: slope, roughness, step and clutter.

    All candidates are described, each descriptor is divided by its standard deviation over them, and variants
    are kept greedily: first the one nearest to the mean, then always the one farthest from all that are kept
    (Gonzalez 1985, "Clustering to minimize the maximum intercluster distance"; the smallest distance of two
    is at least half of the greatest possible: Ravi, Rosenkrantz and Tayi 1994).

    Attributes:
        candidates: Number of candidates; by default 4 for each variant that is kept.
    """

    name: ClassVar[str] = "diverse"

    candidates: int | None = None

    def to_json(self, count: int) -> dict[str, Any]:
        return {"rule": self.name, "pool": self.limit(count), "descriptors": list(DESCRIPTORS)}

    def check(self, recipe: Recipe, count: int) -> None:
        check_candidates(self.candidates, count)
        if count > MOST:
            raise InputError(
                f"select diverse keeps at most {MOST:,} variants, got a count of {count:,}",
                "Give a smaller --count.",
            )

    def limit(self, count: int) -> int:
        return min(POOL * count, MAX_COUNT) if self.candidates is None else self.candidates

    def batch(self, missing: int) -> int:
        return MAX_COUNT  # nothing can be chosen before all are known

    def examine(self, recipe: Recipe, indices: Sequence[int], jobs: int, room: Path) -> Iterator[Candidate]:
        if jobs == 1 or len(indices) <= 2:
            yield from (_described(recipe, index) for index in indices)
        else:
            yield from run_chunks(WorkerPool(min(jobs, len(indices))), _describe_chunk, recipe, indices)

    def choose(self, candidates: Sequence[Candidate], count: int, *, last: bool) -> list[int]:
        if not last:
            return []
        made = [(candidate.index, candidate.found[KEY]) for candidate in candidates if candidate.found]
        values = np.array([[found[name] for name in DESCRIPTORS] for _, found in made])
        return sorted(made[place][0] for place in farthest_points(values, count))

    def shortfall(self, candidates: Sequence[Candidate], kept: int, count: int) -> tuple[str, str]:
        return (
            f"{kept:,} of {count:,} variants are kept: no more of {len(candidates):,} candidates can be made",
            "Give more --candidates with --overwrite, or change the parameters.",
        )


def farthest_points(values: Floats, count: int) -> list[int]:
    """Return places of points that lie far apart, in the order of their choice.

    Args:
        values: (n, k) points; columns are standardised first, and constant ones don't count.
        count: How many are wanted; fewer are returned if there are fewer.
    """
    if not len(values) or count < 1:
        return []
    spread = values.std(axis=0)
    constant = _constant(values)
    points = (values - values.mean(axis=0)) / np.where(constant, np.inf, spread)
    # ties go to the first: rounded, so that the last bit of a platform's sums does not decide
    place = int(np.argmin(np.round(np.square(points).sum(axis=1), 9)))
    nearest = np.full(len(points), np.inf)
    chosen: list[int] = []
    while len(chosen) < min(count, len(points)):
        chosen.append(place)
        nearest = np.minimum(nearest, np.round(np.square(points - points[place]).sum(axis=1), 9))
        nearest[place] = -1.0  # of equal points, others may follow
        place = int(np.argmax(nearest))
    return chosen


def differing(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the descriptors in which the grounds of variants differ.

    Args:
        entries: Of the manifest.
    """
    values = np.array([[entry[KEY][name] for name in DESCRIPTORS] for entry in entries])
    return [name for name, same in zip(DESCRIPTORS, _constant(values)) if not same]


def _constant(values: Floats) -> NDArray[np.bool_]:
    """Return for each column of (n, k) points whether it is constant, n > 0."""
    constant: NDArray[np.bool_] = values.std(axis=0) <= 1e-12 * np.abs(values).max(axis=0)
    return constant


def _described(recipe: Recipe, index: int) -> Candidate:
    found = draw_until_valid(recipe, index)
    if isinstance(found, Rejected):
        return Candidate(index, None)
    variant = found.variant
    size = variant.draw.agents[0].robot.size
    return Candidate(index, {KEY: describe(variant.arena, size)})


def _describe_chunk(job: JobRef[Recipe], indices: list[int]) -> list[Candidate]:
    return [_described(job.shared, index) for index in indices]
